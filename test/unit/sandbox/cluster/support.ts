import { readText } from "../../../../src/dynatrace/read-body.ts";
import {
  createSimulatedCluster,
  type SimulatedCluster,
  type SimulatedClusterOptions,
} from "../../../../src/sandbox/cluster/simulated-cluster.ts";
import { mswFetch } from "../../../support/msw-cluster.ts";

export const origin = "https://dynatrace.example.com";
export const versions = ["1.309.66.20250401-150134", "1.99.12.20190101-000000", "1.313.52.20250602-150703"];

export interface Answer {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member.
  readonly json: any;
  readonly header: (name: string) => string | null;
}

export interface Bench {
  readonly cluster: SimulatedCluster;
  /** Moves the clock of the cluster. */
  readonly pass: (milliseconds: number) => void;
  /** One request with the standing token, or another, or none. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    options?: { token?: string | null; headers?: Record<string, string>; signal?: AbortSignal },
  ) => Promise<Answer>;
}

/** A cluster whose clock stands still until it is moved. */
export function bench(options: Partial<SimulatedClusterOptions> = {}): Bench {
  let time = Date.parse("2026-03-01T12:00:00.000Z");
  const cluster = createSimulatedCluster({
    name: "emea",
    clock: { now: () => new Date(time) },
    buildInstaller: (request) => new TextEncoder().encode(`#!/bin/sh\n${JSON.stringify(request)}\n`),
    installerVersions: versions,
    ...options,
  });
  const ask = mswFetch(cluster);
  return {
    cluster,
    pass: (milliseconds) => {
      time += milliseconds;
    },
    call: async (method, path, body, { token = cluster.clusterToken, headers = {}, signal } = {}) => {
      const response = await ask(origin + path, {
        method,
        headers: {
          accept: "application/json",
          ...(token === null ? {} : { authorization: `Api-Token ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
      const text = (await readText(response.body, Number.POSITIVE_INFINITY)) ?? "";
      return {
        status: response.status,
        text,
        json: (response.headers.get("content-type") ?? "").includes("json") ? JSON.parse(text) : undefined,
        header: (name) => response.headers.get(name),
      };
    },
  };
}

export const environmentsPath = "/api/cluster/v2/environments";
export const tokensPath = "/api/cluster/v2/tokens";
export const groupsPath = "/api/v1.0/onpremise/groups";

/** Paths and messages of the violations in an answer, one text each. */
export function violationsIn(answer: Answer): readonly string[] {
  const violations: readonly { path: string; message: string }[] = answer.json.error.constraintViolations ?? [];
  return violations.map(({ path, message }) => `${path}: ${message}`);
}

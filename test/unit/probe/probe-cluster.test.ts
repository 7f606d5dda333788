import { expect, test } from "vitest";
import { createClient } from "../../../src/dynatrace/client.ts";
import { createThrottle } from "../../../src/dynatrace/throttle.ts";
import { probeCluster, questions } from "../../../src/probe/probe-cluster.ts";
import { removeScratch } from "../../../src/probe/scratch.ts";
import type { Fault } from "../../../src/sandbox/cluster/faults.ts";
import {
  createSimulatedCluster,
  type SimulatedClusterOptions,
} from "../../../src/sandbox/cluster/simulated-cluster.ts";
import type { ClusterSwitches } from "../../../src/sandbox/cluster/switches.ts";
import { noon } from "../../support/builders.ts";
import { contentOf } from "../../support/cluster-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { silentLog } from "../../support/log.ts";

interface World extends Partial<Pick<SimulatedClusterOptions, "licence" | "features" | "version">> {
  readonly switches?: Partial<ClusterSwitches>;
  readonly faults?: readonly Fault[];
  /** Scopes of the token that is used; left out: all that dtsync needs. */
  readonly scopes?: readonly string[];
}

const scratch = { runId: "0123456789ab", environment: "dtsync-probe-1" };

/** What a probe finds out, by the id of the question, and what is left of it. */
async function probe({ faults = [], scopes, ...options }: World = {}) {
  const clock = fakeClock(noon);
  const cluster = createSimulatedCluster({
    ...options,
    name: "emea",
    clock,
    seed: {
      environments: [{ id: "abc-p1", name: "By hand" }],
      groups: [{ name: "noc", accessRight: { VIEWER: ["abc-p1"] } }],
    },
    buildInstaller: () => new Uint8Array(),
    installerVersions: [],
  });
  const clientWith = (token: string) =>
    createClient({
      ...{ name: "emea", log: silentLog, url: "https://dynatrace.example.com", fetch: cluster.fetch, clock, token },
      random: () => 0.5,
      throttle: createThrottle({ cluster: "emea", maximum: 16, clock, log: silentLog }),
    });
  const client = clientWith(scopes === undefined ? cluster.clusterToken : cluster.createToken({ scopes }).token);
  const before = { content: contentOf(cluster), tokens: cluster.snapshot().tokens.length };
  for (const fault of faults) cluster.addFault(fault);
  const signal = new AbortController().signal;
  const outcome = await probeCluster({ client, scratch, clock, signal, conceal: () => undefined }, silentLog);
  const problems = await removeScratch(client, scratch, clock);
  const after = { content: contentOf(cluster), tokens: cluster.snapshot().tokens.length };
  if (outcome.status !== "asked") return { outcome, answers: {}, problems, before, after };
  const answers = Object.fromEntries(
    outcome.answers.map(({ id, status, answer }) => [id, status === "answered" ? answer : `${status}: ${answer}`]),
  );
  return { outcome, answers, problems, before, after };
}

test("asks every question, and leaves the cluster as it was", async () => {
  const { answers, problems, before, after } = await probe();
  expect(answers).toEqual({
    "environment-ready": "after 0.5 s; before that 404",
    "left-out-fields": "state is reset to ENABLED, tags are cleared",
    "left-out-trial": expect.stringMatching(/^trial is reset|^not-tried: the licence/),
    "id-case": "yes: it is found in capitals, too",
    "byte-limit-null": expect.stringMatching(/^(?:yes \(204\)|no \(400\))$/),
    "cached-limits": expect.stringMatching(/^up to [45]\.\d s old$/),
    "log-monitoring-v2": expect.any(String),
    "group-id": "id: the name in lower case without blanks and underscores, dashes stay; LDAP group: none",
    "group-id-clash": "the second one is refused with 406",
    "left-out-rights": "it is cleared",
    "implied-rights": expect.stringContaining("MANAGE_SETTINGS and VIEWER with CONFIGURE_REQUEST_CAPTURE_DATA"),
    "body-size": "413",
    "token-lookup": "no (403)",
    "long-environment-token": "no: it lives for 24 hours",
    "token-management-token": "yes (201)",
    "zone-rights": "yes",
    location: "environment: a path; token: a path",
    throttling: "cluster: none of 60 was refused; environment: none of 60 was refused",
    "answers-during-update": expect.stringMatching(/^not-tried: /),
    "disabled-environment": "403",
    "delete-after-disable": "yes (204)",
    "delete-again": "404",
    "rights-of-deleted": "yes",
  });
  expect(JSON.stringify(answers)).not.toMatch(/abc-p1|noc\b|example\.com|0123456789ab|dt0c01/);
  expect(Object.keys(answers)).toEqual(questions.map(({ id }) => id));
  expect(problems).toEqual([]);
  expect(after).toEqual(before);
});

test("finds out how a cluster is that does everything the other way", async () => {
  const { answers, problems, before, after } = await probe({
    switches: {
      omittedFields: "kept",
      idCase: "distinct",
      environmentReadyAfter: 0,
      cachedConsumption: 0,
      ldapNameOfNewGroup: true,
      impliedRights: false,
      bodyLimit: 5_000_000,
      tokenLookup: "any",
      longEnvironmentTokens: "accepted",
      tokenManagementToken: false,
      location: "url",
      disabledEnvironment: 404,
      unknownEnvironmentDelete: 400,
      rightsOfDeletedEnvironment: "removed",
      environmentPool: { threads: 1, queue: 1 },
      processingTime: 10,
      queueTimeout: 10,
      rateLimitReset: "seconds",
      retryAfter: 7,
    },
    features: { trialEnvironments: true },
  });
  expect(answers).toMatchObject({
    "environment-ready": expect.stringMatching(/^at once/),
    "left-out-fields": "state is kept, tags are kept",
    "left-out-trial": "trial is kept",
    "id-case": "no: in capitals it is not found (404)",
    "cached-limits": "they are current",
    "group-id": expect.stringContaining("LDAP group: its own name"),
    "implied-rights": "none",
    "body-size": "it is taken (200)",
    "token-lookup": "yes",
    "long-environment-token": "yes: it lives for 48 hours",
    "token-management-token": "no (404)",
    "zone-rights": "not-tried: there are no token-management tokens",
    location: "environment: an address; token: an address",
    throttling: expect.stringMatching(
      /environment: 429 within \d+, with X-RateLimit-Limit, X-RateLimit-Reset in seconds, Retry-After$/,
    ),
    "disabled-environment": "404",
    "delete-again": "400",
    "rights-of-deleted": "no: they are gone, too",
  });
  expect(problems).toEqual([]);
  expect(after).toEqual(before);
});

test.each<[string, World, Readonly<Record<string, string>>]>([
  [
    "a licence without quotas, and ids as locations",
    { licence: "dps", switches: { location: "id" } },
    { "cached-limits": "not-tried: the licence has no quotas (422)", location: "environment: an id; token: an id" },
  ],
  [
    "a token that cannot make others",
    { scopes: ["ServiceProviderAPI"] },
    {
      "token-lookup": "not-tried: the token of the cluster lacks ClusterTokenManagement",
      location: "environment: a path",
    },
  ],
  [
    "refusals at first",
    { faults: [{ match: { method: "DELETE", path: "*/environments/dtsync-probe-1" }, do: { status: 400 } }] },
    { "delete-after-disable": "no: 400 at first, 204 after 2.0 s" },
  ],
  [
    "a busy node",
    { faults: [{ match: { method: "PUT", path: /groups$/, times: 1 }, do: { status: 503 } }] },
    { "left-out-rights": "failed: status 503 (http-503)", "body-size": "413" },
  ],
  [
    "the new limits of logs",
    { version: "1.340.1.20260801-000000", features: { logMonitoringStorage: true } },
    { "log-monitoring-v2": expect.stringContaining("logMonitoringV2Storage {") as never },
  ],
])("tells of %s", async (_what, world, expected) => {
  const { answers, problems, before, after } = await probe(world);
  expect(answers).toMatchObject(expected);
  expect(problems).toEqual([]);
  expect(after).toEqual(before);
});

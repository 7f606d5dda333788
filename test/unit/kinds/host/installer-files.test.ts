import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { type Client, createClient } from "../../../../src/dynatrace/client.ts";
import { createTransport } from "../../../../src/dynatrace/transport.ts";
import { openInstallerFiles } from "../../../../src/kinds/host/effects/installer-files.ts";
import { createLimiter } from "../../../../src/lib/limiter.ts";
import { aHost, noon, oneAgentSettings } from "../../../support/builders.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { silentLog } from "../../../support/log.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-files-"));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("each host gets a file whose signature was checked as is declared for it, and the file is downloaded once", async () => {
  let downloads = 0;
  const client: Client = {
    url: "https://dynatrace.example.com",
    maxConcurrency: 1,
    requestCount: () => downloads,
    send: () => Promise.reject(new Error("nothing else is asked for")),
    json: () => Promise.reject(new Error("nothing else is asked for")),
    async stream() {
      downloads += 1;
      return (async function* () {
        yield Buffer.from("#!/bin/sh\nexit 0\n");
      })();
    },
  };
  const files = openInstallerFiles({
    ...{ clock: fakeClock(noon), log: silentLog, kept: null, directory: async () => directory },
  });
  const name = { osType: "unix", arch: "x86", version: "1.313.52.20250602-150703" };
  const get = (signature: "skip" | "required" | "auto") =>
    files.get(name, aHost({ oneagent: oneAgentSettings({ signature }) }), client, (use) => use("a token"));
  expect((await get("skip")).size).toBe(17);
  await expect(get("required")).rejects.toThrow(expect.objectContaining({ code: "no-root-certificate" }));
  await expect(get("required")).rejects.toThrow(expect.objectContaining({ code: "no-root-certificate" }));
  expect((await get("auto")).size).toBe(17);
  expect(downloads).toBe(1);
  await files.close();
});

test.each(["before its answer", "in the middle"])("an interrupt ends a download that stands still %s", async (when) => {
  const server = createServer((_incoming, outgoing) => {
    if (when === "in the middle") outgoing.write(`#!/bin/sh\n${"#".repeat(1_000_000)}\n`);
    server.emit("asked", outgoing);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const transport = await createTransport({ ca: null, connections: 1, proxy: null });
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await transport.close();
  });
  const interrupt = new AbortController();
  const clock = fakeClock(noon);
  const client = createClient({
    ...{ name: "emea", log: silentLog, token: "t", fetch: transport.fetch, clock, random: () => 0 },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    throttle: createLimiter(1),
  });
  const files = openInstallerFiles({
    ...{ clock, log: silentLog, kept: null, directory: async () => directory, signal: interrupt.signal },
  });
  const name = { osType: "unix", arch: "x86", version: "1.313.52.20250602-150703" };
  const asked = once(server, "asked") as Promise<[ServerResponse]>;
  const failure = files.get(name, aHost(), client, (use) => use("a token")).catch((error: unknown) => error);
  const [answer] = await asked;
  const cut = once(answer, "close");
  interrupt.abort();
  expect(await failure).toMatchObject({ code: "interrupted" });
  await cut;
  expect(readdirSync(directory)).toEqual([]);
  await files.close();
});

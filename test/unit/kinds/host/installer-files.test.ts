import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Client } from "../../../../src/dynatrace/client.ts";
import { openInstallerFiles } from "../../../../src/kinds/host/effects/installer-files.ts";
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

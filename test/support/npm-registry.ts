import { spawnSync } from "node:child_process";

/** Whether npm reaches its registry from here. Throws instead with DTSYNC_REQUIRE_ALL=1. */
export function registryAvailable(): { available: true } | { available: false; reason: string } {
  const probe = spawnSync("npm", ["view", "ajv", "version", "--prefer-online", "--fetch-retries=0"], {
    encoding: "utf8",
    timeout: 60_000,
  });
  if (probe.status === 0) return { available: true };
  const reason = /^npm (?:error|ERR!) code (\S+)$/m.exec(probe.stderr ?? "")?.[1] ?? "no answer";
  if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(`npm does not reach its registry: ${reason}`);
  return { available: false, reason: `npm does not reach its registry (${reason})` };
}

import { spawnSync } from "node:child_process";

/** Why nothing can be checked with Prometheus's own tool; null: it can. Throws instead with DTSYNC_REQUIRE_ALL=1. */
export const promtool: string | null = (() => {
  if (spawnSync("promtool", ["--version"], { stdio: "ignore" }).error === undefined) return null;
  const reason = "there is no promtool (Debian's package prometheus has it)";
  if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(reason);
  return reason;
})();

/** What promtool has to say against metrics; empty: nothing. */
export function checkedMetrics(text: string): string {
  const { stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  return `${stdout}${stderr}`;
}

/** What promtool says of a file, and whether it is content. */
export function runPromtool(...parameters: readonly string[]): { readonly content: boolean; readonly said: string } {
  const { status, stdout, stderr } = spawnSync("promtool", parameters, { encoding: "utf8" });
  return { content: status === 0, said: `${stdout}${stderr}` };
}

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What the last of each instruction of the Containerfile says. */
export function readContainerfile(): ReadonlyMap<string, string> {
  const text = readFileSync(fileURLToPath(new URL("../../Containerfile", import.meta.url)), "utf8");
  const lines = text.replace(/\\\n/g, "").split("\n");
  return new Map(
    lines.flatMap((line) => [...line.matchAll(/^([A-Z]+) +(.*)$/g)].map(([, name = "", rest = ""]) => [name, rest])),
  );
}

/**
 * A process in a mount namespace of its own: nothing can be written but /tmp. With `noexec` nothing can be executed there,
 * as with Docker's `--tmpfs /tmp`.
 */
export function inReadOnlySystem(
  command: readonly string[],
  { noexec }: { readonly noexec: boolean },
): readonly string[] {
  const options = `mode=1777,${noexec ? "noexec," : ""}nosuid,nodev`;
  const mounts = `mount -o remount,bind,ro / && mount -t tmpfs -o ${options} tmpfs /tmp`;
  return ["unshare", "--mount", "--propagation", "private", "sh", "-c", `${mounts} && exec "$@"`, "sh", ...command];
}

/** Why there can be none here; null: there can. Throws instead with DTSYNC_REQUIRE_ALL=1. */
export function whyNoReadOnlySystem(): string | null {
  const [program = "", ...parameters] = inReadOnlySystem(["setpriv", "--bounding-set=-all", "true"], { noexec: true });
  const { status, stderr } = spawnSync(program, parameters, { encoding: "utf8" });
  if (status === 0) return null;
  const reason = `no namespace with mounts of its own (${stderr?.trim() || "unshare is missing"})`;
  if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(reason);
  return reason;
}

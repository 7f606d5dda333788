import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync } from "node:fs";
import { text } from "node:stream/consumers";

/** The user and group `nobody`. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** Why nothing can be run as a user who is not root; null: it can. Throws instead with DTSYNC_REQUIRE_ALL=1. */
export function whyNotUnprivileged(): string | null {
  if (!isRoot || spawnSync("setpriv", ["--version"]).status === 0) return null;
  if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error("setpriv is missing");
  return "root needs setpriv to be somebody else";
}

/** Gives a folder or file to the user that `runUnprivileged` runs programs as. */
export function giveToUnprivileged(...paths: readonly string[]): void {
  if (isRoot) for (const path of paths) chownSync(path, nobody, nobody);
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program as a user who is not root and has no privileges, with these variables and no others. */
export async function runUnprivileged(
  [program = "", ...parameters]: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Finished> {
  const dropped = ["--reuid", `${nobody}`, "--regid", `${nobody}`, "--clear-groups", program, ...parameters];
  const child = spawn(isRoot ? "setpriv" : program, isRoot ? dropped : parameters, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}

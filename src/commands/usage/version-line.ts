import { buildCommit } from "../../build-commit.ts";

/** `dtsync 0.1.0 (commit 3f2a1b4c, Node.js v20.20.2)`: what a report of a fault needs, in one line. */
export function versionLine(version: string, node: string, commit: string | null = buildCommit): string {
  const details = [...(commit === null ? [] : [`commit ${commit}`]), `Node.js ${node}`];
  return `dtsync ${version} (${details.join(", ")})`;
}

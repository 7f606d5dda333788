import { createHash } from "node:crypto";
import { compareText } from "../lib/text.ts";
import type { SetOverride } from "./yaml/set-overrides.ts";

/** Digests of files by path, each over the data of the file and not over its text. */
type FileDigests = ReadonlyMap<string, string>;

/**
 * Digest of the data of one file. Maps are made with their keys in order when a file is read, so that its JSON is the
 * same for every order of keys, every layout and all comments.
 */
export function digestOf(data: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(data) ?? "")
    .digest("hex");
}

/** `sha256:…` over all files and overrides, independent of the order in which they were read. */
export function inventoryDigest(files: FileDigests, overrides: readonly SetOverride[]): string {
  // Of several overrides of one path the last one counts.
  const set = new Map(overrides.map(({ path, value }) => [path, value]));
  const inOrder = (entries: Iterable<readonly [string, unknown]>) =>
    [...entries].sort(([left], [right]) => compareText(left, right));
  return `sha256:${digestOf({ files: inOrder(files), set: inOrder(set) })}`;
}

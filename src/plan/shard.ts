import { createHash } from "node:crypto";
import type { Change } from "../model/change.ts";

/**
 * Whether a shard of a divided apply makes this change. Only hosts are divided, by the hash of their name, so that one
 * more host does not move all others; clusters are changed by a run of their own before the shards.
 */
export function inShard(change: Change, shard: { readonly index: number; readonly total: number }): boolean {
  if (change.kind !== "host") return false;
  const hash = createHash("sha256").update(change.host).digest();
  return hash.readUInt32BE(0) % shard.total === shard.index - 1;
}

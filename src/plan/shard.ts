import { createHash } from "node:crypto";
import type { Change } from "../model/change.ts";

/** The `index`-th of `total` parts of the host changes, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly total: number;
}

/**
 * Whether a shard of a divided apply makes this change. Only hosts are divided; clusters are changed by a run of their own
 * before the shards.
 */
export const inShard = (change: Change, shard: Shard): boolean =>
  change.kind === "host" && shardHas(change.environment, shard);

/**
 * Whether the hosts of an environment belong to a shard. An environment stays whole, because its canary and the number of
 * failures that stops it count within it. Only the id decides, so shards agree on it without a word, whatever each has read,
 * and one more environment does not move all others.
 */
export function shardHas(environment: string, { index, total }: Shard): boolean {
  const hash = createHash("sha256").update(environment.toLowerCase()).digest();
  return hash.readUInt32BE(0) % total === index - 1;
}

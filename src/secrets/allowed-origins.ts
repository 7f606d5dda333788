import { isLoopback } from "../lib/loopback.ts";
import { readOrigin } from "../lib/read-origin.ts";
import type { Cluster } from "../model/inventory.ts";

/** What a variable or file allows tokens to be sent to. */
export interface AllowedOrigins {
  readonly origins: ReadonlySet<string>;
  /** Entries that are no origins and so allow nothing: the place of each, and why. */
  readonly unusable: readonly string[];
}

declare const trusted: unique symbol;

/** A cluster whose origin is allowed. Only `trustCluster` makes one, and a token is read for no other. */
export type TrustedCluster = Cluster & { readonly [trusted]: true };

/** Entries of `DTSYNC_ORIGINS`: a list with commas. */
export function originsOfVariable(value: string): AllowedOrigins {
  return readEntries(value.split(",").map((text, index) => ({ text, place: `entry ${index + 1} of DTSYNC_ORIGINS` })));
}

/** Lines of the file of origins; `#` begins a comment. */
export function originsOfFile(text: string, path: string): AllowedOrigins {
  const lines = text.split(/\r?\n/).map((line, index) => ({ text: line, place: `line ${index + 1} of ${path}` }));
  return readEntries(lines.map(({ text: line, place }) => ({ text: line.replace(/#.*$/, ""), place })));
}

/** The cluster, if its origin leads to this machine alone or is allowed; else null. Origins are compared whole. */
export function trustCluster(cluster: Cluster, origins: ReadonlySet<string>): TrustedCluster | null {
  const read = readOrigin(cluster.url);
  if (!("url" in read)) return null;
  const isAllowed = isLoopback(new URL(read.url).hostname) || origins.has(read.url);
  return isAllowed ? ({ ...cluster, url: read.url } as TrustedCluster) : null;
}

function readEntries(entries: readonly { readonly text: string; readonly place: string }[]): AllowedOrigins {
  const origins = new Set<string>();
  const unusable: string[] = [];
  for (const { text, place } of entries) {
    const entry = text.trim();
    if (entry === "") continue;
    const read = readOrigin(entry);
    if ("url" in read) origins.add(read.url);
    else unusable.push(`${place} ${read.reason}`);
  }
  return { origins, unusable };
}

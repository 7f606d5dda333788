import { createHmac, timingSafeEqual } from "node:crypto";
import { HostError } from "./host-error.ts";
import { matchesHostPatterns } from "./host-patterns.ts";

/**
 * Terms: a line of known_hosts ties names of hosts to a key; the *verdict* on a key that a host shows is what all lines
 * for this host say together.
 *
 * Premise: a key that was not told to be trusted is not. Who could have written a line is not this file's matter.
 *
 * Cases: a key that is revoked for the host is `revoked`, whatever else is said of it. One that any other line for the
 * host holds is `trusted`; where there are lines, but none with this key, it is `changed`, and without lines `unknown`.
 * Lines for certificate authorities count for neither: host certificates are not judged here.
 */

interface KnownHostLine {
  readonly marker: "revoked" | null;
  readonly hosts: string;
  readonly keyType: string;
  readonly key: string;
}

export type HostKeyVerdict = "trusted" | "changed" | "revoked" | "unknown";

export interface KnownHosts {
  /** Judges a key (base64 of the public key blob) that a host shows. */
  judge(host: string, port: number, key: string): HostKeyVerdict;
  /** Key types known for a host, so that the server is asked for a key that can be judged. */
  keyTypes(host: string, port: number): readonly string[];
}

/**
 * The contents of known_hosts files, in OpenSSH's format: plain names and patterns, `[name]:port`, hashed names,
 * `@revoked`, `@cert-authority`.
 */
export function parseKnownHosts(texts: readonly string[]): KnownHosts {
  const plain = new Map<string, KnownHostLine[]>();
  const general: KnownHostLine[] = [];
  for (const line of texts.flatMap((text) => text.split(/\r?\n/)).flatMap(parseLine)) {
    if (line.marker !== null || /[|*?!]/.test(line.hosts)) general.push(line);
    else for (const host of line.hosts.toLowerCase().split(",")) appendTo(plain, host, line);
  }
  if (general.length > mostGeneralLines) {
    throw new HostError(
      "known-hosts",
      `known_hosts has more than ${mostGeneralLines} lines with hashed names or patterns: write names plainly, or remove lines`,
    );
  }
  // Hashed names are computed again for every line.
  const remembered = new Map<string, readonly KnownHostLine[]>();
  const find = (host: string, port: number): readonly KnownHostLine[] => {
    const name = nameInFile(host, port);
    const found = remembered.get(name) ?? [
      ...(plain.get(name) ?? []),
      ...general.filter((line) => concerns(line.hosts, name)),
    ];
    remembered.set(name, found);
    return found;
  };
  return {
    judge(host, port, key) {
      const found = find(host, port);
      if (found.some((line) => line.marker === "revoked" && line.key === key)) return "revoked";
      const keys = found.filter(({ marker }) => marker === null);
      if (keys.some((line) => line.key === key)) return "trusted";
      return keys.length > 0 ? "changed" : "unknown";
    },
    keyTypes: (host, port) => [
      ...new Set(
        find(host, port)
          .filter(({ marker }) => marker === null)
          .map(({ keyType }) => keyType),
      ),
    ],
  };
}

/** Each of these lines is tried for every host. */
const mostGeneralLines = 50_000;

function appendTo(lines: Map<string, KnownHostLine[]>, host: string, line: KnownHostLine): void {
  const found = lines.get(host);
  if (found) found.push(line);
  else lines.set(host, [line]);
}

/** How known_hosts writes a host: a port other than 22 is part of the name. */
export function nameInFile(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function parseLine(line: string): readonly KnownHostLine[] {
  const parts = line.trim().split(/\s+/, 4);
  if (line.trim() === "" || line.trimStart().startsWith("#")) return [];
  const marker = parts[0]?.startsWith("@") ? parts.shift()?.slice(1) : null;
  const [hosts, keyType, key] = parts;
  if (hosts === undefined || keyType === undefined || key === undefined) return [];
  if (marker !== null && marker !== "revoked") return [];
  return [{ marker, hosts, keyType, key }];
}

function concerns(hosts: string, name: string): boolean {
  if (!hosts.startsWith("|1|")) return matchesHostPatterns(hosts.split(","), name);
  const [salt, hash] = hosts.slice(3).split("|");
  if (salt === undefined || hash === undefined) return false;
  const computed = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  const expected = Buffer.from(hash, "base64");
  return computed.length === expected.length && timingSafeEqual(computed, expected);
}

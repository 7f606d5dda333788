import { createHmac, timingSafeEqual } from "node:crypto";
import { HostError } from "./host-error.ts";
import { matchesHostPatterns } from "./host-patterns.ts";
import { keyTypeFor, keyTypeOf } from "./key-blob.ts";

/**
 * Terms: a line of known_hosts ties names of hosts to a key; the *verdict* on a key that a host shows is what all lines
 * for this host say together.
 *
 * Premise: a key that was not told to be trusted is not. Who could have written a line is not this file's matter.
 *
 * Cases: a key that is revoked for the host is `revoked`, whatever else is said of it. One that any other line for the
 * host holds is `trusted`; where there are lines, but none with this key, it is `changed`, and without lines `unknown`.
 * As in OpenSSH, a key that nothing is said of at a port other than 22 may be trusted for the host without a port, but is
 * not changed by what stands there. Lines for certificate authorities count for neither: ssh2 takes no host certificates.
 * Nor does a line whose key is of another type than the line says.
 */

interface KnownHostLine {
  readonly marker: "revoked" | "cert-authority" | null;
  readonly hosts: string;
  readonly keyType: string;
  readonly key: string;
  /** `FILE:LINE`. */
  readonly place: string;
}

export type HostKeyVerdict = "trusted" | "changed" | "revoked" | "unknown";

export interface KnownHosts {
  /** Judges a key (base64 of the public key blob) that a host shows. */
  judge(host: string, port: number, key: string): HostKeyVerdict;
  /** Key types known for a host, so that the server is asked for a key that can be judged. */
  keyTypes(host: string, port: number): readonly string[];
  /** Places of the lines that hold keys of a host: `FILE:LINE`. */
  places(host: string, port: number): readonly string[];
  /** Places of the lines that revoke a key for a host. */
  revocations(host: string, port: number, key: string): readonly string[];
  /** Places of the certificate authorities for a host. */
  authorities(host: string, port: number): readonly string[];
}

export interface KnownHostsFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The contents of known_hosts files, in OpenSSH's format: plain names and patterns, `[name]:port`, hashed names,
 * `@revoked`, `@cert-authority`.
 */
export function parseKnownHosts(files: readonly KnownHostsFile[]): KnownHosts {
  const plain = new Map<string, KnownHostLine[]>();
  const general: KnownHostLine[] = [];
  for (const line of files.flatMap(parseFile)) {
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
  /** With those for the host without a port, where there are none for this one. */
  const concerning = (host: string, port: number): readonly KnownHostLine[] => {
    const found = find(host, port);
    return port === 22 || found.some(({ marker }) => marker === null) ? found : [...found, ...find(host, 22)];
  };
  const placesWith = (host: string, port: number, marker: KnownHostLine["marker"]): readonly string[] =>
    concerning(host, port).flatMap((line) => (line.marker === marker ? [line.place] : []));
  const revokes = (line: KnownHostLine, key: string): boolean => line.marker === "revoked" && line.key === key;
  const judge = (host: string, port: number, key: string): HostKeyVerdict => {
    const found = find(host, port);
    if (found.some((line) => revokes(line, key))) return "revoked";
    const keys = found.filter(({ marker }) => marker === null);
    if (keys.some((line) => line.key === key)) return "trusted";
    if (keys.length > 0) return "changed";
    if (port === 22) return "unknown";
    const withoutPort = judge(host, 22, key);
    return withoutPort === "changed" ? "unknown" : withoutPort;
  };
  return {
    judge,
    keyTypes: (host, port) => [
      ...new Set(concerning(host, port).flatMap(({ marker, keyType }) => (marker === null ? [keyType] : []))),
    ],
    places: (host, port) => placesWith(host, port, null),
    revocations: (host, port, key) =>
      concerning(host, port).flatMap((line) => (revokes(line, key) ? [line.place] : [])),
    authorities: (host, port) => placesWith(host, port, "cert-authority"),
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

const parseFile = ({ path, text }: KnownHostsFile): readonly KnownHostLine[] =>
  text.split("\n").flatMap((line, index) => parseLine(line, `${path}:${index + 1}`));

function parseLine(line: string, place: string): readonly KnownHostLine[] {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return [];
  const parts = text.split(/\s+/, 4);
  const marker = parts[0]?.startsWith("@") ? parts.shift()?.slice(1) : null;
  const [hosts, keyType, key] = parts;
  if (hosts === undefined || keyType === undefined || key === undefined) return [];
  if (marker !== null && marker !== "revoked" && marker !== "cert-authority") return [];
  if (keyTypeFor(keyType) !== keyTypeOf(key)) return [];
  return [{ marker, hosts, keyType, key, place }];
}

function concerns(hosts: string, name: string): boolean {
  if (!hosts.startsWith("|1|")) return matchesHostPatterns(hosts.split(","), name);
  const [salt, hash] = hosts.slice(3).split("|");
  if (salt === undefined || hash === undefined) return false;
  const computed = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  const expected = Buffer.from(hash, "base64");
  return computed.length === expected.length && timingSafeEqual(computed, expected);
}

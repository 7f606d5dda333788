import { createHmac, randomBytes } from "node:crypto";
import { HostError } from "./host-error.ts";
import { keyTypeOf } from "./key-blob.ts";
import { nameInFile } from "./known-hosts.ts";

export interface NewHostKey {
  readonly name: string;
  readonly port: number;
  /** Base64 of the public key blob. */
  readonly key: string;
  /** As with HashKnownHosts of ssh_config. */
  readonly hashed: boolean;
}

/** What may stand for a host in a line that dtsync writes: no list, pattern, marker, hash or option of another file. */
const writableName = /^[A-Za-z0-9_:][A-Za-z0-9._:-]{0,254}$/;

/** The key types that dtsync asks servers for, as a key itself names its type. */
const keyTypes: readonly string[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
];

/** A line of known_hosts, without its end. Throws HostError `host-key-unknown` for a name or key that cannot stand there. */
export function knownHostsLine({ name, port, key, hashed }: NewHostKey): string {
  if (!writableName.test(name)) {
    throw new HostError(
      "host-key-unknown",
      `the host key of ${name} cannot be kept: the name cannot stand in known_hosts`,
    );
  }
  const written = nameInFile(name, port);
  return `${hashed ? hashedName(written) : written} ${writableType(name, key)} ${key}`;
}

/** The type that a key (base64 of the public key blob) names, if it is one that dtsync asks for. */
export function keyTypeIn(key: string): string | undefined {
  const type = keyTypeOf(key);
  return keyTypes.find((known) => known === type);
}

function writableType(name: string, key: string): string {
  const type = keyTypeIn(key);
  if (type !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(key)) return type;
  throw new HostError("host-key-unknown", `the host key of ${name} cannot be kept: it is of an unknown type`);
}

function hashedName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

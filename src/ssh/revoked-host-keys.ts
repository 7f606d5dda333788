import { errorMessage } from "../errors.ts";
import { readOrdinaryFile } from "../files/read-ordinary-file.ts";
import { HostError } from "./host-error.ts";
import { keyTypeFor, keyTypeOf } from "./key-blob.ts";
import { isKeyRevocationList, readKeyRevocationList } from "./key-revocation-list.ts";

/** A file of `RevokedHostKeys`. */
export interface RevokedHostKeysFile {
  readonly path: string;
  /** Where ssh_config names it: `FILE:LINE`. */
  readonly place: string;
}

/** Where a file revokes a key (base64 of the public key blob): `FILE:LINE`, or the file where that has no lines. Null: it does not. */
export type Revocation = (key: string) => string | null;

const largestFile = 20_000_000;

/**
 * What a file says of keys: it is a list of public keys as text, or one that `ssh-keygen -k` has made. Throws HostError where
 * it cannot be read as a whole, as OpenSSH trusts no key then: nobody knows which ones are revoked.
 */
export function readRevokedHostKeys({ path, place }: RevokedHostKeysFile): Revocation {
  if (path === "/dev/null") return () => null;
  try {
    const file = readOrdinaryFile(path, { largest: largestFile });
    if (!isKeyRevocationList(file)) return publicKeys(new TextDecoder().decode(file), path);
    const isRevoked = readKeyRevocationList(file);
    return (key) => (isRevoked(key) ? path : null);
  } catch (error) {
    throw new HostError(
      "ssh-config",
      `RevokedHostKeys of ssh_config (${place}) names ${path}, which cannot be used (${errorMessage(error)}): no host key is trusted until it can`,
      { cause: error },
    );
  }
}

/** Public keys, one on each line. */
function publicKeys(text: string, path: string): Revocation {
  const places = new Map<string, string>();
  text.split("\n").forEach((line, index) => {
    if (/^[ \t]*(?:#|$)/.test(line)) return;
    const [type = "", key = ""] = line.trim().split(/[ \t]+/, 2);
    if (keyTypeFor(type) !== keyTypeOf(key)) throw new Error(`line ${index + 1} is no public key`);
    places.set(key, `${path}:${index + 1}`);
  });
  return (key) => places.get(key) ?? null;
}

import { errorMessage } from "../errors.ts";
import { readOrdinaryText } from "../files/read-ordinary-file.ts";
import { HostError } from "./host-error.ts";
import { keyTypeFor, keyTypeOf } from "./key-blob.ts";

/** A file of `RevokedHostKeys`. */
export interface RevokedHostKeysFile {
  readonly path: string;
  /** Where ssh_config names it: `FILE:LINE`. */
  readonly place: string;
}

const largestFile = 20_000_000;
/** What a key revocation list of OpenSSH begins with. */
const listStart = "SSHKRL\n\0";

/**
 * The places of revoked keys by the keys, in base64. Throws HostError where a file cannot be read as a whole, as OpenSSH
 * trusts no key then: nobody knows which ones are revoked.
 */
export function readRevokedHostKeys({ path, place }: RevokedHostKeysFile): ReadonlyMap<string, string> {
  const refuse = (reason: string, cause?: unknown) =>
    new HostError(
      "ssh-config",
      `RevokedHostKeys of ssh_config (${place}) names ${path}, which cannot be used (${reason}): no host key is trusted until it can`,
      { cause },
    );
  if (path === "/dev/null") return new Map();
  let text: string;
  try {
    text = readOrdinaryText(path, { largest: largestFile });
  } catch (error) {
    throw refuse(errorMessage(error), error);
  }
  if (text.startsWith(listStart)) {
    throw refuse("it is a key revocation list, and dtsync reads only public keys as text, one on each line");
  }
  const places = new Map<string, string>();
  text.split("\n").forEach((line, index) => {
    if (/^[ \t]*(?:#|$)/.test(line)) return;
    const [type = "", key = ""] = line.trim().split(/[ \t]+/, 2);
    if (keyTypeFor(type) !== keyTypeOf(key)) throw refuse(`line ${index + 1} is no public key`);
    places.set(key, `${path}:${index + 1}`);
  });
  return places;
}

import { createHash } from "node:crypto";

/**
 * Key revocation lists of OpenSSH (KRL, what `ssh-keygen -k` makes): a header, then sections of a type each. A key is revoked by
 * standing there itself or by its hash.
 *
 * Premise: a list that is not read as a whole revokes everything, because nobody knows what the rest of it says. What it
 * says of certificates alone is only read as far as to find its end, since no certificates of hosts are taken. An extension
 * that is critical has to be known, and none is. Signatures within lists are refused, as OpenSSH does from 9.4 on.
 */

const magic = Buffer.from("SSHKRL\n\0");
const formatVersion = 1;
/** Numbers of the header that say nothing of keys: version of the list, time, flags. */
const headerNumbers = 24;

const section = { certificates: 1, keys: 2, sha1: 3, sha256: 5, extension: 255 } as const;
/** Within a section of certificates: serial numbers as a list, a range and a bitmap, and names. */
const certificateParts: ReadonlySet<number> = new Set([0x20, 0x21, 0x22, 0x23]);
const certificateExtension = 0x39;

export const isKeyRevocationList = (file: Uint8Array): boolean => magic.equals(file.subarray(0, magic.length));

/** Whether a list revokes a key (base64 of the public key blob). Throws an Error that goes on after "it cannot be used". */
export function readKeyRevocationList(file: Uint8Array): (key: string) => boolean {
  const list = readFrom(Buffer.from(file));
  list.take(magic.length);
  if (list.take(4).readUInt32BE() !== formatVersion) throw new Error("it is a key revocation list of another version");
  list.take(headerNumbers);
  // Something reserved, and a comment.
  list.text();
  list.text();
  const keys = new Set<string>();
  const hashes = { sha1: new Set<string>(), sha256: new Set<string>() };
  while (!list.isAtEnd()) {
    const type = list.take(1).readUInt8();
    const content = readFrom(list.text());
    if (type === section.keys) readAll(content, (key) => keys.add(key.toString("base64")));
    else if (type === section.sha1) readAll(content, (hash) => hashes.sha1.add(hashOf(hash, 20)));
    else if (type === section.sha256) readAll(content, (hash) => hashes.sha256.add(hashOf(hash, 32)));
    else if (type === section.certificates) passCertificates(content);
    else if (type === section.extension) passExtension(content);
    else throw new Error(`it is a key revocation list with a section of type ${type}, which dtsync does not know`);
  }
  const isHashed = (key: Buffer, algorithm: keyof typeof hashes): boolean =>
    hashes[algorithm].size > 0 && hashes[algorithm].has(createHash(algorithm).update(key).digest("hex"));
  return (key) => {
    const bytes = Buffer.from(key, "base64");
    return keys.has(key) || isHashed(bytes, "sha256") || isHashed(bytes, "sha1");
  };
}

interface Reader {
  isAtEnd(): boolean;
  take(length: number): Buffer;
  /** What stands behind its length. */
  text(): Buffer;
}

function readFrom(bytes: Buffer): Reader {
  let position = 0;
  const take = (length: number) => {
    if (position + length > bytes.length) throw new Error("it is a key revocation list that is cut off or damaged");
    position += length;
    return bytes.subarray(position - length, position);
  };
  return { isAtEnd: () => position === bytes.length, take, text: () => take(take(4).readUInt32BE()) };
}

function readAll(content: Reader, each: (text: Buffer) => void): void {
  while (!content.isAtEnd()) each(content.text());
}

function hashOf(hash: Buffer, length: number): string {
  if (hash.length !== length) throw new Error("it is a key revocation list with a hash of the wrong length");
  return hash.toString("hex");
}

function passCertificates(content: Reader): void {
  // The authority, and something reserved.
  content.text();
  content.text();
  while (!content.isAtEnd()) {
    const type = content.take(1).readUInt8();
    const part = content.text();
    if (type === certificateExtension) passExtension(readFrom(part));
    else if (!certificateParts.has(type)) {
      throw new Error(`it is a key revocation list that says of certificates what dtsync does not know (type ${type})`);
    }
  }
}

function passExtension(content: Reader): void {
  const name = content.text().toString("latin1");
  if (content.take(1).readUInt8() === 0) return;
  throw new Error(`it is a key revocation list with the critical extension ${name}, which dtsync does not know`);
}

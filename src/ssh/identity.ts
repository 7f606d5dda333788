import { createPrivateKey, sign } from "node:crypto";
import ssh2, { type ParsedKey } from "ssh2";
import { errorMessage } from "../errors.ts";
import { largestSecretFile, readOrdinaryText } from "../files/read-ordinary-file.ts";
import { isHardwareKey } from "./hardware-keys.ts";
import { fieldAt, keyTypeOf } from "./key-blob.ts";

/**
 * A key that an identity file names. Terms: its *public half* tells which key it is, also where the private one is locked
 * by a passphrase, in a hardware key, or not in the file at all: an SSH agent that holds it can log in with it.
 */
export interface Identity {
  readonly path: string;
  /** Base64 of the public key blob; null: the file does not tell. */
  readonly publicKey: string | null;
  /** A private key that needs nothing besides; null: there is none. */
  readonly privateKey: ParsedKey | null;
  /** Why there is no private key although a file is there; null: there is one, or no file. */
  readonly unusable: string | null;
}

/** Reads an identity file and, where it does not tell its public half, the `.pub` beside it. Never rejects. */
export async function readIdentity(path: string): Promise<Identity> {
  const text = readText(path);
  if (typeof text !== "string") {
    // One that is missing or closed to us is not offered, as with OpenSSH.
    const unusable = text === null ? null : errorMessage(text);
    return { path, publicKey: publicKeyBeside(path), privateKey: null, unusable };
  }
  const usable = withoutEnvelope(text);
  const parsed = ssh2.utils.parseKey(usable);
  if (!(parsed instanceof Error)) {
    const publicKey = parsed.getPublicSSH().toString("base64");
    return { path, publicKey, privateKey: parsed.isPrivateKey() ? withSigningKey(parsed) : null, unusable: null };
  }
  const publicKey = publicKeyIn(text) ?? publicKeyWithin(text) ?? publicKeyBeside(path);
  const inHardware = publicKey !== null && isHardwareKey(keyTypeOf(publicKey) ?? "");
  return {
    path,
    publicKey,
    privateKey: null,
    unusable: inHardware ? "its private half is in hardware" : parsed.message,
  };
}

/** What a signature is made of where nothing else was agreed on (RFC 4253, RFC 5656, RFC 8709). */
const usualHashes: Readonly<Record<string, string | null>> = {
  "ssh-ed25519": null,
  "ssh-rsa": "sha1",
  "ssh-dss": "sha1",
  "ecdsa-sha2-nistp256": "sha256",
  "ecdsa-sha2-nistp384": "sha384",
  "ecdsa-sha2-nistp521": "sha512",
};

/** ssh2 reads the text of a key again for each signature, which takes far longer than to sign. */
function withSigningKey(parsed: ParsedKey): ParsedKey {
  const key = createPrivateKey(parsed.getPrivatePEM());
  const usual = usualHashes[parsed.type];
  if (usual === undefined) return parsed;
  return Object.assign(parsed, { sign: (data: Buffer, hash?: string) => sign(hash || usual, data, key) });
}

/** Null: there is no file that could be read. */
function readText(path: string): string | Error | null {
  try {
    return readOrdinaryText(path, { largest: largestSecretFile }) || null;
  } catch (error) {
    if (error instanceof Error && !("code" in error)) return error;
    return null;
  }
}

/** ssh2 takes no PKCS#8, in which RSA and ECDSA keys stand as they do without it. */
function withoutEnvelope(text: string): string {
  if (!text.includes("-----BEGIN PRIVATE KEY-----")) return text;
  try {
    const key = createPrivateKey(text);
    const type = key.asymmetricKeyType === "rsa" ? "pkcs1" : key.asymmetricKeyType === "ec" ? "sec1" : null;
    return type === null ? text : key.export({ type, format: "pem" }).toString();
  } catch {
    return text;
  }
}

function publicKeyBeside(path: string): string | null {
  const text = path.endsWith(".pub") ? null : readText(`${path}.pub`);
  return typeof text === "string" ? publicKeyIn(text) : null;
}

/** The certificate that OpenSSH takes besides a key; null: there is none. */
export function certificateBeside(path: string): string | null {
  const certificate = `${path}-cert.pub`;
  const text = readText(certificate);
  return typeof text === "string" && /^\S+-cert-v01@openssh\.com\s/.test(text) ? certificate : null;
}

/** A file of a public key, in OpenSSH's format whatever its type is. */
function publicKeyIn(text: string): string | null {
  const [, type, key = ""] = /^\s*(\S+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(text) ?? [];
  if (type !== undefined && keyTypeOf(key) === type) return key;
  const parsed = ssh2.utils.parseKey(text);
  return parsed instanceof Error ? null : parsed.getPublicSSH().toString("base64");
}

const magic = Buffer.from("openssh-key-v1\0");

/**
 * The public half in a file of OpenSSH's own format, which is not encrypted there: after the magic text stand cipher, key
 * derivation and its options, each with a length of four bytes before it, the number of keys, and the public keys.
 */
function publicKeyWithin(text: string): string | null {
  const [, body] = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END/.exec(text) ?? [];
  if (body === undefined) return null;
  const bytes = Buffer.from(body, "base64");
  if (!bytes.subarray(0, magic.length).equals(magic)) return null;
  let position = magic.length;
  const field = (): Buffer | null => {
    const found = fieldAt(bytes, position);
    position += 4 + (found?.length ?? 0);
    return found;
  };
  for (let skipped = 0; skipped < 3; skipped += 1) if (field() === null) return null;
  position += 4;
  return field()?.toString("base64") || null;
}

/** The next text in what SSH writes: its length stands in four bytes before it. Null: it is not there as a whole. */
export function fieldAt(bytes: Buffer, position: number): Buffer | null {
  const start = position + 4;
  if (start > bytes.length) return null;
  const end = start + bytes.readUInt32BE(position);
  return end > bytes.length ? null : bytes.subarray(start, end);
}

/** A text as SSH writes it. */
export function field(text: Uint8Array | string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** All that stands in such texts, one after the other, up to where something else begins. */
export function fieldsOf(bytes: Buffer): readonly Buffer[] {
  const fields: Buffer[] = [];
  for (let position = 0; ; ) {
    const found = fieldAt(bytes, position);
    if (found === null) return fields;
    fields.push(found);
    position += 4 + found.length;
  }
}

/** Base64 of the longest name of a key type and its length, which each public key begins with. */
const typeCharacters = 128;

/** The type that a public key (base64 of its blob) names itself; null: it names none. */
export const keyTypeOf = (key: string): string | null =>
  fieldAt(Buffer.from(key.slice(0, typeCharacters), "base64"), 0)?.toString("latin1") ?? null;

/** How many bits an RSA key (base64 of its blob) has; null: it is none. */
export function rsaBitsOf(key: string): number | null {
  const [type, , modulus = Buffer.alloc(0)] = fieldsOf(Buffer.from(key, "base64"));
  if (type?.toString("latin1") !== "ssh-rsa") return null;
  const start = modulus.findIndex((byte) => byte !== 0);
  return start === -1 ? 0 : (modulus.length - start) * 8 - (Math.clz32(modulus[start] ?? 0) - 24);
}

/** The key type of an RSA key is `ssh-rsa` whatever signs with it. */
export const keyTypeFor = (algorithm: string): string => (algorithm.startsWith("rsa-sha2") ? "ssh-rsa" : algorithm);

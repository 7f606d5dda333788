/**
 * Bytes that look like the packed program of a real installer: all values but NUL and carriage return, which text-mode
 * signatures cannot carry unchanged, in lines below 1,000 bytes. The same seed gives the same bytes.
 */
export function installerPadding(length: number, seed: string): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 2166136261;
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16777619) | 1;
  let column = 0;
  for (let index = 0; index < length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = state & 0xff;
    const lineEnds = value === 0x0a || column === 250 || index === length - 1;
    bytes[index] = lineEnds ? 0x0a : value === 0x00 || value === 0x0d ? 0x80 : value;
    column = lineEnds ? 0 : column + 1;
  }
  return bytes;
}

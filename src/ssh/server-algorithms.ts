import type { Algorithms } from "./algorithms.ts";
import { fieldsOf } from "./key-blob.ts";

/** The kinds in the order in which a server lists its algorithms (RFC 4253, section 7.1): some for each direction. */
const kinds: readonly (keyof Algorithms)[] = ["kex", "serverHostKey", "cipher", "cipher", "hmac", "hmac"];

/** How ssh2 says that nothing of a kind is in common. */
const missing: readonly (readonly [RegExp, keyof Algorithms])[] = [
  [/no matching key exchange/i, "kex"],
  [/no matching host key/i, "serverHostKey"],
  [/no matching .* cipher/i, "cipher"],
  [/no matching .* MAC/i, "hmac"],
];

/** Names that only say what a server can do besides. */
const noAlgorithm = /^(?:ext-info-|kex-strict-)/;

/** The kind of algorithms of which none is in common, by the error; null: it is about something else. */
export const kindInError = (message: string): keyof Algorithms | null =>
  missing.find(([pattern]) => pattern.test(message))?.[1] ?? null;

const messageTypeAt = 5;
const listsOfAlgorithms = 20;
/** Behind the length of the packet, that of its padding, the type, and a cookie of 16 bytes. */
const listsAt = 22;

/** The algorithms of a kind in the first packet of a server, from what came of it until then (in Latin-1). */
export function algorithmsIn(beginning: string, kind: keyof Algorithms): readonly string[] {
  const identification = /^SSH-[^\n]*\n/m.exec(beginning);
  if (identification === null) return [];
  const packet = Buffer.from(beginning.slice(identification.index + identification[0].length), "latin1");
  if (packet[messageTypeAt] !== listsOfAlgorithms) return [];
  const list = fieldsOf(packet.subarray(listsAt))[kinds.indexOf(kind)]?.toString("latin1") ?? "";
  return list.split(",").filter((name) => name !== "" && !noAlgorithm.test(name));
}

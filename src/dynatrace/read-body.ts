import { isUtf8 } from "node:buffer";

/** Bytes after decompression that the body of an answer may have, by what it is. */
export const bodyLimits = {
  /** A page of a list. A group counts as one: it holds the ids of all environments that its members may see. */
  list: 64 * 1_048_576,
  installer: 2 * 1_073_741_824,
  /** Everything else, errors included. */
  other: 1_048_576,
} as const;

/** More came than the limit allows. What is left was not read, and its connection is closed. */
export class BodyTooLarge extends Error {
  constructor(limit: number) {
    super(`the body has more than ${limit / 1_048_576} MB`);
    this.name = "BodyTooLarge";
  }
}

/** A body as its chunks come, up to the limit. Throws BodyTooLarge. */
export async function* bounded(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  // Leaving the loop ends the body, whether by an error here or because the reader wants no more.
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > limit) throw new BodyTooLarge(limit);
    yield chunk;
  }
}

/**
 * The whole text of a body; null where it is not UTF-8. Replacing what cannot be read would make another name of a name,
 * and what has that name would count as missing. Throws BodyTooLarge, and what the body throws.
 */
export async function readText(body: AsyncIterable<Uint8Array> | null, limit: number): Promise<string | null> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  for await (const chunk of bounded(body, limit)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return isUtf8(bytes) ? new TextDecoder().decode(bytes) : null;
}

/** What came of a body whose end does not matter: it is left off at the limit, or where it breaks. */
export async function readStart(body: AsyncIterable<Uint8Array> | null, limit: number): Promise<string> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of bounded(body, limit)) chunks.push(chunk);
  } catch {
    // The status has told already what happened; its text is for reading only.
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

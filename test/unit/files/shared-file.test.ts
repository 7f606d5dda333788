import { describe, expect, test } from "vitest";
import { mostPieces, pieceBytes, type ReadableFile, shareFile } from "../../../src/files/shared-file.ts";

/** A file whose reads are counted; every piece has its number in its first byte. */
function aFile(pieces: number) {
  const counts = { reads: 0, closed: 0 };
  const file: ReadableFile = {
    read: (async (buffer: Buffer, offset: number, length: number, position: number) => {
      counts.reads += 1;
      const piece = Math.floor(position / pieceBytes);
      if (piece >= pieces) return { bytesRead: 0, buffer };
      buffer.fill(piece, offset, offset + length);
      return { bytesRead: length, buffer };
    }) as ReadableFile["read"],
    close: async () => {
      counts.closed += 1;
    },
  };
  return { file, counts };
}

async function numbersOf(pieces: AsyncIterable<Buffer>): Promise<readonly (number | undefined)[]> {
  const numbers: (number | undefined)[] = [];
  for await (const piece of pieces) numbers.push(piece[0]);
  return numbers;
}

describe("a file that many read at once", () => {
  test("is read once for those who read together, and gives each of them all of it", async () => {
    const { file, counts } = aFile(20);
    const shared = shareFile(file, 20 * pieceBytes);
    const all = await Promise.all(Array.from({ length: 50 }, () => numbersOf(shared.pieces())));
    for (const numbers of all) expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(counts.reads).toBe(20);
  });

  test("keeps a bounded number of pieces, whatever its size: who comes much later reads again", async () => {
    const { file, counts } = aFile(200);
    const shared = shareFile(file, 200 * pieceBytes);
    await numbersOf(shared.pieces());
    const first = counts.reads;
    await numbersOf(shared.pieces());
    expect(counts.reads - first).toBeGreaterThanOrEqual(200 - mostPieces);
  });

  test("says when it has become shorter, and is closed by its owner", async () => {
    const { file, counts } = aFile(2);
    const shared = shareFile(file, 3 * pieceBytes);
    await expect(numbersOf(shared.pieces())).rejects.toThrow("shorter");
    await shared.close();
    expect(counts.closed).toBe(1);
  });
});

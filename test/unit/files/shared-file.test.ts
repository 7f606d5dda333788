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

  test("uses memory anew once nobody works with it, and not before", async () => {
    const { file, counts } = aFile(100);
    const shared = shareFile(file, 100 * pieceBytes);
    const slow = shared.pieces();
    const kept = (await slow.next()).value ?? expect.fail("no piece");
    const memories = new Set<ArrayBufferLike>();
    for (const _ of [1, 2]) for await (const piece of shared.pieces()) memories.add(piece.buffer);
    expect(kept[0]).toBe(0);
    expect(memories.size).toBeLessThanOrEqual(mostPieces + 1);
    expect((await slow.next()).value?.[0]).toBe(1);
    await slow.return();
    const before = counts.reads;
    await shared.pieces().next();
    expect(counts.reads - before).toBeLessThanOrEqual(1);
  });

  test("gives each of many that go at paces of their own every piece in order", async () => {
    const { file } = aFile(60);
    const shared = shareFile(file, 60 * pieceBytes);
    const readers = Array.from({ length: 12 }, async (_, pace) => {
      const numbers: (number | undefined)[] = [];
      for await (const piece of shared.pieces()) {
        for (let turn = 0; turn < pace; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        numbers.push(piece[0], piece[pieceBytes - 1]);
      }
      return numbers;
    });
    const expected = Array.from({ length: 60 }, (_, index) => [index, index]).flat();
    for (const numbers of await Promise.all(readers)) expect(numbers).toEqual(expected);
  });

  test("forgets a piece that could not be read, and gives it to whoever asks again", async () => {
    const { file } = aFile(3);
    let fails = true;
    const read = (async (...parameters: Parameters<ReadableFile["read"]>) => {
      if (fails) throw new Error("the disk is gone");
      return file.read(...parameters);
    }) as ReadableFile["read"];
    const shared = shareFile({ ...file, read }, 3 * pieceBytes);
    await expect(numbersOf(shared.pieces())).rejects.toThrow("the disk is gone");
    fails = false;
    expect(await numbersOf(shared.pieces())).toEqual([0, 1, 2]);
  });

  test("says when it has become shorter, and is closed by its owner", async () => {
    const { file, counts } = aFile(2);
    const shared = shareFile(file, 3 * pieceBytes);
    await expect(numbersOf(shared.pieces())).rejects.toThrow("shorter");
    await shared.close();
    expect(counts.closed).toBe(1);
  });
});

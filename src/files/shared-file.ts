import type { FileHandle } from "node:fs/promises";

/** A file that many read at once through one descriptor. */
export interface SharedFile {
  /** Bytes. */
  readonly size: number;
  /**
   * The content piece by piece. Others get the same pieces, so nobody may change one, and its memory is reused when the next
   * one is asked for. Throws when the file has become shorter.
   */
  pieces(): AsyncGenerator<Buffer, void, undefined>;
  close(): Promise<void>;
}

export const pieceBytes = 256 * 1_024;
/** Who reads a little later than another still finds its piece here; who reads much later, in the system's own memory. */
export const mostPieces = 16;

/** What a file is read with. */
export type ReadableFile = Pick<FileHandle, "read" | "close">;

interface Piece {
  readonly memory: Buffer;
  readonly content: Promise<Buffer>;
  /** How many work on it. */
  readers: number;
}

/**
 * Shares an open file, which is closed with it. What is in memory is bounded whatever the file's size and the number of its
 * readers: a reader holds the piece that it works on, and the pieces that were let go last are kept for all.
 */
export function shareFile(file: ReadableFile, size: number): SharedFile {
  /** By where they begin in the file, those that were let go last at the end. */
  const pieces = new Map<number, Piece>();

  async function readInto(memory: Buffer, start: number): Promise<Buffer> {
    const piece = memory.subarray(0, Math.min(pieceBytes, size - start));
    let length = 0;
    while (length < piece.length) {
      const { bytesRead } = await file.read(piece, length, piece.length - length, start + length);
      if (bytesRead === 0) throw new Error("the file has become shorter");
      length += bytesRead;
    }
    return piece;
  }

  /** New memory is dear: the system clears it first, and all that was let go has to be collected. */
  function freeMemory(): Buffer {
    if (pieces.size >= mostPieces) {
      for (const [start, { readers, memory }] of pieces) {
        if (readers > 0) continue;
        pieces.delete(start);
        return memory;
      }
    }
    return Buffer.allocUnsafeSlow(pieceBytes);
  }

  function take(start: number): Piece {
    const found = pieces.get(start);
    if (found !== undefined) {
      found.readers += 1;
      return found;
    }
    const memory = freeMemory();
    const piece = { memory, content: readInto(memory, start), readers: 1 };
    pieces.set(start, piece);
    return piece;
  }

  function letGo(start: number, piece: Piece, isGood: boolean): void {
    piece.readers -= 1;
    if (pieces.get(start) !== piece) return;
    pieces.delete(start);
    if (isGood && (piece.readers > 0 || pieces.size < mostPieces)) pieces.set(start, piece);
  }

  return {
    size,
    async *pieces() {
      for (let start = 0; start < size; start += pieceBytes) {
        const piece = take(start);
        let isGood = false;
        try {
          const content = await piece.content;
          isGood = true;
          yield content;
        } finally {
          letGo(start, piece, isGood);
        }
      }
    },
    close: () => file.close(),
  };
}

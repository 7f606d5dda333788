import type { FileHandle } from "node:fs/promises";

/** A file that many read at once through one descriptor. */
export interface SharedFile {
  /** Bytes. */
  readonly size: number;
  /** The content piece by piece. Others get the same pieces: nobody may change one. Throws when the file has become shorter. */
  pieces(): AsyncGenerator<Buffer, void, undefined>;
  close(): Promise<void>;
}

export const pieceBytes = 256 * 1_024;
/** Who reads a little later than another still finds its piece here; who reads much later, in the system's own memory. */
export const mostPieces = 16;

/** What a file is read with. */
export type ReadableFile = Pick<FileHandle, "read" | "close">;

/**
 * Shares an open file, which is closed with it. What is in memory is bounded whatever the file's size and the number of its
 * readers: a reader holds the piece that it works on, and the pieces that were asked for last are kept for all.
 */
export function shareFile(file: ReadableFile, size: number): SharedFile {
  const pieces = new Map<number, Promise<Buffer>>();

  async function readPiece(start: number): Promise<Buffer> {
    const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, size - start));
    let length = 0;
    while (length < piece.length) {
      const { bytesRead } = await file.read(piece, length, piece.length - length, start + length);
      if (bytesRead === 0) throw new Error("the file has become shorter");
      length += bytesRead;
    }
    return piece;
  }

  function pieceAt(start: number): Promise<Buffer> {
    const found = pieces.get(start);
    if (found !== undefined) return found;
    const reading = readPiece(start);
    pieces.set(start, reading);
    reading.catch(() => pieces.delete(start));
    if (pieces.size > mostPieces) pieces.delete(pieces.keys().next().value ?? start);
    return reading;
  }

  return {
    size,
    async *pieces() {
      for (let start = 0; start < size; start += pieceBytes) yield await pieceAt(start);
    },
    close: () => file.close(),
  };
}

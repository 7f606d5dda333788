import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { gatherWrites } from "../../../src/ssh/gather-writes.ts";

/** A stream that keeps what left it: each entry is what left at once. */
function createStream(takes: "lists" | "single pieces"): { readonly stream: Duplex; readonly left: string[] } {
  const left: string[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write(piece: Buffer, _encoding, done) {
      left.push(piece.toString());
      done();
    },
    final(done) {
      left.push("end");
      done();
    },
    ...(takes === "lists" && {
      writev(pieces: { chunk: Buffer }[], done: () => void) {
        left.push(pieces.map(({ chunk }) => chunk.toString()).join("+"));
        done();
      },
    }),
  });
  gatherWrites(stream);
  return { stream, left };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test.each([
  ["lists", "length+data+tag", "more+tag"],
  ["single pieces", "lengthdatatag", "moretag"],
] as const)("pieces that are written without a pause leave a stream of %s at once", async (takes, first, second) => {
  const { stream, left } = createStream(takes);
  for (const piece of ["length", "data", "tag"]) stream.write(Buffer.from(piece));
  await turn();
  for (const piece of ["more", "tag"]) stream.write(Buffer.from(piece));
  await turn();
  stream.write(Buffer.from("alone"));
  await turn();
  expect(left).toEqual([first, second, "alone"]);
});

test("what is written leaves before the end that follows it without a pause, once", async () => {
  const { stream, left } = createStream("single pieces");
  for (const piece of ["farewell", "tag"]) stream.write(Buffer.from(piece));
  stream.end();
  await turn();
  expect(left).toEqual(["farewelltag", "end"]);
});

test("a stream with more waiting than it likes says so while it gathers, and when it can take more", async () => {
  const { stream } = createStream("lists");
  const mayGoOn = stream.write(Buffer.alloc(stream.writableHighWaterMark));
  expect(mayGoOn).toBe(false);
  await new Promise((resolve) => stream.once("drain", resolve));
  expect(stream.writableLength).toBe(0);
});

import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { joinWrites } from "../../../src/ssh/join-writes.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A stream that takes one piece at a time, and the pieces that it was given. */
function stream() {
  const pieces: string[] = [];
  const made = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, taken) {
      pieces.push(chunk.toString());
      taken();
    },
  });
  joinWrites(made);
  return { made, pieces };
}

test("what is written in one turn leaves in one piece, and in its order", async () => {
  const { made, pieces } = stream();
  for (const text of ["a", "b", "c"]) made.write(Buffer.from(text));
  expect(pieces).toEqual([]);
  await turn();
  made.write(Buffer.from("d"));
  await turn();
  expect(pieces).toEqual(["abc", "d"]);
});

test("the end waits for nothing, and loses nothing", async () => {
  const { made, pieces } = stream();
  made.write(Buffer.from("a"));
  made.write(Buffer.from("b"));
  made.end();
  expect(pieces).toEqual(["ab"]);
  await turn();
  expect(made.writableFinished).toBe(true);
});

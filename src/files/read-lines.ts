import { createReadStream } from "node:fs";
import { lstat } from "node:fs/promises";
import { UnusableFile } from "./read-ordinary-file.ts";

/**
 * The lines of an ordinary file, one after the other, however large it is. A line that has no end is given, too. Throws
 * UnusableFile, also for a line of more characters than allowed, or the error of the system.
 */
export async function* readLines(path: string, longest: number): AsyncGenerator<string> {
  if (!(await lstat(path)).isFile()) throw new UnusableFile("not-a-file", "it is not an ordinary file");
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: 1_048_576 })) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > longest) throw new UnusableFile("too-large", `it has a line of more than ${longest} characters`);
  }
  if (rest !== "") yield rest;
}

import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";

/** How many cases of each kind of input are tried: with all other tests, and with `npm run fuzz`. */
const numbersOfCases = {
  "answers of clusters": { few: 120, many: 5_000 },
  "plan files": { few: 200, many: 5_000 },
  journals: { few: 200, many: 2_000 },
  inventories: { few: 120, many: 10_000 },
  "outputs of hosts": { few: 300, many: 5_000 },
  "known_hosts files": { few: 200, many: 2_000 },
  "ssh_config files": { few: 200, many: 2_000 },
  "saved documents": { few: 400, many: 5_000 },
} as const;

/** For a law that needs more than `fuzz` gives it. */
export const numberOfCases = (kind: keyof typeof numbersOfCases): number =>
  numbersOfCases[kind][isLargeRun ? "many" : "few"];

const isLargeRun = process.env["DTSYNC_FUZZ"] === "1";
/** Milliseconds that one case may take. Held only in the large run, which is for measuring too. */
const longestCase = 5_000;
/** A counterexample may hold a file of a megabyte; nobody reads more than its beginning. */
const longestReport = 6_000;

/** Milliseconds for all cases of a kind. */
export const fuzzTimeout = isLargeRun ? 3_600_000 : 120_000;

/** One test that tries the law on many inputs, and says how to see a counterexample again. */
export function fuzz<Input>(
  kind: keyof typeof numbersOfCases,
  input: fc.Arbitrary<Input>,
  law: (input: Input) => Promise<void> | void,
): void {
  const numRuns = numberOfCases(kind);
  test(kind, { timeout: fuzzTimeout }, async ({ task }) => {
    let tried = 0;
    let longest = 0;
    const timed = async (value: Input) => {
      const start = performance.now();
      try {
        await law(value);
      } finally {
        tried += 1;
        longest = Math.max(longest, performance.now() - start);
      }
      if (isLargeRun) expect(performance.now() - start).toBeLessThan(longestCase);
    };
    onTestFinished(() => {
      if (isLargeRun) process.stdout.write(`${kind}: ${tried} cases, the longest took ${Math.round(longest)} ms\n`);
    });
    const found = await fc.check(fc.asyncProperty(input, timed), { numRuns });
    if (!found.failed) return;
    const report = (await fc.asyncDefaultReportMessage(found)) ?? "";
    const again = [
      ...(isLargeRun ? ["DTSYNC_FUZZ=1"] : []),
      `DTSYNC_SEED=${found.seed}`,
      ...(found.counterexamplePath === null ? [] : [`DTSYNC_SEED_PATH=${found.counterexamplePath}`]),
      `npx vitest run --project slow ${task.file.name} -t '${kind}'`,
    ];
    throw new Error(`Run it again: ${again.join(" ")}\n${report.slice(0, longestReport)}`, {
      cause: found.errorInstance,
    });
  });
}

/** Words of an error that the JavaScript engine makes, or of a value that was shown without a look at it. */
const wordsOfBug =
  /Cannot (?:read|set|convert)|is not (?:a function|iterable|defined|a constructor)|call stack|Invalid (?:time|array|string|count|date)|\[object |\bundefined\b|\bNaN\b|\bat \S+ \(?(?:file|node|\/)/;

/** What a user reads: words that were meant, not those of a bug that something caught. */
export function expectMeantWords(...texts: readonly string[]): void {
  expect(texts.filter((text) => wordsOfBug.test(text))).toEqual([]);
}

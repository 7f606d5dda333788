import fc from "fast-check";
import { expect, test } from "vitest";
import { createRedactor } from "../../../src/secrets/redactor.ts";
import { stepJournal } from "../../../src/state/step-journal.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { journalLines, openSteps } from "../../support/journal-lines.ts";

function aJournal(mostCharacters?: number) {
  const clock = fakeClock(noon);
  const redactor = createRedactor();
  let text = "";
  let isFull = 0;
  const begin = stepJournal({
    runId: "0123456789ab",
    clock,
    redact: redactor.redact,
    open: async () => ({
      write: (lines) => {
        text += lines;
      },
    }),
    onFull: () => {
      isFull += 1;
    },
    ...(mostCharacters === undefined ? {} : { mostCharacters }),
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { begin, clock, redactor, text: () => text, isFull: () => isFull, turn };
}

const install = { host: "web01.abc.example.com", environment: "abc-p1", step: "install" };

test("a step is a line when it begins and one when it has ended", async () => {
  const { begin, clock, text, turn } = aJournal();
  const end = begin(install);
  const other = begin({ host: "web02.abc.example.com", environment: null, step: "connect" });
  await turn();
  expect(openSteps(journalLines(text())).map(({ step }) => step)).toEqual(["install", "connect"]);
  clock.pass(5_210);
  end({ result: "installer-exit-6", words: "disk is full" });
  expect(openSteps(journalLines(text())).map(({ step }) => step)).toEqual(["connect"]);
  expect(journalLines(text()).at(-1)).toEqual({
    format: "dtsync-step/1",
    run: "0123456789ab",
    time: noon.toISOString(),
    ...install,
    ...{ event: "end", ms: 5_210, result: "installer-exit-6", words: "disk is full" },
  });
  other({ result: "ok", words: null });
  expect(journalLines(text()).at(-1)).not.toHaveProperty("words");
});

test("whatever a host says is one line of the schema, short, printable and without secrets", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 2_000 }), async (said) => {
      const { begin, redactor, text, turn } = aJournal();
      redactor.conceal("correct-horse-battery");
      begin(install)({ result: "timeout", words: `${said} correct-horse-battery ${said}` });
      await turn();
      expect(journalLines(text())).toHaveLength(2);
      expect(text()).not.toContain("correct-horse");
      expect(text().length).toBeLessThan(10_000);
      expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }),
  );
});

test("a secret across the place where words are cut is not shown in part", async () => {
  const { begin, redactor, text, turn } = aJournal();
  redactor.conceal("correct-horse-battery");
  begin(install)({ result: "timeout", words: `${"x".repeat(990)}correct-horse-battery` });
  await turn();
  expect(text()).not.toContain("corr");
});

test("a run writes so much and no more, and that is told once", async () => {
  const { begin, text, isFull, turn } = aJournal(1_000);
  for (let number = 0; number < 100; number += 1) begin(install)({ result: "ok", words: null });
  await turn();
  expect(text().length).toBeLessThan(1_300);
  expect(journalLines(text()).length).toBeGreaterThan(3);
  expect(isFull()).toBe(1);
});

test("where the file cannot be opened, steps go on", async () => {
  const begin = stepJournal({
    runId: "0123456789ab",
    clock: fakeClock(noon),
    redact: (text) => text,
    open: async () => null,
    onFull: () => expect.unreachable(),
  });
  const end = begin(install);
  await new Promise((resolve) => setImmediate(resolve));
  end({ result: "ok", words: null });
  expect(begin(install)).toBeTypeOf("function");
});

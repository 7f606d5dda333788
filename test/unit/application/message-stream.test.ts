import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMessageStream } from "../../../src/application/message-stream.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { screenOf } from "../../support/screen.ts";

/** A stream on a terminal whose size can change, what was written there and what it looks like. */
function aTerminal(size: { columns: number; rows: number } | null = { columns: 40, rows: 10 }) {
  const clock = fakeClock(noon);
  const written: string[] = [];
  const messages = createMessageStream(
    (text) => void written.push(text),
    () => size,
    clock,
  );
  return { clock, messages, written, size, screen: () => screenOf(written.join(""), size?.columns) };
}

describe("what is shown live", () => {
  test("stands below all messages, which are not torn apart", () => {
    const { clock, messages, screen } = aTerminal();
    let done = 0;
    messages.write("warn: before\n");
    const region = messages.openRegion(() => [`hosts ${done}/3`, "longest: web01"]);
    expect(screen()).toEqual(["warn: before", "hosts 0/3", "longest: web01"]);
    done = 2;
    clock.pass(100);
    messages.write("failed web02\n");
    messages.write("failed web03\n");
    clock.pass(100);
    expect(screen()).toEqual(["warn: before", "failed web02", "failed web03", "hosts 2/3", "longest: web01"]);
    region?.close();
    messages.write("after\n");
    expect(screen()).toEqual(["warn: before", "failed web02", "failed web03", "after"]);
  });

  test("becomes shorter and longer without a trace", () => {
    const { clock, messages, screen } = aTerminal();
    let lines = ["a long line", "second", "third"];
    messages.openRegion(() => lines);
    lines = ["short"];
    clock.pass(100);
    expect(screen()).toEqual(["short"]);
    lines = ["one", "two"];
    clock.pass(100);
    expect(screen()).toEqual(["one", "two"]);
  });

  test("is drawn ten times in a second at most, however many messages and changes there are", () => {
    const { clock, messages, written, screen } = aTerminal();
    let changes = 0;
    messages.openRegion(() => [`region ${changes}`]);
    for (let step = 0; step < 1_000; step += 1) {
      changes += 1;
      messages.write(`message ${step}\n`);
      clock.pass(1);
    }
    expect(written.join("").match(/region/g)?.length).toBeLessThanOrEqual(11);
    clock.pass(100);
    expect(screen().at(-1)).toBe("region 1000");
    expect(screen()).toHaveLength(1_001);
  });

  test("is not written again while it stays the same", () => {
    const { clock, messages, written } = aTerminal();
    messages.openRegion(() => ["the same"]);
    clock.pass(60_000);
    expect(written).toHaveLength(1);
  });

  test("is cut to the window and never broken, also after the window was made smaller", () => {
    const { clock, messages, size, written, screen } = aTerminal();
    messages.write("before\n");
    messages.openRegion(() => ["x".repeat(100), "y".repeat(100), ...Array.from({ length: 20 }, () => "z")]);
    expect(screen()).toHaveLength(1 + 9);
    expect(screen()[1]).toBe(`${"x".repeat(38)}…`);
    Object.assign(size ?? {}, { columns: 25 });
    clock.pass(100);
    // Each of the two long lines stands on two rows now, and is gone from both.
    expect(written.at(-1)).toMatch(/^\r(?:\u001b\[1A\u001b\[2K){11}x/);
    expect(written.at(-1)).toContain(`${"x".repeat(23)}…\u001b[K\n`);
  });

  test("lets others write to the same terminal", () => {
    const { clock, messages, written, screen } = aTerminal();
    messages.openRegion(() => ["region"]);
    messages.aside(() => written.push("result\n"));
    clock.pass(100);
    expect(screen()).toEqual(["result", "region"]);
  });

  test("is given up when it cannot be rendered, and messages go on", () => {
    const { clock, messages, screen } = aTerminal();
    let broken = false;
    messages.openRegion(() => {
      if (broken) throw new TypeError("boom");
      return ["region"];
    });
    broken = true;
    expect(() => clock.pass(100)).toThrow("boom");
    messages.write("dtsync: this is a bug\n");
    clock.pass(200);
    expect(screen().at(-1)).toBe("dtsync: this is a bug");
  });

  test("is said to be so", () => {
    const { messages } = aTerminal();
    expect(messages.isLive()).toBe(false);
    const region = messages.openRegion(() => ["region"]);
    expect(messages.isLive()).toBe(true);
    region?.close();
    expect(messages.isLive()).toBe(false);
  });

  test("stands below what was written before, whatever happens in which order", () => {
    const step = fc.oneof(
      fc.record({ write: fc.stringMatching(/^[a-z ]{1,60}$/) }),
      fc.record({ show: fc.array(fc.stringMatching(/^[a-z]{1,60}$/), { maxLength: 5 }) }),
      fc.record({ pass: fc.integer({ min: 1, max: 200 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { clock, messages, screen } = aTerminal({ columns: 70, rows: 10 });
        const said: string[] = [];
        let lines: readonly string[] = [];
        messages.openRegion(() => lines);
        for (const each of steps) {
          if ("write" in each) {
            messages.write(`${each.write}\n`);
            said.push(each.write);
          } else if ("show" in each) lines = each.show;
          else clock.pass(each.pass);
        }
        clock.pass(200);
        expect(screen()).toEqual([...said, ...lines]);
      }),
    );
  });
});

describe("messages", () => {
  test("are broken between words on a terminal", () => {
    const { messages, screen } = aTerminal({ columns: 20, rows: 10 });
    messages.write("warn: the cluster does not answer\n");
    expect(screen()).toEqual(["warn: the cluster", "  does not answer"]);
  });

  test("go out as they are where there is none, and nothing is shown live", () => {
    const { clock, messages, written } = aTerminal(null);
    expect(messages.openRegion(() => ["region"])).toBeNull();
    const text = `\nwarn: ${"word ".repeat(50)}\n`;
    messages.write(text);
    messages.aside(() => written.push("result\n"));
    clock.pass(1_000);
    expect(written).toEqual([text, "result\n"]);
  });
});

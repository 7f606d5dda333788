import { expect, test, vi } from "vitest";
import { applyProgress } from "../../../src/application/apply-progress.ts";
import { readingProgress } from "../../../src/application/reading-progress.ts";
import { aChange } from "../../support/builders.ts";
import { aContext } from "../../support/context.ts";

const onTerminal = { input: false, output: false, errors: true };

test("what is being read is one line that is replaced, and only where somebody watches", () => {
  const now = { clusters: { done: 1, total: 2 }, hosts: { done: 3, total: 40 } };
  const shown = (progress: boolean, terminal = onTerminal) => {
    const { context, errors } = aContext({ terminal });
    const reading = readingProgress({ progress }, context);
    reading.update(now);
    reading.close();
    return errors();
  };
  expect(shown(true)).toBe("\r\u001b[2KReading: clusters 1/2, hosts 3/40\r\u001b[2K");
  expect(shown(false)).toBe("");
  expect(shown(true, { ...onTerminal, errors: false })).toBe("");
});

test("without a terminal every change that has ended is a line, unless --no-progress is given", async () => {
  const change = aChange({ kind: "environment", action: "create" });
  const { id, action } = change;
  const shown = async (progress: boolean) => {
    const { context, errors } = aContext();
    const following = await applyProgress([change], { progress, color: false }, context);
    following.started(change);
    following.finished(change, { id, action, status: "done", attempts: 1, durationMs: 1 });
    await following.close();
    return errors();
  };
  expect(await shown(true)).toBe("done      create environment/abc-p1\n");
  expect(await shown(false)).toBe("");
});

test("counters on a terminal end with the run, also when every change has ended before they are shown", async () => {
  const changes = ["abc-p1", "abc-t1"].map((environment) =>
    aChange({ kind: "environment", action: "create", environment }),
  );
  const { context } = aContext({ terminal: onTerminal });
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const following = await applyProgress(changes, { progress: true, color: false }, context);
  for (const change of changes) {
    const { id, action } = change;
    following.finished(change, { id, action, status: "skipped", attempts: 0, durationMs: 0 });
  }
  await following.close();
  expect(write.mock.calls.join("")).toContain("Environments 2/2, 2 not done");
  write.mockRestore();
});

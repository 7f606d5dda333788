import { allKinds, rulesOf } from "../kinds/kinds.ts";
import { painter } from "../lib/printable.ts";
import type { Change } from "../model/change.ts";
import type { ChangeResult } from "../model/result.ts";
import { resultLine } from "../report/apply-text.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";

/** Follows the changes of an apply while they happen. */
export interface ApplyProgress {
  started(change: Change): void;
  finished(change: Change, result: ChangeResult): void;
  close(): Promise<void>;
}

/** On a terminal counters for each kind, with what went wrong above them; elsewhere a line for every change. */
export async function applyProgress(
  changes: readonly Change[],
  options: CommonOptions,
  context: Context,
): Promise<ApplyProgress> {
  const paint = painter(options.color && context.terminal.errors);
  const line = (result: ChangeResult) => context.output.err(`${resultLine(result, paint)}\n`);
  if (!options.progress || changes.length === 0)
    return { started: () => undefined, finished: () => undefined, close: async () => undefined };
  if (!context.terminal.errors)
    return { started: () => undefined, finished: (_change, result) => line(result), close: async () => undefined };

  const { Listr, ListrLogger, ProcessOutput } = await import("listr2");
  const counters = allKinds
    .map((kind) => ({
      kind,
      title: rulesOf({ kind }).heading,
      total: changes.filter((change) => change.kind === kind).length,
      done: 0,
      failed: 0,
      running: 0,
    }))
    .filter(({ total }) => total > 0);
  const tasks = new Map<string, { title: string }>();
  const finishers = new Map<string, () => void>();
  const titleOf = ({ title, total, done, failed, running }: (typeof counters)[number]) =>
    `${title} ${done}/${total}${running > 0 ? `, ${running} running` : ""}${failed > 0 ? `, ${failed} not done` : ""}`;
  const list = new Listr(
    counters.map((counter) => ({
      title: titleOf(counter),
      task: (_context: unknown, task: { title: string }) => {
        tasks.set(counter.kind, task);
        return new Promise<void>((resolve) => finishers.set(counter.kind, resolve));
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: {
        logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
        collapseSubtasks: false,
      },
    },
  );
  const shown = list.run();
  const refresh = (kind: string) => {
    const counter = counters.find((entry) => entry.kind === kind);
    const task = tasks.get(kind);
    if (counter && task) task.title = titleOf(counter);
    if (counter && counter.done === counter.total) finishers.get(kind)?.();
  };
  return {
    started(change) {
      const counter = counters.find(({ kind }) => kind === change.kind);
      if (counter) counter.running += 1;
      refresh(change.kind);
    },
    finished(change, result) {
      const counter = counters.find(({ kind }) => kind === change.kind);
      if (counter) {
        counter.done += 1;
        counter.running = Math.max(0, counter.running - 1);
        if (result.status !== "done") counter.failed += 1;
      }
      refresh(change.kind);
    },
    async close() {
      for (const finish of finishers.values()) finish();
      await shown;
    },
  };
}

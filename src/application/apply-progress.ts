import { painter } from "../lib/printable.ts";
import type { Change, ChangeKind } from "../model/change.ts";
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

const titles: ReadonlyMap<ChangeKind, string> = new Map([
  ["environment", "Environments"],
  ["group", "Groups"],
  ["permission", "Permissions"],
  ["host", "Hosts"],
]);

const silent: ApplyProgress = { started: () => undefined, finished: () => undefined, close: async () => undefined };

/** On a terminal a counter for each kind; elsewhere a line for every change that has ended. */
export async function applyProgress(
  changes: readonly Change[],
  options: Pick<CommonOptions, "progress">,
  { output, terminal }: Pick<Context, "output" | "terminal">,
): Promise<ApplyProgress> {
  if (!options.progress || changes.length === 0) return silent;
  if (terminal.errors) return showCounters(changes);
  const paint = painter(false);
  return { ...silent, finished: (_change, result) => output.err(`${resultLine(result, paint)}\n`) };
}

/** How far the changes of one kind are. */
interface Counter {
  readonly title: string;
  readonly total: number;
  done: number;
  failed: number;
  /** Ids of changes; what is skipped never gets here. */
  readonly running: Set<string>;
}

async function showCounters(changes: readonly Change[]): Promise<ApplyProgress> {
  const { Listr, ListrLogger, ProcessOutput } = await import("listr2");
  const lines = new Map<ChangeKind, CounterLine>();
  for (const [kind, title] of titles) {
    const total = changes.filter((change) => change.kind === kind).length;
    if (total > 0) lines.set(kind, createLine({ title, total, done: 0, failed: 0, running: new Set() }));
  }
  const list = new Listr(
    [...lines.values()].map(({ counter, show }) => ({
      title: describe(counter),
      task: (_context: unknown, place: { title: string }) => show(place),
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
  return {
    started: ({ kind, id }) => lines.get(kind)?.update(({ running }) => running.add(id)),
    finished: ({ kind, id }, { status }) =>
      lines.get(kind)?.update((counter) => {
        counter.done += 1;
        counter.running.delete(id);
        if (status !== "done") counter.failed += 1;
      }),
    async close() {
      for (const { end } of lines.values()) end();
      await shown;
    },
  };
}

interface CounterLine {
  readonly counter: Counter;
  /** Shows the counter as the title of a place until it ends, which may have been before it is shown at all. */
  show(place: { title: string }): Promise<void>;
  update(step: (counter: Counter) => void): void;
  end(): void;
}

function createLine(counter: Counter): CounterLine {
  let place: { title: string } | null = null;
  const refresh = () => {
    if (place !== null) place.title = describe(counter);
  };
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    counter,
    show(given) {
      place = given;
      refresh();
      return ended;
    },
    update(step) {
      step(counter);
      refresh();
      if (counter.done === counter.total) end();
    },
    end,
  };
}

function describe({ title, total, done, failed, running }: Counter): string {
  return `${title} ${done}/${total}${running.size > 0 ? `, ${running.size} running` : ""}${failed > 0 ? `, ${failed} not done` : ""}`;
}

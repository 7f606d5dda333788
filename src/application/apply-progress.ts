import { allKinds, rulesOf } from "../kinds/kinds.ts";
import { painter } from "../lib/printable.ts";
import type { Change, ChangeKind } from "../model/change.ts";
import { type ChangeResult, resultMeanings } from "../model/result.ts";
import { resultLine } from "../report/apply-text.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";

/** Follows the changes of an apply while they happen. */
export interface ApplyProgress {
  started(change: Change): void;
  finished(change: Change, result: ChangeResult): void;
  close(): Promise<void>;
}

const silent: ApplyProgress = { started: () => undefined, finished: () => undefined, close: async () => undefined };

/** Counters for each kind where standard error is a terminal, else a line for every change there. */
export async function applyProgress(
  changes: readonly Change[],
  options: Pick<CommonOptions, "progress" | "color">,
  { output, terminal, signal }: Pick<Context, "output" | "terminal" | "signal">,
): Promise<ApplyProgress> {
  if (!options.progress || changes.length === 0) return silent;
  if (terminal.errors) return showCounters(changes, signal);
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
  /** Nothing new is started. */
  interrupted: boolean;
}

async function showCounters(changes: readonly Change[], signal: AbortSignal): Promise<ApplyProgress> {
  const { Listr, ListrLogger, ProcessOutput } = await import("listr2");
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const rendererOptions = { logger, collapseSubtasks: false };
  const lines = new Map<ChangeKind, CounterLine>();
  for (const kind of allKinds) {
    const total = changes.filter((change) => change.kind === kind).length;
    const title = rulesOf({ kind }).heading;
    if (total > 0)
      lines.set(kind, createLine({ title, total, done: 0, failed: 0, running: new Set(), interrupted: false }));
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
      // The library looks for a terminal at standard output, which is not for it, and would take another renderer.
      ...{
        renderer: "default",
        rendererOptions,
        fallbackRenderer: "default",
        fallbackRendererOptions: rendererOptions,
      },
    },
  );
  const shown = list.run();
  // What is written beside the counters is only shown after them.
  const onInterrupt = () => {
    for (const { update } of lines.values()) {
      update((counter) => {
        counter.interrupted = true;
      });
    }
  };
  signal.addEventListener("abort", onInterrupt, { once: true });
  return {
    started: ({ kind, id }) => lines.get(kind)?.update(({ running }) => running.add(id)),
    finished: ({ kind, id }, { status }) =>
      lines.get(kind)?.update((counter) => {
        counter.done += 1;
        counter.running.delete(id);
        if (resultMeanings[status] !== "made") counter.failed += 1;
      }),
    async close() {
      signal.removeEventListener("abort", onInterrupt);
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

function describe({ title, total, done, failed, running, interrupted }: Counter): string {
  const parts = [
    `${title} ${done}/${total}`,
    ...(running.size > 0 ? [`${running.size} running`] : []),
    ...(failed > 0 ? [`${failed} not done`] : []),
    ...(interrupted && done < total ? ["interrupted: finishing what is running"] : []),
  ];
  return parts.join(", ");
}

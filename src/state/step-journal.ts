import type { LineFile } from "../files/append-lines.ts";
import { printable, printableLine } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import type { BeginStep, Clock, HostStep } from "../ports.ts";

/**
 * A line for each step on a host when it begins, and one when it has ended: what has no end is what a killed run was at.
 * `time` is in both that of the beginning, so that they can be put together.
 */
export interface StepLine extends HostStep {
  readonly format: "dtsync-step/1";
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly event: "begin" | "end";
  /** From here on only at the end. */
  readonly ms?: number;
  readonly result?: string;
  readonly words?: string;
}

export interface StepJournalOptions {
  readonly runId: string;
  readonly clock: Pick<Clock, "now" | "elapsed">;
  readonly redact: (text: string) => string;
  /** Called at the first step; null: it cannot be opened, and who opened it has said so. */
  readonly open: () => Promise<Pick<LineFile, "write"> | null>;
  /** Told once when the run has written as much as it may. */
  readonly onFull: () => void;
  readonly mostCharacters?: number;
}

/** Characters that one run writes: about twice what 12,000 hosts need. */
export const mostOfRun = 64_000_000;
const longestName = 300;
const longestWords = 1_000;

/** Writes steps as they happen. What it is told never waits for the file, and a file that fails fails alone. */
export function stepJournal(options: StepJournalOptions): BeginStep {
  const { runId, clock, redact, open, onFull, mostCharacters = mostOfRun } = options;
  const early: string[] = [];
  let isOpening = false;
  let file: Pick<LineFile, "write"> | null = null;
  let written = 0;

  const clean = (text: string, longest: number) => shortened(printableLine(redact(text)), longest);

  function write(line: StepLine): void {
    if (written > mostCharacters) return;
    const text = `${printable(JSON.stringify(line))}\n`;
    written += text.length;
    if (file !== null) file.write(text);
    else early.push(text);
    if (!isOpening) void begin();
    if (written > mostCharacters) onFull();
  }

  async function begin(): Promise<void> {
    isOpening = true;
    const opened = await open();
    opened?.write(early.splice(0).join(""));
    file = opened ?? { write: () => undefined };
  }

  return ({ host, environment, step }) => {
    const began = clock.elapsed();
    const about = {
      format: "dtsync-step/1",
      run: runId,
      time: clock.now().toISOString(),
      host: clean(host, longestName),
      environment: environment === null ? null : clean(environment, longestName),
      step,
    } as const;
    write({ ...about, event: "begin" });
    return ({ result, words }) => {
      const ms = Math.round(clock.elapsed() - began);
      const said = words === null || words === "" ? {} : { words: clean(words, longestWords) };
      write({ ...about, event: "end", ms, result, ...said });
    };
  };
}

import { displayWidth } from "../../lib/display-width.ts";
import { type Paint, printableLine } from "../../lib/printable.ts";
import { environmentLines } from "./environment-lines.ts";
import type { EnvironmentCounts } from "./rollout-tally.ts";
import type { Counts } from "./tally.ts";

/** What a progress is about at one moment. */
export interface ProgressState {
  /** What is done, for example `reading`. */
  readonly stage: string;
  readonly counts: readonly Counts[];
  /** Those of hosts by their environments; empty: they are not told. */
  readonly environments: readonly EnvironmentCounts[];
  /** Nothing new is begun. */
  readonly interrupted: boolean;
}

const finishing = "interrupted: finishing what is running";
/** Seconds from which on something is named as running long. */
const long = 2;

/** Everything in one line, for a log: `reading: clusters 2/3, hosts 120/3000, 12/s, about 4 min left`. */
export function progressLine({ stage, counts, interrupted }: ProgressState): string {
  const slowest = counts.reduce<Counts | null>(
    (most, each) => (each.secondsLeft !== null && each.secondsLeft > (most?.secondsLeft ?? 0) ? each : most),
    null,
  );
  const names = longestOf(counts).slice(0, 3);
  const parts = [
    ...counts.map((each) => {
      const remarks = remarksOf(each).map(([text]) => text);
      return `${each.title} ${each.done}/${each.total}${remarks.length > 0 ? ` (${remarks.join(", ")})` : ""}`;
    }),
    ...(slowest === null ? [] : paceOf(slowest)),
    ...(names.length > 0 ? [`longest: ${names.join(", ")}`] : []),
    ...(interrupted ? [finishing] : []),
  ];
  return `${stage}: ${parts.join(", ")}`;
}

/** A line for each of the counts, and below them what runs longest, as far as it fits in, and environments under way. */
export function progressRegion(
  { counts, environments, interrupted }: ProgressState,
  paint: Paint,
  columns: number,
): readonly string[] {
  const running = counts.reduce((sum, each) => sum + each.running, 0);
  return [
    ...countLines(counts, paint),
    ...longestLine(longestOf(counts), running, columns).map((line) => paint("dim", line)),
    ...(interrupted ? [paint("yellow", `  ${finishing}`)] : []),
    // Last, because it is the end that a low window cuts off.
    ...environmentLines(environments, paint),
  ];
}

/** A line for each of the counts, with a mark that is green only for what has all been done. */
export function countLines(counts: readonly Counts[], paint: Paint): readonly string[] {
  const titles = Math.max(...counts.map(({ title }) => title.length));
  const numbers = Math.max(...counts.map(({ total }) => 2 * String(total).length + 1));
  return counts.map((each) => {
    const { title, done, total } = each;
    const name = `${title[0]?.toUpperCase()}${title.slice(1)}`.padEnd(titles);
    const remarks = remarksOf(each).map(([text, style]) => paint(style, text));
    return [`${mark(each, paint)} ${name}  ${`${done}/${total}`.padEnd(numbers)}`, ...remarks, ...paceOf(each)]
      .join("  ")
      .trimEnd();
  });
}

function mark({ done, total, failed, notMade, running, awaited }: Counts, paint: Paint): string {
  if (failed > 0) return paint("red", "✖");
  if (notMade > 0) return paint("yellow", "!");
  if (done === total) return paint("green", "✔");
  return running + awaited + done > 0 ? paint("cyan", "▸") : paint("dim", "·");
}

const remarksOf = ({
  failed,
  notMade,
  awaited,
}: Counts): readonly (readonly [text: string, style: "red" | "yellow" | "dim"])[] => [
  ...(failed > 0 ? ([[`${failed} failed`, "red"]] as const) : []),
  ...(notMade > 0 ? ([[`${notMade} not made`, "yellow"]] as const) : []),
  ...(awaited > 0 ? ([[`${awaited} to be seen`, "dim"]] as const) : []),
];

/** The rate and the time left, as far as there is something left. */
function paceOf({ done, total, rate, secondsLeft }: Counts): readonly string[] {
  if (rate === null || rate === 0 || done === total) return [];
  return [rateText(rate), ...(secondsLeft === null ? [] : [`about ${durationText(secondsLeft)} left`])];
}

function rateText(rate: number): string {
  if (rate >= 9.5) return `${Math.round(rate)}/s`;
  if (rate >= 1) return `${rate.toFixed(1)}/s`;
  const inMinute = rate * 60;
  return `${inMinute >= 9.5 ? Math.round(inMinute) : inMinute.toFixed(1)}/min`;
}

/** Seconds in words, no more exact than a guess is. */
function durationText(seconds: number): string {
  if (seconds <= 10) return `${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds <= 90) return `${Math.ceil(seconds / 5) * 5} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rounded = Math.ceil(minutes / 5) * 5;
  return rounded % 60 === 0 ? `${rounded / 60} h` : `${Math.floor(rounded / 60)} h ${rounded % 60} min`;
}

/** What has been running for a while, by name, the longest first. */
function longestOf(counts: readonly Counts[]): readonly string[] {
  return counts
    .flatMap(({ longest }) => longest)
    .filter(({ seconds }) => seconds >= long)
    .sort((a, b) => b.seconds - a.seconds)
    .map(
      ({ name, seconds }) =>
        `${printableLine(name)} ${seconds < 120 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min`}`,
    );
}

/** As many names as there is room for, one at least. */
function longestLine(names: readonly string[], running: number, columns: number): readonly string[] {
  if (names.length === 0) return [];
  const line = (shown: number) => {
    const more = running > shown ? `, ${running - shown} more` : "";
    return `  longest: ${names.slice(0, shown).join(", ")}${more}`;
  };
  let shown = 1;
  while (shown < names.length && displayWidth(line(shown + 1)) <= columns) shown += 1;
  return [line(shown)];
}

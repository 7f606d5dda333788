import { count } from "../lib/printable.ts";
import { compareText } from "../lib/text.ts";
import { type Fleet, type FleetEnvironment, type FleetProblem, severities } from "../model/fleet.ts";
import { type Html, type HtmlValue, html } from "./page/html.ts";

/** Rows of the view over time: those with most problems. */
const mostTimes = 400;
const hour = 3_600_000;
const day = 24 * hour;
/** Marks on the axis of time that can be read beside each other. */
const mostTicks = 8;

/** What the view shows of time, in Unix milliseconds. */
interface Frame {
  readonly begin: number;
  readonly end: number;
}

/** A mark on the axis of time. */
interface Tick {
  /** Hours after the beginning. */
  readonly hours: number;
  /** Part of the whole, from 0 to 1. */
  readonly part: number;
  readonly label: string;
}

const frameOf = ({ createdAt, problemsSince }: Fleet): Frame | null => {
  const end = Date.parse(createdAt);
  return problemsSince === null ? null : { begin: end - problemsSince, end };
};

/** The style of the view: where the marks of its axis are is a matter of the fleet. */
export function timesStyle(fleet: Fleet): string {
  const frame = frameOf(fleet);
  if (frame === null) return "";
  const places = ticksOf(frame).map(
    ({ part }, index) => `.ticks span:nth-child(${index + 1}) { left: ${(part * 100).toFixed(2)}%; }`,
  );
  return `${style}${places.join("\n")}\n`;
}

const style = `
.lines { overflow-x: auto; }
.time { display: grid; grid-template-columns: minmax(8rem, 16rem) minmax(0, 1fr); gap: 0.2rem 1rem; align-items: center; font-size: 0.85rem; padding: 0.1rem 0; border-top: 1px solid var(--line); }
.time > :first-child { position: sticky; left: 0; z-index: 1; align-self: stretch; background: var(--ground); }
.time svg { width: 100%; height: 1.4rem; display: block; background: var(--raised); }
.time rect, .legend rect { fill: currentColor; }
.time path { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; fill: none; }
.legend svg { width: 0.8rem; height: 1.1rem; vertical-align: middle; }
.ticks { position: relative; height: 1.4em; overflow: hidden; }
.ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.lines[data-zoom="3"] .time { width: 300%; }
.lines[data-zoom="7"] .time { width: 700%; }
@media (max-width: 40rem) { .time { grid-template-columns: minmax(0, 1fr); } .time > :first-child { width: max-content; } }
@media print { .lines .time { width: auto !important; } }
`;

/** Midnights in UTC, or every six hours of two days and less; so many days apart that all can be read. */
function ticksOf({ begin, end }: Frame): readonly Tick[] {
  const whole = end - begin;
  const step = whole <= 2 * day ? 6 * hour : day * Math.ceil(whole / day / mostTicks);
  const ticks: Tick[] = [];
  for (let time = Math.ceil(begin / step) * step; time <= end; time += step) {
    const [date = "", clock = ""] = new Date(time).toISOString().slice(5, 16).split("T");
    const part = (time - begin) / whole;
    // One at an end would be cut off.
    if (part < 0.03 || part > 0.97) continue;
    ticks.push({ hours: hoursOf(time - begin), part, label: clock === "00:00" ? date : clock });
  }
  return ticks;
}

/** To a tenth. */
const hoursOf = (milliseconds: number): number => Math.round((milliseconds / hour) * 10) / 10;

/** Problems of each environment that had some, by hours: what happened at the same time stands one above the other. */
export function timesHtml(fleet: Fleet): HtmlValue {
  const frame = frameOf(fleet);
  if (frame === null) return null;
  const rows = fleet.environments
    .map((environment) => ({ environment, problems: problemsIn(environment, frame) }))
    .filter(({ problems }) => problems.length > 0)
    .sort(
      (left, right) =>
        right.problems.length - left.problems.length || compareText(left.environment.id, right.environment.id),
    );
  return html`<section aria-labelledby="times"><h2 id="times">Problems over time</h2>
${rows.length === 0 ? html`<p>No environment that answered had a problem in this time.</p>` : linesHtml(rows.slice(0, mostTimes), frame)}
${rows.length > mostTimes && html`<p class="muted">${count(rows.length - mostTimes, "more environment")} with fewer problems.</p>`}
</section>
`;
}

const problemsIn = ({ problems }: FleetEnvironment, { begin, end }: Frame): readonly FleetProblem[] =>
  (problems.list ?? []).filter((problem) => (problem.end ?? end) >= begin && problem.start <= end);

interface Row {
  readonly environment: FleetEnvironment;
  readonly problems: readonly FleetProblem[];
}

function linesHtml(rows: readonly Row[], frame: Frame): Html {
  const ticks = ticksOf(frame);
  const levels = new Set(rows.flatMap(({ problems }) => problems.map(({ severity }) => levelOf(severity))));
  const marks = html`<path d="${ticks.map(({ hours }) => `M${hours} 0V9`).join("")}"/>`;
  return html`<ul class="legend" aria-label="Severities">${looks.map(
    ({ words }, level) =>
      levels.has(level) &&
      html`<li><svg viewBox="0 0 6 9" aria-hidden="true">${rectangle(level, 0, 6)}</svg> ${words}</li>`,
  )}<li class="muted">times in UTC</li></ul>
<div class="lines" data-lines>
<div class="time" aria-hidden="true"><span></span><span class="ticks muted">${ticks.map(({ label }) => html`<span>${label}</span>`)}</span></div>
${rows.map((row) => lineHtml(row, frame, marks))}</div>
`;
}

function lineHtml({ environment: { id, url }, problems }: Row, { begin, end }: Frame, marks: Html): Html {
  const place = (time: number): number => hoursOf(Math.min(Math.max(time, begin), end) - begin);
  // The graver one lies below, and is higher.
  const sorted = [...problems].sort((left, right) => levelOf(left.severity) - levelOf(right.severity));
  const bars = sorted.map((problem) => {
    const from = place(problem.start);
    const width = Math.max(0.6, Math.round((place(problem.end ?? end) - from) * 10) / 10);
    const level = levelOf(problem.severity);
    const until = problem.end === null ? "still open" : minute(problem.end);
    const title = html`<title>${problem.severity}: ${problem.title}, ${minute(problem.start)}, ${until}</title>`;
    return rectangle(level, from, width, title);
  });
  return html`<div class="time" data-with="${id}"><span><a href="${url}" rel="noreferrer">${id}</a> <span class="muted">${problems.length}</span></span><svg viewBox="0 0 ${Math.ceil((end - begin) / hour)} 9" preserveAspectRatio="none" role="img" aria-label="${count(problems.length, "problem")} of ${id}">${marks}${bars}</svg></div>
`;
}

const minute = (time: number): string => new Date(time).toISOString().slice(0, 16);

/** Grave ones are high marks, others lower ones, so that they are told apart without their colour. */
const rectangle = (level: number, x: number, width: number, title: HtmlValue = null): Html =>
  html`<rect class="${looks[level]?.look ?? "muted"}" x="${x}" y="${level * 3}" width="${width}" height="${9 - level * 3}">${title}</rect>`;

const wordsOf = (from: number, to: number): string =>
  severities
    .slice(from, to)
    .map((severity) => severity.toLowerCase().replaceAll("_", " "))
    .join(", ");

/** By level, the gravest first. */
const looks = [
  { look: "critical", words: wordsOf(0, 2) },
  { look: "warned", words: wordsOf(2, 4) },
  { look: "muted", words: "others" },
] as const;

function levelOf(severity: string): number {
  const known: readonly string[] = severities;
  const rank = known.indexOf(severity);
  return rank < 0 || rank > 3 ? 2 : rank < 2 ? 0 : 1;
}

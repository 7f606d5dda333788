import { moreFirst, problemsByLevel } from "../fleet/compare-trouble.ts";
import { severityLevel, severityLevels } from "../fleet/severity-level.ts";
import { sumOf } from "../fleet/sum-of.ts";
import { count } from "../lib/printable.ts";
import { compareText, shortened } from "../lib/text.ts";
import type { Fleet, FleetEnvironment, FleetProblem } from "../model/fleet.ts";
import { bytesOf, type Html, type HtmlValue, html } from "./page/html.ts";
import { severityWords, shortMinuteOf } from "./problem-words.ts";
import { severityLooks } from "./severity-looks.ts";

/** Problems of one environment that are listed at most, and where there is no room for more. */
const mostListed = 50;
const leastListed = 2;
const hour = 3_600_000;
const day = 24 * hour;
/** Marks on the axis of time that can be read beside each other. */
const mostTicks = 8;
/** Hours that a mark is wide at least, so that it can be seen. */
const narrowest = 0.6;
const longestTitle = 200;

/** What the view shows of time, in Unix milliseconds. */
interface Frame {
  readonly begin: number;
  readonly end: number;
}

/** A mark on the axis of time. */
interface Tick {
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
  const parts = ticksOf(frame).map(({ part }) => `${(part * 100).toFixed(2)}%`);
  const places = parts.map((part, index) => `.ticks span:nth-child(${index + 1}) { left: ${part}; }`);
  const marks = parts.map((part) => `linear-gradient(var(--line), var(--line)) ${part} 0 / 1px 100% no-repeat, `);
  return `${style}${places.join("\n")}\n.time svg { background: ${marks.join("")}var(--raised); }\n`;
}

const style = `
.lines { overflow-x: auto; container-type: inline-size; }
.time { font-size: 0.85rem; border-top: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto calc(1.6rem + 1px); }
.time > summary, .axis { display: grid; grid-template-columns: minmax(8rem, 18rem) minmax(0, 1fr); gap: 0.2rem 1rem; align-items: center; padding: 0.1rem 0; min-height: 1.6rem; }
.time > summary { list-style: none; }
.time > summary::-webkit-details-marker { display: none; }
.time > summary > span, .axis > :first-child { position: sticky; left: 0; z-index: 1; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; background: var(--ground); }
.time svg { width: 100%; height: 1.4rem; display: block; print-color-adjust: exact; }
.time path, .legend rect { fill: currentColor; }
.time > ul { position: sticky; left: 0; width: fit-content; max-width: 100cqw; margin: 0.2rem 0 0.5rem; padding-left: 1.1rem; }
.legend svg { width: 0.8rem; height: 1.1rem; vertical-align: middle; }
.ticks { position: relative; height: 1.4em; overflow: hidden; }
.ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.lines[data-zoom="3"] > * { width: 300%; }
.lines[data-zoom="7"] > * { width: 700%; }
@media (max-width: 40rem) { .time > summary, .axis { grid-template-columns: minmax(0, 1fr); } .time > summary > span { max-width: 100cqw; } .time { contain-intrinsic-size: auto 3.2rem; } }
@media print { .lines > * { width: auto !important; content-visibility: visible; } }
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
    ticks.push({ part, label: clock === "00:00" ? date : clock });
  }
  return ticks;
}

/** To a tenth. */
const round = (hours: number): number => Math.round(hours * 10) / 10;
const hoursOf = (milliseconds: number): number => round(milliseconds / hour);

/**
 * Problems of each environment that had some, by hours: what happened at the same time stands one above the other. Those with
 * most that is open come first, then those that had most. `cells`: the number of each environment on the map, which its line
 * follows. `room`: how many bytes the lines may take.
 */
export function timesHtml(fleet: Fleet, cells: ReadonlyMap<FleetEnvironment, number>, room: number): HtmlValue {
  const frame = frameOf(fleet);
  if (frame === null) return null;
  const rows = fleet.environments
    .map((environment) => rowOf(environment, frame))
    .filter(({ problems }) => problems.length > 0)
    .sort((left, right) => moreFirst(left.rank, right.rank) || compareText(left.environment.id, right.environment.id));
  const lines = fitLines(
    rows.filter(({ environment }) => cells.has(environment)),
    cells,
    { frame, room },
  );
  const missing = rows.length - lines.length;
  return html`<section aria-labelledby="times"><h2 id="times">Problems over time</h2>
${rows.length === 0 ? html`<p>No environment that answered had a problem in this time.</p>` : linesHtml(rows, lines, frame)}
${missing > 0 && html`<p class="muted">${count(missing, "more environment")} had problems, fewer or less grave ones, and no room for a line here: the search finds none of ${missing === 1 ? "it" : "them"}. --format json has all.</p>`}
</section>
`;
}

/** A line of every row, the first ones with lists as long as there is room for; where even short ones are too long, the first lines. */
function fitLines(
  rows: readonly Row[],
  cells: ReadonlyMap<FleetEnvironment, number>,
  { frame, room }: { readonly frame: Frame; readonly room: number },
): readonly Html[] {
  const render = (row: Row, listed: number) => lineHtml(row, cells.get(row.environment) ?? 0, { frame, listed });
  let left = room;
  const lines: Html[] = [];
  for (const row of rows) {
    const line = render(row, leastListed);
    left -= bytesOf(line);
    if (left < 0) return lines;
    lines.push(line);
  }
  return lines.map((line, index) => {
    const row = rows[index];
    if (row === undefined || row.problems.length <= leastListed) return line;
    const longer = render(row, mostListed);
    const more = bytesOf(longer) - bytesOf(line);
    if (more > left) return line;
    left -= more;
    return longer;
  });
}

interface Row {
  readonly environment: FleetEnvironment;
  readonly problems: readonly FleetProblem[];
  /** How many are open by how grave they are, then how many there are of each. */
  readonly rank: readonly number[];
}

function rowOf(environment: FleetEnvironment, { begin, end }: Frame): Row {
  const problems = (environment.problems.list ?? []).filter(
    (problem) => (problem.end ?? end) >= begin && problem.start <= end,
  );
  const open = problems.filter((problem) => problem.end === null);
  const counted = [open, problems].map((list) => sumOf(list.map(({ severity }) => ({ [severity]: 1 }))));
  return { environment, problems, rank: counted.flatMap(problemsByLevel) };
}

function linesHtml(rows: readonly Row[], lines: readonly Html[], frame: Frame): Html {
  const levels = new Set(rows.flatMap(({ problems }) => problems.map(({ severity }) => severityLevel(severity))));
  return html`<ul class="legend" aria-label="Severities">${severityLevels
    .filter((level) => levels.has(level))
    .map(
      (level) =>
        html`<li><svg viewBox="0 0 6 9" aria-hidden="true"><rect class="${severityLooks[level].look}" y="${level * 3}" width="6" height="${9 - level * 3}"/></svg> ${severityLooks[level].words}</li>`,
    )}<li class="muted">times in UTC; a line opens for the list of its problems, of very many those that are open or began last</li></ul>
<div class="lines" data-lines>
<div class="time" aria-hidden="true"><div class="axis"><span></span><span class="ticks muted">${ticksOf(frame).map(({ label }) => html`<span>${label}</span>`)}</span></div></div>
${lines}</div>
`;
}

function lineHtml(
  { environment, problems }: Row,
  cell: number,
  { frame, listed: most }: { readonly frame: Frame; readonly listed: number },
): Html {
  const { id, name, url } = environment;
  const open = problems.filter(({ end }) => end === null).length;
  const listed = mostTelling(problems, most);
  return html`<details class="time" data-with="${cell}"><summary><span>${id} <span class="muted">${open === 0 ? count(problems.length, "problem") : open === problems.length ? `${open} open` : `${open} of ${problems.length} open`}</span></span><svg viewBox="0 0 ${Math.ceil((frame.end - frame.begin) / hour)} 9" preserveAspectRatio="none" aria-hidden="true">${marksHtml(problems, frame)}</svg></summary><ul>${
    problems.length > listed.length &&
    html`<li>${count(problems.length - listed.length, "more", "more")}, not listed</li>`
  }${listed.map(
    ({ severity, title, start, end }) =>
      html`<li>${severityWords(severity)}: ${shortened(title, longestTitle)}, ${shortMinuteOf(start)} ${endWords(start, end)}</li>`,
  )}<li><a href="${url}">${name}</a></li></ul></details>
`;
}

/** Those that are open, and those that began last, in order of time. */
function mostTelling(problems: readonly FleetProblem[], most: number): readonly FleetProblem[] {
  if (problems.length <= most) return problems;
  const rank = ({ end }: FleetProblem) => (end === null ? 0 : 1);
  return [...problems]
    .sort((left, right) => rank(left) - rank(right) || right.start - left.start)
    .slice(0, most)
    .sort((left, right) => left.start - right.start);
}

/** Of the same day the clock is enough. */
function endWords(start: number, end: number | null): string {
  if (end === null) return "and still open";
  const [from, to] = [shortMinuteOf(start), shortMinuteOf(end)];
  return `to ${from.slice(0, 6) === to.slice(0, 6) ? to.slice(6) : to}`;
}

/** Marks of problems: a graver one lies below the others and is higher, so that they are told apart without their colour. */
function marksHtml(problems: readonly FleetProblem[], { begin, end }: Frame): Html {
  const place = (time: number): number => hoursOf(Math.min(Math.max(time, begin), end) - begin);
  return html`${severityLevels.map((level) => {
    const own = problems.filter(({ severity }) => severityLevel(severity) === level);
    const marks = own.map((problem) => {
      const from = round(Math.min(place(problem.start), hoursOf(end - begin) - narrowest));
      const width = Math.max(narrowest, round(place(problem.end ?? end) - from));
      return `M${from} ${level * 3}h${width}V9H${from}z`;
    });
    return own.length > 0 && html`<path class="${severityLooks[level].look}" d="${marks.join("")}"/>`;
  })}`;
}

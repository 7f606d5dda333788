import type { Value } from "../lib/json.ts";
import { type Paint, printableLine, showValue } from "../lib/printable.ts";
import type { ExplainedElement, ExplainedSetting, Explanation, RoleStep, ValueSource } from "../model/explanation.ts";

interface Row {
  /** Empty below the first row of a setting. */
  readonly path: string;
  readonly value: string;
  readonly source: string;
  /** Of a value that another one took the place of. */
  readonly overridden: boolean;
}

/** Values longer than this push their source to the right instead of everybody's. */
const widestValue = 48;

/** The settings under headings of their sections, each with its source beside it and what it overrode below it. */
export function renderExplanationText({ id, settings }: Explanation, paint: Paint): string {
  const rows = new Map<string, Row[]>();
  for (const [path, setting] of Object.entries(settings)) {
    const section = sectionOf(path, id);
    const shown = path.startsWith(`${section}.`) ? path.slice(section.length + 1) : path;
    rows.set(section, [...(rows.get(section) ?? []), ...settingRows(shown, setting)]);
  }
  const all = [...rows.values()].flat();
  const pathWidth = Math.max(...all.map(({ path }) => path.length));
  const valueWidth = Math.min(widestValue, Math.max(...all.map(({ value }) => value.length)));
  const lines = [...rows].flatMap(([section, own]) => [
    "",
    paint("bold", section),
    ...own.map(({ path, value, source, overridden }) => {
      const text = `${path.padEnd(pathWidth)}  ${value.padEnd(valueWidth)}`;
      return `  ${overridden ? paint("dim", `${text}  ${source}`) : `${text}  ${paint("dim", source)}`}`.trimEnd();
    }),
  ]);
  return `${[paint("bold", printableLine(id)), ...lines].join("\n")}\n`;
}

const sections = ["labels", "oneagent", "ssh", "rollout", "access"];

/** Settings of the item itself stand under what it is. */
function sectionOf(path: string, id: string): string {
  const start = path.slice(0, Math.max(0, path.indexOf(".")));
  return sections.includes(start) ? start : id.slice(0, id.indexOf("/"));
}

function settingRows(path: string, setting: ExplainedSetting): readonly Row[] {
  const { value, elements, source, overrides, template, variable } = setting;
  const row = (first: boolean, text: string, place: string, overridden = false): Row => ({
    path: first ? printableLine(path) : "",
    value: text,
    source: place,
    overridden,
  });
  const own = template === undefined ? "" : ` from ${printableLine(template)}`;
  const rows =
    elements && elements.length > 0
      ? elementLines(elements).map(([text, place], index) => row(index === 0, text, place))
      : [row(true, showDeclared(value, source), `${variable ? `$${variable}` : showSource(source)}${own}`)];
  return [
    ...rows,
    ...overrides.map((earlier) =>
      row(false, `was ${showDeclared(earlier.value, earlier.source)}`, showSource(earlier.source), true),
    ),
  ];
}

/** One line for each item, and for each other way that leads to the same one. */
function elementLines(elements: readonly ExplainedElement[]): readonly (readonly [string, string])[] {
  return elements.map(({ value, source, key, roles = [] }, index) => {
    const again = index > 0 && elements[index - 1]?.value === value;
    const by = key === undefined ? "" : ` ${printableLine(key)}${roles.map((step) => ` → ${showRole(step)}`).join("")}`;
    return [again ? "" : showValue(value), `${showSource(source)}${by}`];
  });
}

const showRole = ({ role, source }: RoleStep): string => `${role} (${showSource(source)})`;

/** A list or mapping without items is declared all the same, and null was taken away. */
function showDeclared(value: Value, source: ValueSource | null): string {
  if (value === null) return source === null ? "none" : "not declared (null)";
  if (typeof value === "object" && Object.keys(value).length === 0) return Array.isArray(value) ? "[]" : "{}";
  return showValue(value);
}

function showSource(source: ValueSource | null): string {
  if (source === null) return "default";
  return source.set === undefined
    ? `${printableLine(source.file)}:${source.line}`
    : `--set ${printableLine(source.set)}`;
}

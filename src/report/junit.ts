import { count, printableLine } from "../lib/printable.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan } from "../model/plan.ts";
import { type ApplyReport, type ChangeResult, resultMeanings } from "../model/result.ts";
import { withoutLines } from "./findings.ts";
import { guardWords } from "./guard-words.ts";
import type { Remarks } from "./remarks-text.ts";

/** Forges compare reports by suite and name: what has another name is new, and what it was called before is fixed. */
interface TestCase {
  readonly suite: string;
  /** Without lines and columns, so that it stays the same when text moves. */
  readonly name: string;
  readonly seconds?: number;
  readonly file?: string;
  /** Left out: it passed. An error is for what could not even be tried. */
  readonly outcome?: { readonly kind: "failure" | "error" | "skipped"; readonly text: string };
}

/** One case for every change of an apply: the forge's test view makes thousands of host results searchable. */
export function renderApplyJunit({ results, held, waiting, warnings, guards = [] }: ApplyReport): string {
  const cases = [...results.map(resultCase), ...remarkCases({ held, waiting, guards, warnings })];
  return renderCases("dtsync apply", cases.length === 0 ? [{ suite: "apply", name: "nothing to do" }] : cases);
}

function resultCase({ id, action, status, durationMs, error }: ChangeResult): TestCase {
  const about = { suite: id.slice(0, id.indexOf("/")), name: `${action} ${id}`, seconds: durationMs / 1_000 };
  const meaning = resultMeanings[status];
  if (meaning === "made") return about;
  const kind = meaning === "failure" ? "failure" : "skipped";
  // In the text, because forges show attributes in their own ways or not at all.
  const text = error === undefined ? status : `${status}: ${error.message} [${error.code}]`;
  return { ...about, outcome: { kind, text } };
}

/** What is neither a change nor a result, so that it is seen where people look. */
const remarkCases = ({ held, waiting, guards, warnings }: Remarks): readonly TestCase[] => [
  ...held.map(({ scope, reason, items }): TestCase => {
    const name = withoutLines(scope);
    const text = `${name === scope ? "" : `${scope}: `}${reason}${items === 1 ? "" : ` (${count(items, "item")})`}`;
    return { suite: "held", name, outcome: { kind: "error", text } };
  }),
  ...guards.map((guard): TestCase => {
    return { suite: "guard", name: guard.guard, outcome: { kind: "failure", text: guardWords(guard) } };
  }),
  ...waiting.map(({ id, until }): TestCase => {
    const text = `disabled, may be deleted from ${until}`;
    return { suite: "waiting", name: id, outcome: { kind: "skipped", text } };
  }),
  ...warnings.map((text): TestCase => {
    return { suite: "warning", name: printableLine(withoutLines(text)), outcome: { kind: "skipped", text } };
  }),
];

/**
 * A case for each fault of the inventory, or one that passed. `folder` is that of the inventory from the root of the
 * repository, where forges look for files: empty, or with a slash at its end.
 */
export function renderDiagnosticsJunit(diagnostics: readonly Diagnostic[], folder: string): string {
  const cases = diagnostics.map(({ file, line, column, severity, rule, message, hint }): TestCase => {
    const path = `${folder}${file}`;
    const text = `${path}:${line}:${column} ${message}\n${hint}`;
    const kind = severity === "error" ? "failure" : "skipped";
    const name = printableLine(`${rule}: ${withoutLines(message)}`);
    return { suite: path, name, file: path, outcome: { kind, text } };
  });
  const passed = { suite: "inventory", name: "the inventory is valid" };
  return renderCases("dtsync validate", cases.length === 0 ? [passed] : cases);
}

/** A case for each change of a plan, and for all that is to be known besides. `folder` as above. */
export function renderPlanJunit(plan: Plan, folder: string): string {
  const cases = [
    ...plan.changes.map(
      ({ id, action, kind, source }): TestCase => ({
        suite: kind,
        name: `${action} ${id}`,
        file: `${folder}${source.file}`,
      }),
    ),
    ...remarkCases(plan),
  ];
  return renderCases("dtsync plan", cases.length === 0 ? [{ suite: "plan", name: "nothing to do" }] : cases);
}

function renderCases(name: string, all: readonly TestCase[]): string {
  const cases = withOwnNames(all);
  const counted = (kind: string) => cases.filter(({ outcome }) => outcome?.kind === kind).length;
  const lines = cases.map(({ suite, name: title, seconds = 0, file, outcome }) => {
    const place = file === undefined ? "" : ` file="${escapeXml(file)}"`;
    const open = `<testcase classname="${escapeXml(suite)}" name="${escapeXml(title)}"${place} time="${seconds.toFixed(3)}"`;
    if (outcome === undefined) return `    ${open}/>`;
    return `    ${open}><${outcome.kind}>${escapeXml(outcome.text)}</${outcome.kind}></testcase>`;
  });
  const counts = `tests="${cases.length}" failures="${counted("failure")}" errors="${counted("error")}" skipped="${counted("skipped")}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite name="${escapeXml(name)}" ${counts}>`,
    ...lines,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

/** Forges keep the first of several cases that share suite and name: later ones get a number. */
function withOwnNames(cases: readonly TestCase[]): readonly TestCase[] {
  const seen = new Map<string, number>();
  return cases.map((entry) => {
    const key = JSON.stringify([entry.suite, entry.name]);
    const ordinal = (seen.get(key) ?? 0) + 1;
    seen.set(key, ordinal);
    return ordinal === 1 ? entry : { ...entry, name: `${entry.name} (${ordinal})` };
  });
}

/** One character that XML does not know makes the whole report unreadable. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan } from "../model/plan.ts";
import { type ApplyReport, type ChangeResult, resultMeanings } from "../model/result.ts";

interface TestCase {
  readonly suite: string;
  readonly name: string;
  readonly seconds: number;
  readonly file: string | null;
  readonly failure: string | null;
  readonly skipped: string | null;
}

/** One case for every change of an apply: the forge's test view makes thousands of host results searchable. */
export function renderApplyJunit(report: ApplyReport): string {
  return renderCases("dtsync apply", report.results.map(caseOf));
}

function caseOf(result: ChangeResult): TestCase {
  const { id, action, status, durationMs, error } = result;
  const text = `${status}: ${error?.message ?? ""}`;
  return {
    suite: id.slice(0, id.indexOf("/")),
    name: `${action} ${id}`,
    seconds: durationMs / 1_000,
    file: null,
    failure: resultMeanings[status] === "failure" ? text : null,
    skipped: resultMeanings[status] === "not-made" ? text : null,
  };
}

/**
 * A case for each fault of the inventory, or one that passed. `folder` is that of the inventory from the root of the
 * repository, where forges look for files: empty, or with a slash at its end.
 */
export function renderDiagnosticsJunit(diagnostics: readonly Diagnostic[], folder: string): string {
  const cases = diagnostics.map(({ file, line, column, severity, rule, message, hint }) => {
    const path = `${folder}${file}`;
    return {
      suite: path,
      name: `${rule} at ${line}:${column}`,
      seconds: 0,
      file: path,
      failure: severity === "error" ? `${path}:${line}:${column} ${message}\n${hint}` : null,
      skipped: severity === "error" ? null : `${path}:${line}:${column} ${message}\n${hint}`,
    };
  });
  const passed = {
    suite: "inventory",
    name: "the inventory is valid",
    seconds: 0,
    file: null,
    failure: null,
    skipped: null,
  };
  return renderCases("dtsync validate", cases.length === 0 ? [passed] : cases);
}

/** A case for each held item and each guard of a plan, so that they are seen where people look. `folder` as above. */
export function renderPlanJunit(plan: Plan, folder: string): string {
  const cases = [
    ...plan.changes.map(({ id, action, kind, source }) => ({
      suite: kind,
      name: `${action} ${id}`,
      seconds: 0,
      file: `${folder}${source.file}`,
      failure: null,
      skipped: null,
    })),
    ...plan.held.map(({ scope, reason }) => ({
      suite: "held",
      name: scope,
      seconds: 0,
      file: null,
      failure: reason,
      skipped: null,
    })),
    ...plan.guards.map(({ guard, actual, limit }) => ({
      suite: "guard",
      name: guard,
      seconds: 0,
      file: null,
      failure: `${actual}, at most ${limit}`,
      skipped: null,
    })),
  ];
  const passed = { suite: "plan", name: "nothing to do", seconds: 0, file: null, failure: null, skipped: null };
  return renderCases("dtsync plan", cases.length === 0 ? [passed] : cases);
}

function renderCases(name: string, all: readonly TestCase[]): string {
  const cases = withOwnNames(all);
  const failures = cases.filter(({ failure }) => failure !== null).length;
  const skipped = cases.filter((entry) => entry.skipped !== null).length;
  const lines = cases.map((entry) => {
    const file = entry.file === null ? "" : ` file="${escapeXml(entry.file)}"`;
    const open = `<testcase classname="${escapeXml(entry.suite)}" name="${escapeXml(entry.name)}"${file} time="${entry.seconds.toFixed(3)}"`;
    if (entry.failure !== null) return `    ${open}><failure>${escapeXml(entry.failure)}</failure></testcase>`;
    if (entry.skipped !== null) return `    ${open}><skipped>${escapeXml(entry.skipped)}</skipped></testcase>`;
    return `    ${open}/>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite name="${escapeXml(name)}" tests="${cases.length}" failures="${failures}" skipped="${skipped}">`,
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

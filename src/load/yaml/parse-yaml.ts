import process from "node:process";
import type { Document } from "yaml";
import { conflictDiagnostic, findConflictMark } from "../diagnostics/conflict-marks.ts";
import { type DiagnosticText, mostDiagnosticsOfFile } from "../diagnostics/diagnostics.ts";
import { explainSyntax } from "./explain-syntax.ts";
import { parseFast } from "./parse-fast.ts";
import { toPlainValue } from "./plain-value.ts";
import type { Positions } from "./positions.ts";
import { countMarks, mostMarksOfFile } from "./text-marks.ts";
import { yamlLibrary } from "./yaml-library.ts";

/** Maps and lists inside of each other. An inventory needs about ten; the libraries recurse. */
const deepest = 100;

/**
 * Characters. The full parser takes up to four seconds and 400 MB for a million of them, which anybody can put into a
 * merge request.
 */
const longestForFullParser = 250_000;

/** One syntax error tends to cause others; the first ones say where it is. */
const mostTokenErrors = 20;

interface ParsedYaml {
  /** False when the text could not be read as YAML; `value` is then undefined. */
  readonly readable: boolean;
  /** Without anything rare in it: the value is nothing but what JSON can hold. */
  readonly plain: boolean;
  /** How many marks the text has, as far as they were counted. */
  readonly marks: number;
  readonly value: unknown;
  readonly diagnostics: readonly { readonly offset: number; readonly diagnostic: DiagnosticText }[];
}

/**
 * Reads one YAML 1.2 document (core schema) into plain data and fills `positions`. Never throws: whatever is wrong
 * with the text is reported.
 */
export function parseYaml(text: string, positions: Positions): ParsedYaml {
  const { marks, tooManyAt } = countMarks(text);
  const unusable = (offset: number, diagnostic: DiagnosticText): ParsedYaml => {
    return { readable: false, plain: true, marks, value: undefined, diagnostics: [{ offset, diagnostic }] };
  };
  if (tooManyAt !== null) return unusable(tooManyAt, tooManyMarksDiagnostic);
  const fast = parseFast(text, positions);
  if ("value" in fast && typeof fast.value !== "string")
    return { readable: true, plain: true, marks, value: fast.value, diagnostics: [] };
  const conflict = findConflictMark(text);
  if (conflict !== null) return unusable(conflict, conflictDiagnostic);
  if (text.length <= longestForFullParser) return { ...parseFully(text, positions), marks };
  return unusable("value" in fast ? 0 : Math.min(fast.stoppedAt, text.length), tooLargeDiagnostic);
}

/** The same by the full parser alone, which `parseFast` must never differ from. */
export function parseFully(text: string, positions: Positions): Omit<ParsedYaml, "marks"> {
  const diagnostics: { offset: number; diagnostic: DiagnosticText }[] = [];
  const report = (offset: number, diagnostic: DiagnosticText): void => {
    if (diagnostics.length <= mostDiagnosticsOfFile) diagnostics.push({ offset, diagnostic });
  };
  const document = inCheapSurroundings(() => compose(text, report));
  if (document) {
    const errors = [...document.errors, ...document.warnings.filter(({ code }) => code !== "TAG_RESOLVE_FAILED")];
    const first = errors.sort((left, right) => left.pos[0] - right.pos[0])[0];
    if (first) {
      const { offset, diagnostic } = explainSyntax(text, first.code, first.pos[0]);
      report(offset, diagnostic);
    }
  }
  if (!document || diagnostics.length > 0) return { readable: false, plain: false, value: undefined, diagnostics };
  return { readable: true, plain: false, value: toPlainValue(document, positions, report), diagnostics };
}

/** The one document of the text, or null when there is something that makes it unusable as a whole. */
function compose(text: string, report: (offset: number, diagnostic: DiagnosticText) => void): Document.Parsed | null {
  const { Composer, Lexer, Parser } = yamlLibrary();
  const parser = new Parser();
  const composer = new Composer({ uniqueKeys: false });
  let document: Document.Parsed | null = null;
  let documents = 0;
  let errors = 0;
  // Token by token, so that it can stop where going on would be work for nothing.
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === "directive" && isOtherVersion(token.source))
        return give(report, token.offset, versionDiagnostic);
      if (token.type === "document" && ++documents > 1) return give(report, token.offset, severalDiagnostic);
      if (token.type === "error" && ++errors > mostTokenErrors) break;
      for (const composed of composer.next(token)) document ??= composed as Document.Parsed;
    }
    if (errors > mostTokenErrors) break;
    if (parser.stack.length > deepest) return give(report, parser.offset, depthDiagnostic);
  }
  for (const token of parser.end()) {
    if (token.type === "document" && ++documents > 1) return give(report, token.offset, severalDiagnostic);
    for (const composed of composer.next(token)) document ??= composed as Document.Parsed;
  }
  for (const composed of composer.end(true, text.length)) document ??= composed as Document.Parsed;
  return document;
}

function give(
  report: (offset: number, diagnostic: DiagnosticText) => void,
  offset: number,
  diagnostic: DiagnosticText,
): null {
  report(offset, diagnostic);
  return null;
}

const isOtherVersion = (directive: string): boolean => /^%YAML\s+(?!1\.2\s*$)/.test(directive);

/**
 * Runs the parser in surroundings that are cheap for it: it makes an Error object for every error in a broken file,
 * whose stack traces would cost most of the time, and asks for an environment variable at every token, which in
 * process.env is a tenth of the time and in a plain object nothing. Nothing else runs in between.
 */
export function inCheapSurroundings<Result>(run: () => Result): Result {
  const { stackTraceLimit } = Error;
  const { env } = process;
  Error.stackTraceLimit = 0;
  process.env = {};
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    process.env = env;
  }
}

const versionDiagnostic: DiagnosticText = {
  rule: "yaml-version",
  message: "the file asks for another YAML version than 1.2",
  hint: "Delete the %YAML line.",
};

const severalDiagnostic: DiagnosticText = {
  rule: "several-documents",
  message: "a second YAML document begins here",
  hint: "Keep one document in a file: move the rest to files of its own and delete the --- line.",
};

const depthDiagnostic: DiagnosticText = {
  rule: "too-deep",
  message: `mappings and lists are more than ${deepest} levels deep`,
  hint: "Nothing in an inventory is that deep: look for stray brackets or dashes.",
};

const tooLargeDiagnostic: DiagnosticText = {
  rule: "yaml-too-large",
  message: "the file is larger than 250 kB, and here it is faulty or not plain YAML",
  hint: "Correct this line (a fault, an anchor, a tag, an escape, a value or brackets over several lines), or split the file.",
};

const tooManyMarksDiagnostic: DiagnosticText = {
  rule: "file-too-large",
  message: `the file has more than ${mostMarksOfFile} line ends, commas, brackets and other marks of YAML`,
  hint: "Split it: one customer a file, long host lists in files of their own.",
};

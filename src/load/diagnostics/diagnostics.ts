import { compareDiagnostics, type Diagnostic, type Place } from "../../model/diagnostic.ts";

/** What is wrong, in terms of the user, and what to write instead. */
export interface DiagnosticText {
  readonly rule: string;
  readonly message: string;
  readonly hint: string;
}

/** Where a value is declared, and the `--set` path that brought it there, if one did. */
export interface ValuePlace {
  readonly place: Place;
  readonly setPath: string | null;
}

/** Collects the diagnostics of all files; the same one at the same place counts once. */
export interface Diagnostics {
  /** Throws ReadingStopped when there are so many that nobody would read on. */
  error(where: ValuePlace, diagnostic: DiagnosticText): void;
  warning(where: ValuePlace, diagnostic: DiagnosticText): void;
  /** Reports an error after which going on makes no sense, or would take too much. */
  stop(where: ValuePlace, diagnostic: DiagnosticText): never;
  hasErrors(): boolean;
  sorted(): readonly Diagnostic[];
}

/** Ends the reading of an inventory early, after the reason was reported. What was found until then counts. */
export class ReadingStopped extends Error {}

/** What the function gives, or null when it was stopped. */
export function untilStopped<Result>(run: () => Result): Result | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof ReadingStopped) return null;
    throw error;
  }
}

/** Nobody reads more diagnostics of one file, and a file that is not an inventory at all can have a million. */
export const mostDiagnosticsOfFile = 1000;

/** The same for all files: there may be thousands that are no inventory. Errors and warnings count apart. */
const mostDiagnostics = 10_000;

export function createDiagnostics(): Diagnostics {
  const files = new Map<string, Map<string, Diagnostic>>();
  const counts = { error: 0, warning: 0 };
  const filed = (file: string): Map<string, Diagnostic> => {
    const found = files.get(file) ?? new Map<string, Diagnostic>();
    files.set(file, found);
    return found;
  };
  const add = (severity: Diagnostic["severity"], { place, setPath }: ValuePlace, diagnostic: DiagnosticText): void => {
    if (severity === "warning" && counts.warning > mostDiagnostics) return;
    const found = filed(place.file);
    const message = setPath === null ? diagnostic.message : `${diagnostic.message} (given by --set ${setPath})`;
    const key = JSON.stringify([place.line, place.column, diagnostic.rule, message]);
    if (found.has(key)) return;
    counts[severity] += 1;
    const tooMany = counts[severity] > mostDiagnostics ? tooManyInAll : tooManyOfFile;
    if (tooMany === tooManyOfFile && found.size < mostDiagnosticsOfFile)
      found.set(key, { severity, rule: diagnostic.rule, message, hint: diagnostic.hint, ...place });
    // An error among those that are not listed still makes the inventory invalid.
    else if (severity === "error" || !found.has(rest)) found.set(rest, { severity, ...tooMany, ...place });
    if (counts.error > mostDiagnostics) throw new ReadingStopped();
  };
  return {
    error: (where, diagnostic) => add("error", where, diagnostic),
    warning: (where, diagnostic) => add("warning", where, diagnostic),
    stop({ place }, diagnostic) {
      counts.error += 1;
      filed(place.file).set(last, { severity: "error", ...diagnostic, ...place });
      throw new ReadingStopped();
    },
    hasErrors: () => counts.error > 0,
    sorted: () => [...files.values()].flatMap((found) => [...found.values()]).sort(compareDiagnostics),
  };
}

/** Key of the diagnostic that stands for all that are not listed. */
const rest = "rest";

/** Key of the diagnostic that says why nothing comes after it. */
const last = "last";

const tooManyOfFile: DiagnosticText = {
  rule: "too-many-faults",
  message: `the file has more than ${mostDiagnosticsOfFile} faults; the others are not listed`,
  hint: "Correct those that are listed, then check again.",
};

const tooManyInAll: DiagnosticText = {
  rule: "too-many-faults",
  message: `the inventory has more than ${mostDiagnostics} faults; those from here on are not listed`,
  hint: "Correct those that are listed, then check again.",
};

/** A place that `--set` has nothing to do with. */
export const inFile = (place: Place): ValuePlace => ({ place, setPath: null });

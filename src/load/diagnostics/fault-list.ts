import { compareDiagnostics, type Diagnostic, type Place } from "../../model/diagnostic.ts";

/** What is wrong, in terms of the user, and what to write instead. */
export interface Fault {
  readonly rule: string;
  readonly message: string;
  readonly hint: string;
}

/** Where a fault stands, and the `--set` path that brought the value there, if one did. */
export interface Origin {
  readonly place: Place;
  readonly setPath: string | null;
}

/** Collects faults of all files; the same fault at the same place counts once. */
export interface FaultList {
  /** Throws ReadingStopped when there are so many that nobody would read on. */
  error(origin: Origin, fault: Fault): void;
  warning(origin: Origin, fault: Fault): void;
  /** Reports an error after which going on makes no sense, or would take too much. */
  stop(origin: Origin, fault: Fault): never;
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

/** Nobody reads more faults of one file, and a file that is not an inventory at all can have a million. */
export const mostFaultsOfFile = 1000;

/** The same for all files: there may be thousands that are no inventory. Errors and warnings count apart. */
export const mostFaults = 10_000;

export function createFaultList(): FaultList {
  const files = new Map<string, Map<string, Diagnostic>>();
  const counts = { error: 0, warning: 0 };
  const filed = (file: string): Map<string, Diagnostic> => {
    const found = files.get(file) ?? new Map<string, Diagnostic>();
    files.set(file, found);
    return found;
  };
  const add = (severity: Diagnostic["severity"], { place, setPath }: Origin, fault: Fault): void => {
    if (severity === "warning" && counts.warning > mostFaults) return;
    const found = filed(place.file);
    const message = setPath === null ? fault.message : `${fault.message} (given by --set ${setPath})`;
    const key = JSON.stringify([place.line, place.column, fault.rule, message]);
    if (found.has(key)) return;
    counts[severity] += 1;
    const tooMany = counts[severity] > mostFaults ? tooManyInAll : tooManyFaults;
    if (tooMany === tooManyFaults && found.size < mostFaultsOfFile)
      found.set(key, { severity, rule: fault.rule, message, hint: fault.hint, ...place });
    // An error among those that are not listed still makes the inventory invalid.
    else if (severity === "error" || !found.has(rest)) found.set(rest, { severity, ...tooMany, ...place });
    if (counts.error > mostFaults) throw new ReadingStopped();
  };
  return {
    error: (origin, fault) => add("error", origin, fault),
    warning: (origin, fault) => add("warning", origin, fault),
    stop({ place }, fault) {
      counts.error += 1;
      filed(place.file).set(last, { severity: "error", ...fault, ...place });
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

const tooManyFaults: Fault = {
  rule: "too-many-faults",
  message: `the file has more than ${mostFaultsOfFile} faults; the others are not listed`,
  hint: "Mend those that are listed, then check again.",
};

const tooManyInAll: Fault = {
  rule: "too-many-faults",
  message: `the inventory has more than ${mostFaults} faults; those from here on are not listed`,
  hint: "Mend those that are listed, then check again.",
};

/** A place that `--set` has nothing to do with. */
export const inFile = (place: Place): Origin => ({ place, setPath: null });

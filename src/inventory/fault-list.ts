import { compareDiagnostics, type Diagnostic, type Place } from "../model/diagnostic.ts";

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
  error(origin: Origin, fault: Fault): void;
  warning(origin: Origin, fault: Fault): void;
  sorted(): readonly Diagnostic[];
}

/** Nobody reads more faults of one file, and a file that is not an inventory at all can have a million. */
export const mostFaultsOfFile = 1000;

export function createFaultList(): FaultList {
  const files = new Map<string, Map<string, Diagnostic>>();
  const add = (severity: Diagnostic["severity"], { place, setPath }: Origin, fault: Fault): void => {
    const found = files.get(place.file) ?? new Map<string, Diagnostic>();
    files.set(place.file, found);
    const message = setPath === null ? fault.message : `${fault.message} (given by --set ${setPath})`;
    const key = JSON.stringify([place.line, place.column, fault.rule, message]);
    if (found.has(key)) return;
    if (found.size < mostFaultsOfFile)
      found.set(key, { severity, rule: fault.rule, message, hint: fault.hint, ...place });
    // An error among those that are not listed still makes the inventory invalid.
    else if (severity === "error" || !found.has(rest)) found.set(rest, { severity, ...tooManyFaults, ...place });
  };
  return {
    error: (origin, fault) => add("error", origin, fault),
    warning: (origin, fault) => add("warning", origin, fault),
    sorted: () => [...files.values()].flatMap((found) => [...found.values()]).sort(compareDiagnostics),
  };
}

/** Key of the diagnostic that stands for all that are not listed. */
const rest = "rest";

const tooManyFaults: Fault = {
  rule: "too-many-faults",
  message: `the file has more than ${mostFaultsOfFile} faults; the others are not listed`,
  hint: "Mend those that are listed, then check again.",
};

/** A place that `--set` has nothing to do with. */
export const inFile = (place: Place): Origin => ({ place, setPath: null });

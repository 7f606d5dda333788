import { compareText } from "../lib/text.ts";

/** A place in a file of the inventory. `file` is relative to the inventory folder; line and column start at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One fault or suspicion in the inventory, located, with what to write instead. Never holds the text of a secret. */
export interface Diagnostic extends Place {
  readonly severity: "error" | "warning";
  /** Kebab-case name of the rule, stable across releases. */
  readonly rule: string;
  readonly message: string;
  readonly hint: string;
}

/** Where there is nothing to point at, the contract points at the start of dtsync.yaml. */
export const inventoryStart: Place = { file: "dtsync.yaml", line: 1, column: 1 };

/** Order of diagnostics in every output: by file, line, column, then rule and message. */
export function compareDiagnostics(left: Diagnostic, right: Diagnostic): number {
  return (
    compareText(left.file, right.file) ||
    left.line - right.line ||
    left.column - right.column ||
    compareText(left.rule, right.rule) ||
    compareText(left.message, right.message)
  );
}

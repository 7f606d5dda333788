import type { DiagnosticText } from "./diagnostics.ts";

/** Lines that Git puts around what it could not merge, with what it calls the two sides. */
const conflictMark = /^(?:(?:<{7}|\|{7}|>{7})(?: .*)?|={7})\r?$/m;

/** Where the first mark of a merge conflict begins, or null. */
export function findConflictMark(text: string): number | null {
  // Searching for a text is many times as fast as trying an expression at each line.
  const mayHave = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].some((mark) => text.includes(mark));
  const offset = mayHave ? text.search(conflictMark) : -1;
  return offset < 0 ? null : offset;
}

export const conflictDiagnostic: DiagnosticText = {
  rule: "merge-conflict",
  message: "a mark of a merge conflict stands here, so the file is not read",
  hint: "Settle the conflict: keep one of the two versions, or what you need of both, and delete the lines of <, |, = and >.",
};

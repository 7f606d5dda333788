import type { DiagnosticText } from "../../diagnostics/diagnostics.ts";

/** What a parser stumbled over, with the line that it is in. Offsets are UTF-16 code units of the text. */
export interface SyntaxFault {
  readonly text: string;
  /** What the YAML library calls it. */
  readonly code: string;
  readonly offset: number;
  /** Without its end. */
  readonly line: string;
  readonly lineStart: number;
  /** From 1. */
  readonly lineNumber: number;
  /** Text of the line as a message may show it, in quotation marks; null where it may be secret. */
  readonly show: (part: string) => string | null;
}

/** A fault in the words of whoever wrote the file, where it was made; that may be far above where a parser noticed. */
export interface ExplainedFault {
  readonly offset: number;
  readonly diagnostic: DiagnosticText;
}

/** Recognises one kind of slip; null: it is something else. */
export type Slip = (fault: SyntaxFault) => ExplainedFault | null;

export const explained = (offset: number, message: string, hint: string): ExplainedFault => ({
  offset,
  diagnostic: { rule: "yaml-syntax", message, hint },
});

/** The number of the line, from 1, that an offset is in. */
export function lineNumberAt(text: string, offset: number): number {
  let number = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) number += 1;
  return number;
}

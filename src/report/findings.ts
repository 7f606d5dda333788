import { createHash } from "node:crypto";
import type { Diagnostic } from "../model/diagnostic.ts";
import { rules, type Weight } from "./rules.ts";

/** Something about a place in a file, for the reports that forges and editors show beside the text. */
export interface Finding {
  readonly rule: string;
  readonly weight: Weight;
  readonly message: string;
  readonly hint: string | null;
  /** Relative to the inventory folder. */
  readonly file: string;
  readonly line: number;
  /** From 1, in UTF-16 code units; null: only the line is known. */
  readonly column: number | null;
  /** What it is about, in words that stay the same when lines move or numbers change. */
  readonly subject: string;
}

export interface LocatedFinding extends Finding {
  /** Relative to the repository. */
  readonly path: string;
  /** Hexadecimal SHA-256; the same as long as the finding is about the same, wherever it stands in its file. */
  readonly fingerprint: string;
}

export function diagnosticFindings(diagnostics: readonly Diagnostic[]): readonly Finding[] {
  return diagnostics.map(({ severity, rule, message, hint, file, line, column }) => ({
    rule,
    weight: weigh(severity, rule),
    message,
    hint,
    file,
    line,
    column,
    subject: withoutLines(message),
  }));
}

function weigh(severity: Diagnostic["severity"], rule: string): Weight {
  const weight = rules[rule]?.weight ?? "major";
  if (severity === "error") return weight;
  return weight === "info" ? "info" : "minor";
}

/**
 * A text without the lines and columns of the places that it names, which move whenever somebody edits above them. What
 * goes on after the number is an IPv6 address.
 */
export const withoutLines = (text: string): string => text.replace(/([./][^\s:./]*):\d+(?::\d+)?(?!\w|:[\w:])/g, "$1");

/** Adds paths from the root of the repository. `folder` is that of the inventory there: empty, or with a slash at its end. */
export function locateFindings(findings: readonly Finding[], folder: string): readonly LocatedFinding[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const path = `${folder}${finding.file}`;
    const identity = JSON.stringify([finding.rule, path, finding.subject]);
    const ordinal = (seen.get(identity) ?? 0) + 1;
    seen.set(identity, ordinal);
    return { ...finding, path, fingerprint: createHash("sha256").update(`${identity} ${ordinal}`).digest("hex") };
  });
}

/** The message with what to do about it. */
export const findingText = ({ message, hint }: Finding): string =>
  hint === null ? message : `${message.replace(/\.$/, "")}. ${hint}`;

import { readOrdinaryFile } from "../files/read-ordinary-file.ts";
import { jsonPointer } from "../lib/json.ts";
import { nestingExceeds } from "../lib/json-nesting.ts";
import { parseJson } from "../lib/parse-json.ts";
import { type DocumentKind, documentFaults, documentKinds } from "../load/schema/document-schemas.ts";
import type { DifferenceReport } from "../model/difference.ts";
import type { Plan } from "../model/plan.ts";
import type { PlanFault } from "../model/plan-fault.ts";
import type { ApplyReport } from "../model/result.ts";
import { canonicalGuards, canonicalPlan, type ForeignPlan } from "../plan/canonical-plan.ts";
import { planRuleFaults } from "../plan/plan-rules.ts";
import type { Validation } from "../report/validation-reports.ts";

/** What each kind of document holds. */
interface Contents {
  readonly plan: Plan;
  readonly apply: ApplyReport;
  readonly validate: Validation;
  readonly diff: DifferenceReport;
}

/** A document that dtsync wrote, or that looks like one in every respect. */
export type SavedDocument = {
  readonly [K in DocumentKind]: { readonly kind: K; readonly content: Contents[K] };
}[DocumentKind];

/** A document, or why a value is none. */
type ReadContent<K extends DocumentKind> =
  | { readonly content: Contents[K] }
  | { readonly faults: readonly PlanFault[] };

/** Bytes. The plan of a fleet of 12,000 hosts has some ten million. */
export const largestDocument = 100_000_000;

/** Levels of lists and objects in each other. A plan has seven. */
const deepestNesting = 32;

/** The text of a file. Throws UnusableFile, the error of the system, or a TypeError for one that is not UTF-8. */
export const readDocumentText = (file: string): string =>
  decodeDocument(readOrdinaryFile(file, { largest: largestDocument }));

/** Throws a TypeError for what is not UTF-8. */
export const decodeDocument = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

/** Throws a plain Error for text that is not JSON, or is nested too deeply. */
export function parseDocument(text: string): unknown {
  if (nestingExceeds(text, deepestNesting)) throw new Error(`it is nested more than ${deepestNesting} levels deep`);
  return parseJson(text);
}

/** A value as the document of a kind that it has to be. */
export function contentOf<K extends DocumentKind>(kind: K, value: unknown): ReadContent<K> {
  const faults = documentFaults(kind, value);
  if (faults.length > 0) return { faults };
  // The schema says what the type does; tests hold them together.
  const content = (canonical[kind] ?? ((same: unknown) => same))(value) as Contents[K];
  const broken = rules[kind]?.(content) ?? [];
  return broken.length > 0 ? { faults: broken } : { content };
}

/** What another program may have written otherwise, as dtsync writes it. */
const canonical: { readonly [K in DocumentKind]?: (value: unknown) => Contents[K] } = {
  plan: (value) => canonicalPlan(value as ForeignPlan),
  apply: (value) => {
    const report = value as ApplyReport;
    return report.guards === undefined ? report : { ...report, guards: canonicalGuards(report.guards) };
  },
};

/** What holds besides the schemas. */
const rules: { readonly [K in DocumentKind]?: (content: Contents[K]) => readonly PlanFault[] } = {
  plan: planRuleFaults,
  apply: uniqueResults,
};

function uniqueResults({ results }: ApplyReport): readonly PlanFault[] {
  const places = new Map<string, number>();
  return results.flatMap(({ id }, index) => {
    const first = places.get(id);
    if (first === undefined) places.set(id, index);
    const pointer = jsonPointer(["results", index, "id"]);
    return first === undefined ? [] : [{ pointer, message: `must be unique, and /results/${first} has it too` }];
  });
}

/** The kind of a document as its `format` says it; null: it is none of these, or of another version of dtsync. */
export function kindOf(value: unknown): DocumentKind | null {
  const format = typeof value === "object" && value !== null && "format" in value ? value.format : null;
  return documentKinds.find((kind) => format === formatOf(kind)) ?? null;
}

export const formatOf = (kind: DocumentKind): string => `dtsync-${kind}/1`;

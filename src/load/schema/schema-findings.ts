import type { ErrorObject } from "ajv/dist/2020.js";
import { pathOfPointer, type ValuePath } from "../yaml/value-path.ts";

/** What the schema rejects, before it is put into words. */
export interface SchemaFinding {
  readonly error: ErrorObject;
  readonly path: ValuePath;
  /**
   * Misplaced: a setting stands among the environments. Host: a host is a key. Consequence: another finding says it all.
   */
  readonly about: "value" | "key" | "missing" | "misplaced" | "host" | "consequence";
}

/** One finding for each value, key and missing key that Ajv has errors about: the one that tells most. */
export function findSchemaErrors(errors: readonly ErrorObject[], root: unknown): readonly SchemaFinding[] {
  const findings = new Map<string, SchemaFinding>();
  for (const error of errors) {
    const finding = findingOf(error, root);
    if (finding === null) continue;
    const missing = finding.about === "missing" ? String(error.params["missingProperty"]) : "";
    const id = JSON.stringify([finding.path, finding.about, missing]);
    const known = findings.get(id);
    if (!known || rank(error) < rank(known.error)) findings.set(id, finding);
  }
  return withoutShadowed([...findings.values()]);
}

function findingOf(error: ErrorObject, root: unknown): SchemaFinding | null {
  const path = pathOfPointer(root, error.instancePath);
  if (error.keyword === "if" || error.keyword === "propertyNames") return null;
  if (error.propertyName !== undefined) return { error, path: [...path, error.propertyName], about: "key" };
  if (error.keyword === "required") return { error, path, about: "missing" };
  if (error.keyword !== "additionalProperties") return { error, path, about: "value" };
  return { error, path: [...path, String(error.params["additionalProperty"])], about: "key" };
}

/** Which of several errors about one value is reported. */
const ranks: readonly string[] = ["anyOf", "type", "const", "enum", "minProperties", "maxProperties", "maxLength"];
const rank = ({ keyword }: ErrorObject): number => (ranks.indexOf(keyword) + ranks.length + 1) % (ranks.length + 1);

/** Where one alternative of a value fits better than the others, its error is reported rather than that none fits. */
function withoutShadowed(findings: readonly SchemaFinding[]): readonly SchemaFinding[] {
  const parents = new Set(
    findings.flatMap(({ path }) => path.map((_, length) => JSON.stringify(path.slice(0, length)))),
  );
  return findings.filter(({ error, path }) => error.keyword !== "anyOf" || !parents.has(JSON.stringify(path)));
}

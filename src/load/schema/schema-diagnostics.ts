import type { ErrorObject } from "ajv/dist/2020.js";
import { type DiagnosticText, inFile, type ValuePlace } from "../diagnostics/diagnostics.ts";
import { findLookAlike, withoutLookAlikes } from "../diagnostics/look-alikes.ts";
import { findSecrets } from "../diagnostics/secret-text.ts";
import {
  keyOffset,
  keyPlace,
  type Positions,
  placeAt,
  startPlace,
  valueOffset,
  valuePlace,
} from "../yaml/positions.ts";
import { missingBlankText, splitTogether } from "../yaml/slips/missing-blank.ts";
import { containerAt, entryOf, type ValuePath } from "../yaml/value-path.ts";
import type { SchemaKind } from "./compile-schemas.ts";
import { mergeConsequences } from "./consequences.ts";
import { describeKey, missingKey } from "./key-diagnostics.ts";
import { findSchemaErrors, type SchemaFinding } from "./schema-findings.ts";
import { type Annotated, accepts } from "./schema-hints.ts";
import { invalidValue } from "./value-diagnostics.ts";

interface SchemaDiagnostic {
  readonly where: ValuePlace;
  /** Null: something else was reported that says it already, such as a secret in the text of the file. */
  readonly diagnostic: DiagnosticText | null;
  /** What has to be left out so that the rest can be used, or null where something is missing. */
  readonly unusable: ValuePath | null;
}

/** Where rejected data comes from. */
interface Source {
  readonly root: unknown;
  readonly positions: Positions;
  /** Null: it is not that of a file. */
  readonly kind: SchemaKind | null;
}

/** Turns what Ajv found into one clear message for each property, at the position of the key or value it is about. */
export function describeSchemaErrors(errors: readonly ErrorObject[], source: Source): readonly SchemaDiagnostic[] {
  const findings = findSchemaErrors(errors, source.root);
  return mergeConsequences({ ...source, findings }).map((finding) => describe(finding, source));
}

function describe(finding: SchemaFinding, source: Source): SchemaDiagnostic {
  const { error, path, about } = finding;
  const { root, positions } = source;
  const schema = (error.parentSchema ?? {}) as Annotated;
  const last = path.at(-1);
  const parent = containerAt(root, path.slice(0, -1));
  if (about === "missing") {
    const where = startPlace(positions, containerAt(root, path) ?? {});
    return { where, diagnostic: missingKey(String(error.params["missingProperty"]), schema), unusable: null };
  }
  if (last === undefined || parent === null) {
    const where = startPlace(positions, containerAt(root, []) ?? []);
    return { where, diagnostic: describeRoot(root), unusable: path };
  }
  if (about !== "value") {
    const key = String(last);
    const where = keyPlace(positions, parent, last);
    if (about === "consequence") return { where, diagnostic: null, unusable: path };
    const offset = keyOffset(positions, parent, last);
    const lookAlike = withoutLookAlikes(key) === key ? null : lookAlikeAt(offset, key, positions);
    return lookAlike
      ? { ...lookAlike, unusable: path }
      : { where, diagnostic: describeKey(finding, { key, path, schema, ...source }), unusable: path };
  }
  const value = entryOf(parent, last);
  const where = valuePlace(positions, parent, last);
  if (typeof value === "string" && findSecrets(value).length > 0) return { where, diagnostic: null, unusable: path };
  const offset = valueOffset(positions, parent, last);
  const lookAlike = typeof value === "string" && isMeant(value, schema) ? lookAlikeAt(offset, value, positions) : null;
  if (lookAlike) return { ...lookAlike, unusable: path };
  const written = offset === undefined ? "" : positions.text.slice(offset, offset + 60);
  return {
    where,
    diagnostic: invalidValue({ error, schema, path, value, parent, written, positions }),
    unusable: path,
  };
}

/** Whether a text would be accepted, or be no text at all, if its look-alikes were what they look like. */
function isMeant(text: string, schema: Annotated): boolean {
  const meant = withoutLookAlikes(text);
  const content = meant.trim().replace(/^(["'])(.*)\1$/, "$2");
  const { type } = schema;
  const takesText = type === undefined || [type].flat().includes("string");
  return meant !== text && (!takesText || accepts(schema, content));
}

function lookAlikeAt(
  offset: number | undefined,
  text: string,
  positions: Positions,
): Pick<SchemaDiagnostic, "where" | "diagnostic"> | null {
  // Text over several lines has indentation in the file.
  const found =
    offset === undefined ? null : findLookAlike(positions.text.slice(offset, offset + 2 * text.length), offset);
  return found && { where: inFile(placeAt(positions, found.offset)), diagnostic: found.diagnostic };
}

function describeRoot(root: unknown): DiagnosticText {
  const together = typeof root === "string" ? splitTogether(root) : null;
  const [message, hint] = together
    ? missingBlankText(together, together.key === "customer")
    : [
        "the file must be a mapping of keys to values",
        "Write key: value lines; see the first example of the documentation.",
      ];
  return { rule: "wrong-type", message, hint };
}

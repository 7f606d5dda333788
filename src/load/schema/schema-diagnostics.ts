import type { ErrorObject } from "ajv/dist/2020.js";
import type { DiagnosticText, ValuePlace } from "../diagnostics/diagnostics.ts";
import { findSecrets } from "../diagnostics/secret-text.ts";
import { showText } from "../diagnostics/show-text.ts";
import { keyPlace, type Positions, startPlace, valueOffset, valuePlace } from "../yaml/positions.ts";
import { containerAt, entryOf, type ValuePath } from "../yaml/value-path.ts";
import { findSchemaErrors, type SchemaFinding } from "./schema-findings.ts";
import { type Annotated, hintForKey, hintForMissingKey, hintForUnknownKey } from "./schema-hints.ts";
import { invalidValue } from "./value-diagnostics.ts";

interface SchemaDiagnostic {
  readonly where: ValuePlace;
  /** Null: the value holds a secret, which was found in the text of the file. */
  readonly diagnostic: DiagnosticText | null;
  /** What has to be left out so that the rest can be used, or null where something is missing. */
  readonly unusable: ValuePath | null;
}

/** Turns what Ajv found into one clear message for each property, at the position of the key or value it is about. */
export function describeSchemaErrors(
  errors: readonly ErrorObject[],
  root: unknown,
  positions: Positions,
): readonly SchemaDiagnostic[] {
  return findSchemaErrors(errors, root).map((finding) => describe(finding, root, positions));
}

function describe({ error, path, about }: SchemaFinding, root: unknown, positions: Positions): SchemaDiagnostic {
  const schema = (error.parentSchema ?? {}) as Annotated;
  const last = path.at(-1);
  const parent = containerAt(root, path.slice(0, -1));
  if (about === "missing") {
    const map = containerAt(root, path);
    const where = map ? startPlace(positions, map) : startPlace(positions, {});
    return { where, diagnostic: missingKey(String(error.params["missingProperty"]), schema), unusable: null };
  }
  if (last === undefined || parent === null) {
    return { where: startPlace(positions, containerAt(root, []) ?? []), diagnostic: wrongRoot, unusable: path };
  }
  if (about === "key") {
    const key = String(last);
    return {
      where: keyPlace(positions, parent, last),
      diagnostic: error.keyword === "additionalProperties" ? unknownKey(key, schema) : invalidKey(key, schema),
      unusable: path,
    };
  }
  const value = entryOf(parent, last);
  if (typeof value === "string" && findSecrets(value).length > 0)
    return { where: valuePlace(positions, parent, last), diagnostic: null, unusable: path };
  const offset = valueOffset(positions, parent, last);
  const written =
    offset === undefined ? "" : (/^[^\s,\]}#]+/.exec(positions.text.slice(offset, offset + 60))?.[0] ?? "");
  return {
    where: valuePlace(positions, parent, last),
    diagnostic: invalidValue(error, schema, path, value, written),
    unusable: path,
  };
}

const wrongRoot: DiagnosticText = {
  rule: "wrong-type",
  message: "the file must be a mapping of keys to values",
  hint: "Write key: value lines; see the first example of the documentation.",
};

const unknownKey = (key: string, schema: Annotated): DiagnosticText => ({
  rule: "unknown-key",
  message: `unknown key ${showText(key)}`,
  hint: hintForUnknownKey(key, schema),
});

const invalidKey = (key: string, schema: Annotated): DiagnosticText => ({
  rule: "invalid-key",
  message: `${showText(key)} cannot be a key here`,
  hint: hintForKey(key, schema),
});

const missingKey = (key: string, schema: Annotated): DiagnosticText => ({
  rule: "missing-key",
  message: `the key "${key}" is missing`,
  hint: hintForMissingKey(key, schema),
});

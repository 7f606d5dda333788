import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { entryOf, isMap } from "../yaml/value-path.ts";
import { entriesOf, environmentEntries } from "./entries.ts";
import {
  explainMisplacedSetting,
  explainUnknownKey,
  type FaultyKey,
  hintForEntryBefore,
  hintForEnvironmentKey,
} from "./key-slips.ts";
import type { SchemaFinding } from "./schema-findings.ts";
import { type Annotated, hintForKey, hintForMissingKey, hintForUnknownKey } from "./schema-hints.ts";

/** Says what is wrong with a key, or that it is missing. */
export function describeKey({ error, about }: SchemaFinding, faulty: FaultyKey): DiagnosticText {
  const { key, schema, root, positions, kind } = faulty;
  const environments = entryOf(root, environmentEntries.key);
  const entries = kind === null ? null : entriesOf[kind];
  if (about === "misplaced" && entries !== null)
    return explainMisplacedSetting(key, entries, entryOf(root, entries.key) as object, positions);
  if (about === "host") return hostAsKey(faulty);
  if (error.keyword !== "additionalProperties") return invalidKey(faulty);
  return (
    explainUnknownKey(faulty) ?? {
      rule: "unknown-key",
      message: `unknown key ${showText(key)}`,
      hint: hintForUnknownKey(key, schema) + indentHint(faulty, environments),
    }
  );
}

/** Which environment a key of the customer was to belong to. */
function indentHint({ key, path, root, kind, positions, schema }: FaultyKey, environments: unknown): string {
  const isInside = kind === "customer" && path.length === 1 && isMap(root) && isMap(environments);
  if (!isInside || !hintForUnknownKey(key, schema).includes("under")) return "";
  const hint = hintForEntryBefore(key, { entries: environmentEntries, map: environments, positions, from: root });
  return hint === null ? "" : `. ${hint}`;
}

function invalidKey(faulty: FaultyKey): DiagnosticText {
  const { key, schema } = faulty;
  return {
    rule: "invalid-key",
    message: `${showText(key)} cannot be a key here`,
    hint: hintForEnvironmentKey(faulty) ?? hintForKey(key, schema),
  };
}

/** `- db01.example.com:`, perhaps with settings below it. */
function hostAsKey({ key, path, root }: FaultyKey): DiagnosticText {
  const item = path.slice(0, -1).reduce<unknown>((value, step) => entryOf(value, step), root);
  const isBare = isMap(item) && Object.keys(item).length === 1 && (item[key] === null || item[key] === undefined);
  return {
    rule: "unknown-key",
    message: `the colon behind ${showText(key)} makes a mapping of the host`,
    hint: isBare
      ? `Take the colon away: - ${showText(key).slice(1, -1)}`
      : `Write name: ${showText(key).slice(1, -1)}, and its settings in lines of their own in the column of name.`,
  };
}

/** A key that a mapping must have. */
export const missingKey = (key: string, schema: Annotated): DiagnosticText => ({
  rule: "missing-key",
  message: `the key "${key}" is missing`,
  hint: hintForMissingKey(key, schema),
});

import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { suggestionHint } from "../diagnostics/suggest.ts";
import { findTextDiagnostics } from "../diagnostics/text-diagnostics.ts";
import type { Container, Positions } from "./positions.ts";
import { entryOf, isContainer, isMap } from "./value-path.ts";
import { movePositions } from "./without-values.ts";

/** One `--set PATH=VALUE`; `value` is the parsed VALUE, `text` the whole option as given. */
export interface SetOverride {
  readonly path: string;
  readonly value: unknown;
  readonly text: string;
}

/**
 * The data of dtsync.yaml with the overrides in it. Maps on the way to a key are made where they are missing; a number
 * leads into a list. The positions learn which values came from an override.
 */
export function applyOverrides(
  data: unknown,
  overrides: readonly SetOverride[],
  positions: Positions,
): { readonly data: unknown; readonly diagnostics: readonly DiagnosticText[] } {
  const diagnostics: DiagnosticText[] = [];
  if (overrides.length > 0) positions.withoutSet = data;
  let result = data;
  for (const override of overrides) {
    const diagnostic = checkOverride(override) ?? checkWay(override, result) ?? checkCluster(override, data, overrides);
    if (diagnostic) diagnostics.push(diagnostic);
    else result = setValue(result, override.path.split("."), override, positions);
  }
  return { data: result, diagnostics };
}

const invalidSet = (path: string, message: string, hint: string): DiagnosticText => ({
  rule: "invalid-set",
  message: `--set ${showText(path).slice(1, -1)} leads nowhere: ${message}`,
  hint,
});

/** A way that leads through a value, or to an item that a list does not have. */
function checkWay({ path }: SetOverride, data: unknown): DiagnosticText | null {
  const keys = path.split(".");
  let value = data;
  for (const [index, key] of keys.entries()) {
    if (value === null || value === undefined) return null;
    const name = index === 0 ? "dtsync.yaml" : showText(keys.slice(0, index).join(".")).slice(1, -1);
    if (!isContainer(value))
      return invalidSet(path, `${name} is a value and has no keys`, `Write --set ${name}=… to give it another.`);
    if (Array.isArray(value) && !(/^\d{1,9}$/.test(key) && Number(key) <= value.length)) {
      const last = value.length - 1;
      const range = last === 0 ? `it has ${name}.0 alone` : `the first is ${name}.0, the last ${name}.${last}`;
      const items = last < 0 ? "it has none yet" : range;
      return invalidSet(path, `${name} is a list`, `Name an item by its number: ${items}.`);
    }
    value = entryOf(value, key);
  }
  return null;
}

/** A part of a cluster that the file does not have: a mistyped name, unless the options give all that a cluster needs. */
function checkCluster({ path }: SetOverride, data: unknown, overrides: readonly SetOverride[]): DiagnosticText | null {
  const [root, name = "", ...rest] = path.split(".");
  const clusters = entryOf(data, "clusters");
  if (root !== "clusters" || rest.length === 0 || entryOf(clusters, name) !== undefined) return null;
  const given = (key: string): boolean =>
    overrides.some(
      (other) => `${other.path}.`.startsWith(`clusters.${name}.${key}.`) || other.path === `clusters.${name}`,
    );
  if (given("url") && given("token")) return null;
  const known = isMap(clusters) ? Object.keys(clusters) : [];
  return invalidSet(
    path,
    `there is no cluster ${showText(name)}`,
    suggestionHint(name, known, "Write --set clusters.NAME='{ url: …, token: { env: … } }' to add one."),
  );
}

function checkOverride({ path, text }: SetOverride): DiagnosticText | null {
  const keys = path.split(".");
  if (keys.some((key) => key === "" || key === "__proto__")) {
    return {
      rule: "invalid-set",
      message: `--set ${showText(path)} is not a path of keys`,
      hint: "Write keys with dots between them, for example --set clusters.emea.url=https://dynatrace.emea.example.com",
    };
  }
  const secret = findTextDiagnostics(text)[0]?.diagnostic;
  return secret ? { ...secret, message: `${secret.message} (in --set ${showText(path).slice(1, -1)})` } : null;
}

function setValue(value: unknown, keys: readonly string[], override: SetOverride, positions: Positions): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) {
    markGiven(override.value, override.path, positions);
    return override.value;
  }
  const before: Container | null = isContainer(value) ? value : null;
  const copy = before === null ? {} : Array.isArray(before) ? [...before] : { ...before };
  if (before) movePositions(positions, before, copy);
  const marks = new Map(positions.overrides.get(copy));
  if (before === null) marks.set(null, override.path);
  const entries = copy as Record<string, unknown>;
  const had = Object.hasOwn(entries, key);
  entries[key] = setValue(had ? entries[key] : undefined, rest, override, positions);
  // A map on the way that the file has keeps its own place.
  if (rest.length === 0 || !isContainer(had && before ? (before as typeof entries)[key] : undefined)) {
    marks.set(key, override.path);
  }
  positions.overrides.set(copy, marks);
  return copy;
}

/** Marks every map and list of a value that `--set` gave. */
function markGiven(value: unknown, path: string, positions: Positions): void {
  if (!isContainer(value)) return;
  positions.overrides.set(value, new Map([[null, path]]));
  for (const inner of isMap(value) ? Object.values(value) : (value as readonly unknown[])) {
    markGiven(inner, path, positions);
  }
}

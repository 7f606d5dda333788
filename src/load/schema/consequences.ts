import { suggest } from "../diagnostics/suggest.ts";
import { type Container, keyOffset, type Positions } from "../yaml/positions.ts";
import { entryOf, isMap } from "../yaml/value-path.ts";
import type { SchemaKind } from "./compile-schemas.ts";
import { entriesOf, isEntryOutside, isSettingOf } from "./entries.ts";
import type { SchemaFinding } from "./schema-findings.ts";
import { type Annotated, accepts } from "./schema-hints.ts";

/** What the schema rejects in data of a kind of file; null: it is not that of a file. */
interface Rejected {
  readonly findings: readonly SchemaFinding[];
  readonly root: unknown;
  readonly positions: Positions;
  readonly kind: SchemaKind | null;
}

/** The findings, those that one slip leads to as one. What is only a consequence is still left out of the data. */
export function mergeConsequences(rejected: Rejected): readonly SchemaFinding[] {
  return withoutMeant(withHostKeys(outside(inside(rejected)).findings));
}

/** A setting in the column of the entries, one of which it belongs to. It makes faults of whatever is in it. */
function inside(rejected: Rejected): Rejected {
  const entries = rejected.kind === null ? null : entriesOf[rejected.kind];
  if (entries === null) return rejected;
  const map = entryOf(rejected.root, entries.key);
  const misplaced = new Map<string, SchemaFinding>();
  const others = rejected.findings.filter((finding) => {
    const [first, key] = finding.path;
    if (first !== entries.key || typeof key !== "string" || !isSettingOf(entries, key)) return true;
    const body = entryOf(map, key);
    if (isMap(body) && Object.hasOwn(body, entries.own)) return true;
    misplaced.set(key, { error: finding.error, path: [first, key], about: "misplaced" });
    return false;
  });
  if (misplaced.size === 0) return rejected;
  // The entry that lacks what stands beside it is not to be blamed for being empty.
  const rest = others.map((finding) => {
    const [first, key, ...more] = finding.path;
    const isEmpty = first === entries.key && key !== undefined && more.length === 0 && entryOf(map, key) === null;
    return isEmpty ? consequence(finding) : finding;
  });
  return { ...rejected, findings: [...rest, ...misplaced.values()] };
}

/** Entries in the column of the key that they belong below, which is one slip for all of them. */
function outside(rejected: Rejected): Rejected {
  const { findings, root, positions, kind } = rejected;
  const found = findings.filter(
    ({ about, path }) => about === "key" && path.length === 1 && isEntryOutside(String(path[0]), root, kind),
  );
  if (found.length === 0) return rejected;
  const offset = ({ path }: SchemaFinding): number => keyOffset(positions, root as Container, String(path[0])) ?? 0;
  const [, ...later] = found.sort((left, right) => offset(left) - offset(right));
  const isLater = new Set(later);
  return {
    ...rejected,
    findings: findings.map((finding) => {
      const isOfClusters = finding.path.length === 1 && finding.path[0] === "clusters";
      return isOfClusters || isLater.has(finding) ? consequence(finding) : finding;
    }),
  };
}

const consequence = (finding: SchemaFinding): SchemaFinding => ({ ...finding, about: "consequence" });

const isUnknownKey = ({ about, error }: SchemaFinding): boolean =>
  about === "key" && error.keyword === "additionalProperties";

/** A host as a key: `- db01.example.com:`. */
function withHostKeys(findings: readonly SchemaFinding[]): readonly SchemaFinding[] {
  return findings.map((finding) => {
    const { title, properties = {} } = (finding.error.parentSchema ?? {}) as Annotated;
    const key = String(finding.path.at(-1));
    const isHost =
      title === "Host" &&
      isUnknownKey(finding) &&
      /[.\d[]/.test(key) &&
      accepts({ $ref: "#/$defs/hostName" }, key) &&
      suggest(key, [...Object.keys(properties), "file", "command"]) === null;
    return isHost ? { ...finding, about: "host" } : finding;
  });
}

/** A key is not missing where an unknown one was meant to be it. */
function withoutMeant(findings: readonly SchemaFinding[]): readonly SchemaFinding[] {
  const placed = new Map<string, string[]>();
  for (const finding of findings) {
    if (finding.about !== "host" && !isUnknownKey(finding)) continue;
    const parent = JSON.stringify(finding.path.slice(0, -1));
    const keys = placed.get(parent) ?? [];
    placed.set(parent, keys);
    keys.push(finding.about === "host" ? "name" : String(finding.path.at(-1)));
  }
  if (placed.size === 0) return findings;
  return findings.filter(({ about, path, error }) => {
    if (about !== "missing") return true;
    const missing = String(error.params["missingProperty"]);
    // A list of hosts has another key in the place of the name.
    const meant = (error.parentSchema as Annotated).title === "Host" ? [missing, "file", "command"] : [missing];
    return !(placed.get(JSON.stringify(path)) ?? []).some((key) => suggest(key, meant) !== null);
  });
}

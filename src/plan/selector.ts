import { decodeIdPart } from "../kinds/change.ts";
import type { Coordinates } from "../kinds/kind.ts";
import { globMatcher, isGlob } from "../lib/glob.ts";
import type { ChangeKind } from "../model/change.ts";
import type { Environment, Inventory } from "../model/inventory.ts";

/** What an item can be asked for by a key, as in `stage=p`, apart from the labels of its environment. */
const qualities = {
  stage: ({ environment }: Located) => environment?.stage ?? null,
  cluster: ({ item }: Located) => item.cluster,
} satisfies Readonly<Record<string, (located: Located) => string | null>>;

export type Quality = keyof typeof qualities | `label.${string}`;

interface Located {
  readonly item: Coordinates;
  /** The one that the item is, or stands in. */
  readonly environment: Environment | undefined;
}

export type IdKind = ChangeKind;

/** One condition. Its patterns are exact texts or globs, and ignore case. */
export type Term = { readonly text: string } & (
  | { readonly form: "name"; readonly pattern: string }
  | { readonly form: "id"; readonly kind: IdKind; readonly patterns: IdPatterns }
  | { readonly form: "quality"; readonly quality: Quality; readonly pattern: string }
);

/** Patterns by the coordinate that they are about. */
type IdPatterns = Readonly<Partial<Record<(typeof coordinateNames)[number], string>>>;

/** A `--target` or `--exclude`: it selects the items of which all of its terms hold. */
export type Selector =
  | { readonly status: "read"; readonly terms: readonly Term[] }
  | { readonly status: "refused"; readonly reason: string; readonly hint: string };

/**
 * Reads a name, a glob, an id as plans print it (`environment/ID`, `group/CLUSTER/NAME`,
 * `permission/CLUSTER/GROUP/ENVIRONMENT`, `zone-permission/CLUSTER/GROUP/ENVIRONMENT/ZONE`, `host/NAME`), `stage=…`, `cluster=…` or `label.KEY=…`, or several of these with commas.
 */
export function parseSelector(text: string): Selector {
  const terms: Term[] = [];
  for (const part of splitTerms(text)) {
    const term = readTerm(part);
    if ("reason" in term) return term;
    terms.push(term);
  }
  return { status: "read", terms };
}

/** Names of groups may hold commas, and plans print them as they are: after an id of a group, one begins no name. */
function splitTerms(text: string): readonly string[] {
  const parts: string[] = [];
  for (const piece of text.split(",")) {
    const previous = parts.at(-1);
    const belongs =
      previous !== undefined && /^\s*(?:group|permission|zone-permission)\//i.test(previous) && !beginsTerm(piece);
    if (belongs) parts[parts.length - 1] = `${previous},${piece}`;
    else parts.push(piece);
  }
  return parts.map((part) => part.trim());
}

const beginsTerm = (text: string): boolean =>
  /^\s*(?:(?:environment|group|permission|zone-permission|host)\/|[a-z][\w.-]*=)/i.test(text);

function readTerm(text: string): Term | Extract<Selector, { readonly status: "refused" }> {
  const fault = (reason: string, hint: string) => ({ status: "refused", reason, hint }) as const;
  if (text === "") return fault("is empty", "name a customer, an environment, a group or a host");
  const id = readId(text);
  if (id !== null) return id;
  if (/^(?:environment|group|permission|zone-permission|host)\//i.test(text)) {
    return fault(
      `has ${text}, which is no id`,
      "ids are environment/ID, group/CLUSTER/NAME, permission/CLUSTER/GROUP/ENVIRONMENT, zone-permission/CLUSTER/GROUP/ENVIRONMENT/ZONE and host/NAME",
    );
  }
  const [, key, pattern = ""] = /^([a-z][\w.-]*)=(.*)$/is.exec(text) ?? [];
  if (key === undefined) return { form: "name", text, pattern: text };
  const quality = key.toLowerCase();
  if (!isQuality(quality)) return fault(`has ${text}, but there is no ${key}`, knownQualities);
  // A label may have an empty value.
  if (pattern === "" && !quality.startsWith("label.")) return fault(`has ${text} without a value`, knownQualities);
  return { form: "quality", text, quality, pattern };
}

const knownQualities = `known are ${[...Object.keys(qualities), "label.KEY"]
  .map((key) => `${key}=…`)
  .join(", ")}; a group with = in its name has an id, group/CLUSTER/NAME`;

const isQuality = (key: string): key is Quality =>
  Object.hasOwn(qualities, key) || /^label\.[a-z][a-z0-9-]*$/.test(key);

function qualityOf(quality: Quality, located: Located): string | null {
  if (quality === "stage" || quality === "cluster") return qualities[quality](located);
  const labels = located.environment?.labels ?? {};
  const key = quality.slice("label.".length);
  return (Object.hasOwn(labels, key) ? labels[key] : undefined) ?? null;
}

function readId(text: string): Term | null {
  const [, prefix = "", rest = ""] = /^([\w-]+)\/(.+)$/s.exec(text) ?? [];
  switch (prefix.toLowerCase()) {
    case "environment":
      return { form: "id", text, kind: "environment", patterns: { environment: rest } };
    case "host":
      return { form: "id", text, kind: "host", patterns: { host: rest } };
    case "group": {
      const [, cluster, group] = /^([^/]+)\/(.+)$/s.exec(rest) ?? [];
      if (cluster === undefined || group === undefined) return null;
      return { form: "id", text, kind: "group", patterns: { cluster, group: decodeIdPart(group) } };
    }
    case "permission": {
      const [, cluster, group, environment] = /^([^/]+)\/(.+)\/([^/]+)$/s.exec(rest) ?? [];
      if (cluster === undefined || group === undefined || environment === undefined) return null;
      return { form: "id", text, kind: "permission", patterns: { cluster, group: decodeIdPart(group), environment } };
    }
    case "zone-permission": {
      const [, cluster, group, environment, zone] = /^([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/s.exec(rest) ?? [];
      if (cluster === undefined || group === undefined || environment === undefined || zone === undefined) return null;
      const patterns = { cluster, group: decodeIdPart(group), environment, managementZone: decodeIdPart(zone) };
      return { form: "id", text, kind: "zone-permission", patterns };
    }
    default:
      return null;
  }
}

/** Whether a term can only mean one thing, so that nothing of that name is a slip and not an empty set. */
export const isExact = (term: Term): boolean =>
  term.form === "id" ? !Object.values(term.patterns).some(isGlob) : !isGlob(term.pattern);

export type Matcher = (item: Coordinates) => boolean;

/** Makes matchers of terms, for the items of an inventory. */
export function termMatchers({ environments }: Pick<Inventory, "environments">): (term: Term) => Matcher {
  const byId = new Map(environments.map((environment) => [environment.id.toLowerCase(), environment]));
  return (term) => {
    if (term.form === "name") {
      const matches = globMatcher(term.pattern);
      return ({ customer, environment, group, host }) =>
        [customer, environment, group, host].some((value) => value !== null && matches(value));
    }
    if (term.form === "quality") {
      const matches = globMatcher(term.pattern);
      return (item) => {
        const environment = byId.get(item.environment?.toLowerCase() ?? "");
        const value = qualityOf(term.quality, { item, environment });
        return value !== null && matches(value);
      };
    }
    const parts = coordinateNames.flatMap((name) => {
      const pattern = term.patterns[name];
      return pattern === undefined ? [] : [{ name, matches: globMatcher(pattern) }];
    });
    return (item) => parts.every(({ name, matches }) => matches(item[name] ?? ""));
  };
}

const coordinateNames = ["cluster", "environment", "group", "host", "managementZone"] as const;

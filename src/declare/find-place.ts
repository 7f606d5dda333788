import { usageError } from "../errors.ts";
import { suggest } from "../load/diagnostics/suggest.ts";
import { stageOf } from "../load/schema/environment-keys.ts";
import type { SettingsEntry } from "../load/schema/file-types.ts";
import { defaultIdTemplate } from "../load/settings/id-template.ts";
import { customerFile, type DeclaredFiles, dataOf } from "./declared-files.ts";

/** The customer and key of an environment that is to be declared. */
export interface EnvironmentPlace {
  readonly customer: string;
  readonly key: string;
  /** What ids of the customer are made by. */
  readonly template: string;
  /** Null: it has a file. */
  readonly isNew: NewPlace | null;
}

/** Where a new customer got its template from. */
export interface NewPlace {
  /** Other customers that have the same; null: it holds for all that say nothing else. */
  readonly sharedBy: number | null;
}

interface Wanted {
  /** Customer and key in the form in which ids are made. */
  readonly id: string;
  /** Null: by the id. */
  readonly customer: string | null;
  /** It gets an id of its own, so that its key need not be a stage and a number. */
  readonly hasOwnId: boolean;
}

/**
 * Whose environment an id is and which key it has there, by the templates that ids are made with: of the customers that there
 * are, else of a new one, which gets the template of others that says most of the id. Throws a usage error where it is none or
 * several of them.
 */
export function findPlace(wanted: Wanted, declared: DeclaredFiles): EnvironmentPlace {
  const { id, customer } = wanted;
  const common = commonTemplate(declared);
  const known = declared.inventory.customers.map((found) => found.id);
  const places = known.flatMap((name): readonly EnvironmentPlace[] => {
    if ((customer !== null && customer !== name) || !mayBeOf(name, id)) return [];
    const template = templateOf(name, common, declared);
    return splits(wanted, template).flatMap((split) =>
      split.customer === name ? [{ ...split, template, isNew: null }] : [],
    );
  });
  const isNewCustomer = customer !== null ? !known.includes(customer) : places.length === 0;
  const templates = isNewCustomer ? templatesInUse(common, declared) : new Map<string, number>();
  const found = isNewCustomer ? newPlaces(wanted, common, templates, known) : places;
  const [place, other] = found;
  if (place && !other) return place;
  if (place) {
    const names = found.map((one) => `${one.customer} (key ${one.key})`).join(", ");
    throw usageError(`${id} may be an environment of several customers: ${names}`, "Say which one with --customer.");
  }
  const own = customer !== null && known.includes(customer) ? [templateOf(customer, common, declared)] : null;
  const near = customer === null ? null : suggest(customer, known);
  throw usageError(
    `${id} is not made as ids are here: by ${(own ?? [common, ...templates.keys()].slice(0, mostShown)).join(" or ")}, with a key such as p1`,
    near !== null && customer !== near
      ? `Did you mean --customer ${near}?`
      : "Write customer and key in this form. For an environment with another id give that as --id besides.",
  );
}

/** Templates in a message. */
const mostShown = 3;

/** How an id may be one of a customer that is not there: by the longest of the templates, because that leaves least to chance. */
function newPlaces(
  wanted: Wanted,
  common: string,
  inUse: ReadonlyMap<string, number>,
  known: readonly string[],
): readonly EnvironmentPlace[] {
  const ways = [common, ...inUse.keys()].flatMap((template) =>
    splits(wanted, template).flatMap((split): readonly EnvironmentPlace[] => {
      const fits = wanted.customer === null ? isCustomer(split.customer) : split.customer === wanted.customer;
      const isNew = { sharedBy: inUse.get(template) ?? null };
      return fits && !known.includes(split.customer) ? [{ ...split, template, isNew }] : [];
    }),
  );
  const longest = Math.max(...ways.map(({ template }) => template.length));
  return ways.filter(({ template }) => template.length === longest);
}

/**
 * The templates that customers have for themselves, with the number of these. Ids that look alike are made alike, so the file of
 * one customer of each kind is enough: reading thousands of files would take long.
 */
function templatesInUse(common: string, declared: DeclaredFiles): ReadonlyMap<string, number> {
  const kinds = new Map<string, Set<string>>();
  for (const { id, key, stage, customer } of declared.inventory.environments) {
    // One with an id of its own tells nothing.
    if (stage === key) continue;
    const kind = id.replace(customer, "{customer}").replace(key, "{key}");
    kinds.set(kind, (kinds.get(kind) ?? new Set()).add(customer));
  }
  const counts = new Map<string, number>();
  for (const customers of kinds.values()) {
    const [first = ""] = customers;
    const template = templateOf(first, common, declared);
    if (template !== common) counts.set(template, (counts.get(template) ?? 0) + customers.size);
  }
  return counts;
}

/** A quick look: a template has the customer's id in what it makes. */
const mayBeOf = (customer: string, id: string): boolean => id.includes(customer);

const isCustomer = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,48}[a-z0-9]$/.test(text);

/** The ways in which a template can have made an id. */
function splits(
  { id, hasOwnId }: Wanted,
  template: string,
): readonly { readonly customer: string; readonly key: string }[] {
  const [start = "", first, between = "", , end = ""] = template.split(/(\{customer\}|\{key\})/);
  if (!id.startsWith(start) || !id.endsWith(end) || id.length < start.length + end.length) return [];
  const inner = id.slice(start.length, id.length - end.length);
  const found: { readonly customer: string; readonly key: string }[] = [];
  for (let at = 1; at + between.length < inner.length; at += 1) {
    if (!inner.startsWith(between, at)) continue;
    const [left, right] = [inner.slice(0, at), inner.slice(at + between.length)];
    const [customer, key] = first === "{customer}" ? [left, right] : [right, left];
    if (stageOf(key) !== null || (hasOwnId && /^[a-z][a-z0-9-]*$/.test(key))) found.push({ customer, key });
  }
  return found;
}

function commonTemplate({ read }: DeclaredFiles): string {
  const settings = dataOf(read("dtsync.yaml") ?? "") as Partial<SettingsEntry> | null | undefined;
  return settings?.defaults?.environmentId ?? defaultIdTemplate;
}

function templateOf(customer: string, common: string, declared: DeclaredFiles): string {
  const { entry } = customerFile(declared, customer);
  if (entry.environmentId === undefined) return common;
  return entry.environmentId ?? defaultIdTemplate;
}

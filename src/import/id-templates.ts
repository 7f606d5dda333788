import { compareText } from "../lib/text.ts";

/** An id taken apart: the template with customer and key filled in gives it again. */
export interface IdParts {
  /** With `{customer}` and `{key}` once each. */
  readonly template: string;
  readonly customer: string;
  readonly key: string;
}

/** A template with how much of the estate it describes. */
export interface TemplateCount {
  readonly template: string;
  readonly environments: number;
  readonly customers: number;
}

const customerPattern = /^[a-z0-9][a-z0-9-]{0,48}[a-z0-9]$/;
const keyPattern = /^([a-z]{1,8})[1-9][0-9]{0,3}$/;
/** Parts of an id before the customer, and behind the key, that may belong to the template. */
const mostPrefixParts = 3;
const mostSuffixParts = 1;
/**
 * A template with words of its own is only seen where several customers have it, where it makes their ids much shorter, and where a
 * good part of the estate follows it: names of customers begin with the same words here and there, too.
 */
const leastCustomers = 3;
const leastSaving = 30;
const leastShare = 0.05;

/**
 * The few templates that ids of an estate follow, and each id that follows one taken apart. Ids that follow none are left
 * out. A word of several letters counts as a stage only where more than one customer has it.
 */
export function findIdTemplates(ids: readonly string[]): ReadonlyMap<string, IdParts> {
  const ways = new Map(ids.map((id) => [id, waysOf(id)]));
  const customersOfStage = new Map<string, Set<string>>();
  for (const parts of [...ways.values()].flat()) {
    const stage = stageOf(parts.key);
    customersOfStage.set(stage, (customersOfStage.get(stage) ?? new Set()).add(parts.customer));
  }
  const isStage = ({ key }: IdParts): boolean => {
    const stage = stageOf(key);
    return stage.length === 1 || (customersOfStage.get(stage)?.size ?? 0) > 1;
  };
  const customersOf = new Map<string, Set<string>>();
  const idsOf = new Map<string, number>();
  for (const { template, customer } of [...ways.values()].flat().filter(isStage)) {
    customersOf.set(template, (customersOf.get(template) ?? new Set()).add(customer));
    idsOf.set(template, (idsOf.get(template) ?? 0) + 1);
  }
  const isOfMany = (template: string): boolean => (idsOf.get(template) ?? 0) >= leastShare * ids.length;
  const rank = new Map(
    [...customersOf]
      .map(([template, customers]) => ({
        template,
        customers: customers.size,
        saving: savingOf(template, customers.size),
      }))
      .filter(
        ({ customers, saving, template }) =>
          isPlain(template) || (customers >= leastCustomers && saving >= leastSaving && isOfMany(template)),
      )
      .sort((left, right) => right.saving - left.saving || compareText(left.template, right.template))
      .map(({ template }, index) => [template, index]),
  );
  const found = new Map<string, IdParts>();
  for (const [id, candidates] of ways) {
    const [best] = candidates
      .filter((parts) => isStage(parts) && rank.has(parts.template))
      .sort((left, right) => (rank.get(left.template) ?? 0) - (rank.get(right.template) ?? 0));
    if (best) found.set(id, best);
  }
  return found;
}

/**
 * Ids as templates take them apart that customers have already, given by customer: ids of these customers first, then those of new ones
 * by the template that says most of them.
 */
export function partsByTemplates(
  ids: readonly string[],
  templateOf: ReadonlyMap<string, string>,
): ReadonlyMap<string, IdParts> {
  const templates = [...new Set(templateOf.values())].sort(
    (left, right) => right.length - left.length || compareText(left, right),
  );
  const takers = templates.map((template) => takerOf(template));
  return new Map(
    ids.flatMap((id) => {
      const ways = takers.flatMap((take) => take(id) ?? []);
      const best =
        ways.find(({ customer, template }) => templateOf.get(customer) === template) ??
        ways.find(({ template }) => !isPlain(template));
      return best === undefined ? [] : [[id, best] as const];
    }),
  );
}

/** What takes ids apart that a template makes. */
function takerOf(template: string): (id: string) => IdParts | null {
  const inner = (pattern: RegExp): string => pattern.source.slice(1, -1);
  const pattern = new RegExp(
    `^${template.replace("{customer}", `(?<customer>${inner(customerPattern)})`).replace("{key}", `(?<key>${inner(keyPattern)})`)}$`,
  );
  return (id) => {
    const { customer, key } = pattern.exec(id)?.groups ?? {};
    return customer === undefined || key === undefined ? null : { template, customer, key };
  };
}

/** An id of which is known whose it is. */
export interface OwnedId {
  readonly id: string;
  readonly customer: string;
  /** The key that it is said to have; null: the id alone says it. */
  readonly key: string | null;
}

/**
 * The templates that ids of known customers follow, which may have words between customer and key, such as those of a site, and
 * each id that follows one taken apart. Of several ways the one that most of the ids go is meant.
 */
export function templatesOfCustomers(owned: readonly OwnedId[]): ReadonlyMap<string, IdParts> {
  const ways = owned.map((one): readonly [string, readonly IdParts[]] => [one.id, waysOfCustomer(one)]);
  const counts = new Map<string, number>();
  for (const { template } of ways.flatMap(([, candidates]) => candidates))
    counts.set(template, (counts.get(template) ?? 0) + 1);
  const found = new Map<string, IdParts>();
  for (const [id, candidates] of ways) {
    const [best] = [...candidates].sort(
      (left, right) => (counts.get(right.template) ?? 0) - (counts.get(left.template) ?? 0),
    );
    if (best) found.set(id, best);
  }
  return found;
}

/** All ways to take the id of a customer apart: stages of one letter first, then keys behind the customer, the nearest first. */
function waysOfCustomer({ id, customer, key: told }: OwnedId): readonly IdParts[] {
  const wordsOf = (text: string): readonly (readonly [at: number, word: string])[] =>
    [...text.matchAll(/[^-_]+/g)].map(({ index, 0: word }) => [index, word]);
  const found: (IdParts & { readonly rank: number })[] = [];
  for (let at = id.indexOf(customer); at >= 0; at = id.indexOf(customer, at + 1)) {
    const end = at + customer.length;
    if (/[^-_]$/.test(id.slice(0, at)) || /^[^-_]/.test(id.slice(end))) continue;
    for (const [place, key] of wordsOf(id)) {
      if (!keyPattern.test(key) || (place >= at && place < end)) continue;
      const [start, between, rest] =
        place < at
          ? [id.slice(0, place), id.slice(place + key.length, at), id.slice(end)]
          : [id.slice(0, at), id.slice(end, place), id.slice(place + key.length)];
      const names = place < at ? ["{key}", "{customer}"] : ["{customer}", "{key}"];
      const template = `${start}${names[0]}${between}${names[1]}${rest}`;
      const rank = (stageOf(key).length === 1 ? 0 : 2) + (place < at ? 1 : 0);
      found.push({ template, customer, key, rank });
    }
  }
  const meant = found.filter(({ key }) => key === told);
  return (meant.length > 0 ? meant : found)
    .sort((left, right) => left.rank - right.rank)
    .map(({ template, key }) => ({ template, customer, key }));
}

/** The templates in use, the one with most environments first. */
export function countTemplates(found: Iterable<Pick<IdParts, "template" | "customer">>): readonly TemplateCount[] {
  const counts = new Map<string, { environments: number; readonly customers: Set<string> }>();
  for (const { template, customer } of found) {
    const count = counts.get(template) ?? { environments: 0, customers: new Set<string>() };
    count.environments += 1;
    count.customers.add(customer);
    counts.set(template, count);
  }
  return [...counts]
    .map(([template, { environments, customers }]) => ({ template, environments, customers: customers.size }))
    .sort((left, right) => right.environments - left.environments || compareText(left.template, right.template));
}

const stageOf = (key: string): string => keyPattern.exec(key)?.[1] ?? "";

/** Characters of a template that are neither placeholders nor the mark between them. */
const literalLength = (template: string): number => template.replace("{customer}", "").replace("{key}", "").length - 1;
const isPlain = (template: string): boolean => literalLength(template) === 0;
const savingOf = (template: string, customers: number): number => literalLength(template) * customers;

/** All ways to take an id apart. */
function waysOf(id: string): readonly IdParts[] {
  const parts = id.split(/([-_])/);
  const words = parts.filter((_part, index) => index % 2 === 0);
  if (words.length < 2 || words.includes("")) return [];
  const text = (from: number, to: number): string => parts.slice(2 * from, 2 * to - 1).join("");
  const mark = (behind: number): string => parts[2 * behind + 1] ?? "";
  const last = words.length - 1;
  const found: IdParts[] = [];
  const add = (customer: string, key: string, template: string): void => {
    if (customerPattern.test(customer) && keyPattern.test(key)) found.push({ template, customer, key });
  };
  for (let suffix = 0; suffix <= mostSuffixParts; suffix += 1) {
    const key = last - suffix;
    const end = suffix === 0 ? "" : mark(key) + text(key + 1, words.length);
    for (let prefix = 0; prefix <= mostPrefixParts && prefix < key; prefix += 1) {
      const start = prefix === 0 ? "" : text(0, prefix) + mark(prefix - 1);
      add(text(prefix, key), words[key] ?? "", `${start}{customer}${mark(key - 1)}{key}${end}`);
    }
  }
  for (let prefix = 0; prefix <= mostPrefixParts && prefix < last; prefix += 1) {
    const start = prefix === 0 ? "" : text(0, prefix) + mark(prefix - 1);
    add(text(prefix + 1, words.length), words[prefix] ?? "", `${start}{key}${mark(prefix)}{customer}`);
  }
  return found;
}

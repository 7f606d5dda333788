import { createHash } from "node:crypto";
import { compareText } from "../lib/text.ts";
import type { EstateCluster } from "../model/estate.ts";
import type { ObservedEnvironment } from "../model/observed.ts";
import type { CustomerRule, NamedCustomer } from "./customer-rules.ts";
import type { Finding, FindingItem } from "./findings.ts";
import {
  countTemplates,
  findIdTemplates,
  type IdParts,
  partsByTemplates,
  type TemplateCount,
  templatesOfCustomers,
} from "./id-templates.ts";
import { isPlainText } from "./plain-text.ts";
import { slug, takeName } from "./slug.ts";

export interface PlacedEnvironment {
  readonly observed: ObservedEnvironment;
  readonly cluster: string;
  readonly customer: string;
  readonly key: string;
  /** The template that its id follows; null: the id has to be declared. */
  readonly template: string | null;
  /** What `{stage}` stands for there. */
  readonly stage: string;
}

export interface PlacedCustomer {
  readonly id: string;
  /** Display name; null: the id. */
  readonly name: string | null;
  /** Null: no environment follows one. */
  readonly template: string | null;
  readonly environments: readonly PlacedEnvironment[];
}

export interface PlacedEnvironments {
  readonly customers: readonly PlacedCustomer[];
  /** Those that ids are declared by. */
  readonly templates: readonly TemplateCount[];
  readonly findings: readonly Finding[];
}

interface Found {
  readonly observed: ObservedEnvironment;
  readonly cluster: string;
}

const longestKey = 70;
const longestCustomer = 50;

/** What an inventory says of a customer already. */
export interface DeclaredCustomer {
  /** These stay those of other environments. */
  readonly keys: readonly string[];
  /** The template of its ids. */
  readonly template: string;
}

/**
 * Finds for each environment the customer and the key under which an inventory declares it. `rule` says for some whose
 * they are; null: nothing but their ids does. `declared`: by customer.
 */
export function placeEnvironments(
  clusters: readonly EstateCluster[],
  rule: CustomerRule | null,
  declared: ReadonlyMap<string, DeclaredCustomer> = new Map(),
): PlacedEnvironments {
  const { unique, doubles } = uniqueById(clusters);
  const takeOther = otherCustomers(clusters.length === 1, declared);
  const told = new Map(unique.map(({ observed }) => [observed.id, rule?.(observed) ?? null]));
  const ownParts = templatesOfCustomers(
    [...told].flatMap(([id, known]) => (known === null ? [] : [{ id, customer: known.customer.id, key: known.key }])),
  );
  const ids = unique.map(({ observed }) => observed.id);
  const templateOf = new Map([...declared].map(([customer, { template }]) => [customer, template]));
  const parts = new Map([...findIdTemplates(ids), ...partsByTemplates(ids, templateOf)]);
  const byCustomer = new Map<
    string,
    { readonly found: Found; readonly parts: IdParts | null; readonly key: string | null }[]
  >();
  const longNames = new Map<string, string>();
  for (const found of unique) {
    const { id } = found.observed;
    const known = told.get(id) ?? null;
    const own = (known === null ? parts : ownParts).get(id) ?? null;
    const customer = known?.customer.id ?? own?.customer ?? takeOther(found.cluster);
    if (known && known.customer.longName !== null) longNames.set(customer, known.customer.longName);
    const list = byCustomer.get(customer) ?? [];
    byCustomer.set(customer, list);
    list.push({ found, parts: own, key: known?.key ?? null });
  }
  const customers = [...byCustomer]
    .sort(([left], [right]) => compareText(left, right))
    .map(([id, members]) => placeCustomer(id, members, declared.get(id) ?? null));
  return {
    customers,
    templates: countTemplates(
      customers
        .flatMap(({ environments }) => environments)
        .flatMap(({ customer, template }) => (template === null ? [] : [{ customer, template }])),
    ),
    findings: [
      { about: "ids that an earlier cluster has, too: left out there", items: doubles },
      {
        about: "customers whose names are too long for an id, which ends with a mark of the whole name instead",
        items: [...longNames]
          .map(([id, name]) => ({ text: `${id}: ${name}` }))
          .sort((left, right) => compareText(left.text, right.text)),
      },
    ].filter(({ items }) => items.length > 0),
  };
}

/** Ids are unique in an inventory, without regard to case. */
function uniqueById(clusters: readonly EstateCluster[]): {
  readonly unique: readonly Found[];
  readonly doubles: readonly FindingItem[];
} {
  const known = new Map<string, string>();
  const unique: Found[] = [];
  const doubles: FindingItem[] = [];
  for (const { name: cluster, environments } of clusters) {
    for (const observed of environments) {
      const key = observed.id.toLowerCase();
      const earlier = known.get(key);
      if (earlier !== undefined) doubles.push({ text: `${cluster}: ${observed.id}`, environment: earlier });
      else {
        unique.push({ observed, cluster });
        known.set(key, observed.id);
      }
    }
  }
  return { unique, doubles };
}

/** Environments of a customer that stands for several: its file stays small enough to be read, and laid out. */
const mostOthers = 500;

/** Gives, for one environment after the other, the customer of those of which nothing says whose they are. */
function otherCustomers(
  isOnlyCluster: boolean,
  declared: ReadonlyMap<string, DeclaredCustomer>,
): (cluster: string) => string {
  const counts = new Map<string, number>();
  return (cluster) => {
    const name = isOnlyCluster ? "other" : `other-${cluster}`;
    for (let number = 1; ; number += 1) {
      const customer = number === 1 ? name : `${name}-${number}`;
      const count = counts.get(customer) ?? declared.get(customer)?.keys.length ?? 0;
      if (count >= mostOthers) continue;
      counts.set(customer, count + 1);
      return customer;
    }
  };
}

interface Member {
  readonly found: Found;
  readonly parts: IdParts | null;
  /** The key that it is said to have. */
  readonly key: string | null;
}

function placeCustomer(id: string, members: readonly Member[], declared: DeclaredCustomer | null): PlacedCustomer {
  const known = new Set(declared?.keys);
  const template =
    declared?.template ?? mostFrequent(members.flatMap(({ parts }) => (parts === null ? [] : [parts.template])));
  const isFollowing = (parts: IdParts | null): parts is IdParts =>
    parts !== null && parts.template === template && !known.has(parts.key);
  const following = members.flatMap(({ parts }) => (isFollowing(parts) ? [parts.key] : []));
  const taken = new Set([...known, ...following]);
  const environments = members.map(({ found, parts, key: told }): PlacedEnvironment => {
    const base = { observed: found.observed, cluster: found.cluster, customer: id };
    if (isFollowing(parts)) {
      return { ...base, key: parts.key, template, stage: parts.key.replace(/\d+$/, "") };
    }
    const wanted = told ?? (parts === null || template === null ? null : keyBeside(template, parts));
    const key = takeName(keyFor(found.observed, wanted), taken, longestKey);
    return { ...base, key, template: null, stage: key };
  });
  return { id, name: customerName(id, environments), template, environments: environments.sort(byKey) };
}

/**
 * The words of another site with the key, `west-p1`, of an id that begins as those of the customer do; null: it does not, or
 * has no such words, and the key alone belongs to what the template makes.
 */
function keyBeside(template: string, parts: IdParts): string | null {
  const [start, end] = parts.template.split("{customer}");
  const key = end?.replace("{key}", parts.key).replace(/^[-_]/, "") ?? "";
  return template.startsWith(`${start}{customer}`) && key !== parts.key ? key : null;
}

/** Readable ids make the best keys; where there is nothing to read in one, the name may have something. `better`: what comes before both. */
function keyFor({ id, name }: ObservedEnvironment, better: string | null): string {
  const isRandom = /^[0-9a-f-]{32,}$/i.test(id) || !/[a-z]{2}/i.test(id);
  const [first = "", second = ""] = isRandom ? [slug(name), slug(id)] : [slug(id), slug(name)];
  const wanted = slug(better ?? "") || first || second || "environment";
  return /^[a-z]/.test(wanted) ? wanted : `e-${wanted}`;
}

const byKey = (left: PlacedEnvironment, right: PlacedEnvironment): number =>
  compareText(
    left.key.replace(/\d+/g, (digits) => digits.padStart(10, "0")),
    right.key.replace(/\d+/g, (digits) => digits.padStart(10, "0")),
  );

/** The name from which, with their keys behind it, more than half of the names of the environments follow. */
function customerName(id: string, environments: readonly PlacedEnvironment[]): string | null {
  const names = environments.flatMap(({ observed: { name }, key }) =>
    name.endsWith(` ${key}`) ? [name.slice(0, -key.length - 1)] : [],
  );
  const name = mostFrequent(names);
  const isOfMost = names.filter((one) => one === name).length * 2 > environments.length;
  return name === null || !isOfMost || name === id || !isPlainText(name) ? null : name;
}

/** The most frequent of the texts, of several the first in their order; null: there is none. */
export function mostFrequent(texts: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const [best] = [...counts].sort(([left, one], [right, two]) => two - one || compareText(left, right));
  return best?.[0] ?? null;
}

/** Hexadecimal digits that tell long names apart which begin alike. */
const markLength = 8;

/**
 * The customer that a text gives, or null where nothing of an id is in it. A name that is too long ends with a mark of all of
 * it: two names stay two, whichever of them is imported first.
 */
export function customerIdOf(text: string): NamedCustomer | null {
  const whole = slug(text);
  if (whole.length < 2) return null;
  if (whole.length <= longestCustomer) return { id: whole, longName: null };
  const mark = createHash("sha256").update(whole).digest("hex").slice(0, markLength);
  const start = whole.slice(0, longestCustomer - markLength - 1).replace(/-+$/, "");
  return { id: `${start}-${mark}`, longName: text };
}

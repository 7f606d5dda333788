import { createHash } from "node:crypto";
import { compareText } from "../lib/text.ts";
import type { EstateCluster, Remark } from "../model/estate.ts";
import type { ObservedEnvironment } from "../model/observed.ts";
import type { CustomerRule, NamedCustomer } from "./customer-rules.ts";
import { findIdTemplates, type IdParts } from "./id-templates.ts";
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
  readonly templates: readonly IdParts[];
  readonly remarks: readonly Remark[];
}

interface Found {
  readonly observed: ObservedEnvironment;
  readonly cluster: string;
}

const longestKey = 70;
const longestCustomer = 50;

/**
 * Finds for each environment the customer and the key under which an inventory declares it. `rule` says for some whose
 * they are; null: nothing but their ids does. `declaredKeys`: keys that customers have already, which stay theirs.
 */
export function placeEnvironments(
  clusters: readonly EstateCluster[],
  rule: CustomerRule | null,
  declaredKeys: ReadonlyMap<string, readonly string[]> = new Map(),
): PlacedEnvironments {
  const { unique, doubles } = uniqueById(clusters);
  const takeOther = otherCustomers(clusters.length === 1, declaredKeys);
  const templates = findIdTemplates(unique.map(({ observed }) => observed.id));
  const byCustomer = new Map<
    string,
    { readonly found: Found; readonly parts: IdParts | null; readonly key: string | null }[]
  >();
  const longNames = new Map<string, string>();
  for (const found of unique) {
    const told = rule?.(found.observed) ?? null;
    const parts =
      told === null ? (templates.get(found.observed.id) ?? null) : partsFor(found.observed.id, told.customer.id);
    const customer = told?.customer.id ?? parts?.customer ?? takeOther(found.cluster);
    if (told && told.customer.longName !== null) longNames.set(customer, told.customer.longName);
    const list = byCustomer.get(customer) ?? [];
    byCustomer.set(customer, list);
    list.push({ found, parts, key: told?.key ?? null });
  }
  const customers = [...byCustomer]
    .sort(([left], [right]) => compareText(left, right))
    .map(([id, members]) => placeCustomer(id, members, new Set(declaredKeys.get(id))));
  return {
    customers,
    templates: [...templates.values()],
    remarks: [
      { about: "ids that an earlier cluster has, too: left out there", items: doubles },
      {
        about: "customers whose names are too long for an id, which ends with a mark of the whole name instead",
        items: [...longNames].map(([id, name]) => `${id}: ${name}`).sort(compareText),
      },
    ].filter(({ items }) => items.length > 0),
  };
}

/** Ids are unique in an inventory, without regard to case. */
function uniqueById(clusters: readonly EstateCluster[]): {
  readonly unique: readonly Found[];
  readonly doubles: readonly string[];
} {
  const known = new Set<string>();
  const unique: Found[] = [];
  const doubles: string[] = [];
  for (const { name: cluster, environments } of clusters) {
    for (const observed of environments) {
      const key = observed.id.toLowerCase();
      if (known.has(key)) doubles.push(`${cluster}: ${observed.id}`);
      else unique.push({ observed, cluster });
      known.add(key);
    }
  }
  return { unique, doubles };
}

/** Environments of a customer that stands for several: its file stays small enough to be read, and laid out. */
const mostOthers = 500;

/** Gives, for one environment after the other, the customer of those of which nothing says whose they are. */
function otherCustomers(
  isOnlyCluster: boolean,
  declaredKeys: ReadonlyMap<string, readonly string[]>,
): (cluster: string) => string {
  const counts = new Map<string, number>();
  return (cluster) => {
    const name = isOnlyCluster ? "other" : `other-${cluster}`;
    for (let number = 1; ; number += 1) {
      const customer = number === 1 ? name : `${name}-${number}`;
      const count = counts.get(customer) ?? declaredKeys.get(customer)?.length ?? 0;
      if (count >= mostOthers) continue;
      counts.set(customer, count + 1);
      return customer;
    }
  };
}

/** An id taken apart for a customer that is known. */
function partsFor(id: string, customer: string): IdParts | null {
  const [, start = "", first = "", second = "", end = ""] =
    new RegExp(`^(.*?)(?:${customer}([-_])([a-z]{1,8}[1-9][0-9]{0,3}))((?:[-_].*)?)$`).exec(id) ?? [];
  if (second === "" || !/^(?:.*[-_])?$/.test(start)) return null;
  return { template: `${start}{customer}${first}{key}${end}`, customer, key: second };
}

function placeCustomer(
  id: string,
  members: readonly { readonly found: Found; readonly parts: IdParts | null; readonly key: string | null }[],
  declared: ReadonlySet<string>,
): PlacedCustomer {
  const template = mostFrequent(members.flatMap(({ parts }) => (parts === null ? [] : [parts.template])));
  const isFollowing = (parts: IdParts | null): parts is IdParts & { readonly template: string } =>
    parts !== null && parts.template === template && !declared.has(parts.key);
  const following = members.flatMap(({ parts }) => (isFollowing(parts) ? [parts.key] : []));
  const taken = new Set([...declared, ...following]);
  const environments = members.map(({ found, parts, key: told }): PlacedEnvironment => {
    const base = { observed: found.observed, cluster: found.cluster, customer: id };
    if (isFollowing(parts)) {
      return { ...base, key: parts.key, template, stage: parts.key.replace(/\d+$/, "") };
    }
    const key = takeName(keyFor(found.observed, told), taken, longestKey);
    return { ...base, key, template: null, stage: key };
  });
  return { id, name: customerName(id, environments), template, environments: environments.sort(byKey) };
}

/** Readable ids make the best keys; where there is nothing to read in one, the name may have something. */
function keyFor({ id, name }: ObservedEnvironment, told: string | null): string {
  const isRandom = /^[0-9a-f-]{32,}$/i.test(id) || !/[a-z]{2}/i.test(id);
  const [first = "", second = ""] = isRandom ? [slug(name), slug(id)] : [slug(id), slug(name)];
  const wanted = slug(told ?? "") || first || second || "environment";
  return /^[a-z]/.test(wanted) ? wanted : `e-${wanted}`;
}

const byKey = (left: PlacedEnvironment, right: PlacedEnvironment): number =>
  compareText(
    left.key.replace(/\d+/g, (digits) => digits.padStart(10, "0")),
    right.key.replace(/\d+/g, (digits) => digits.padStart(10, "0")),
  );

/** The name from which, with their keys behind it, most names of the environments follow. */
function customerName(id: string, environments: readonly PlacedEnvironment[]): string | null {
  const names = environments.flatMap(({ observed: { name }, key }) =>
    name.endsWith(` ${key}`) ? [name.slice(0, -key.length - 1)] : [],
  );
  const name = mostFrequent(names);
  return name === null || name === id || !isPlainText(name) ? null : name;
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

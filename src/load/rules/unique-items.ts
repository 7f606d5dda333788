import type { Place } from "../../model/diagnostic.ts";
import type { Customer, Environment, Host } from "../../model/inventory.ts";
import { type Diagnostics, inFile } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { canonicalHost } from "../hosts/host-names.ts";

const at = ({ file, line }: Place): string => `${file}:${line}`;

const isSamePlace = (left: Place, right: Place): boolean => at(left) === at(right) && left.column === right.column;

/** The first of the items with each key; the others are passed to `report` together with the first. */
function firstByKey<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  report: (item: Item, first: Item) => void,
): readonly Item[] {
  const firsts = new Map<string, Item>();
  for (const item of items) {
    const key = keyOf(item);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, item);
    else report(item, first);
  }
  return [...firsts.values()];
}

/** Customers with an id that no file before them has. */
export function uniqueCustomers<Item extends { readonly customer: Customer }>(
  items: readonly Item[],
  diagnostics: Diagnostics,
): readonly Item[] {
  return firstByKey(
    items,
    ({ customer }) => customer.id,
    ({ customer }, first) =>
      diagnostics.error(inFile(customer.place), {
        rule: "duplicate-customer",
        message: `the customer ${showText(customer.id)} is declared in ${at(first.customer.place)} too`,
        hint: "Give this customer another id, or put both into one file.",
      }),
  );
}

/** Environments with an id that none before them has, without regard to case. */
export function uniqueEnvironments(
  environments: readonly Environment[],
  diagnostics: Diagnostics,
): readonly Environment[] {
  return firstByKey(
    environments,
    ({ id }) => id.toLowerCase(),
    ({ id, place }, first) =>
      diagnostics.error(inFile(place), {
        rule: "duplicate-environment",
        message:
          id === first.id
            ? `the environment ${showText(id)} is declared in ${at(first.place)} too`
            : `the environment ${showText(id)} differs from ${showText(first.id)} in ${at(first.place)} by case only`,
        hint: "Ids are unique over all customers and clusters, without regard to case: change one of the two.",
      }),
  );
}

const standardPort = 22;

const addressOf = ({ name, address, ssh }: Host): string => `${address ?? name}, port ${ssh.port ?? standardPort}`;

/** Whether nothing was reported for these two places: two ranges can have thousands of hosts in common. */
function createPairFilter(): (item: Host, first: Host) => boolean {
  const reported = new Set<string>();
  return (item, first) => {
    const { file, line, column } = item.place;
    const pair = `${file}:${line}:${column} ${at(first.place)}`;
    return !reported.has(pair) && reported.add(pair).size > 0;
  };
}

/** A host is in the inventory once: by name, and by address with port, which an absent one may share. */
export function uniqueHosts(hosts: readonly Host[], diagnostics: Diagnostics): readonly Host[] {
  const isNewName = createPairFilter();
  const byName = firstByKey(
    hosts,
    ({ name }) => canonicalHost(name),
    (host, first) => {
      if (!isNewName(host, first)) return;
      diagnostics.error(inFile(host.place), {
        rule: "duplicate-host",
        ...(isSamePlace(host.place, first.place)
          ? {
              message: `the host ${showText(host.name)} comes from here twice`,
              hint: "Name a host list in one item only, and let ranges not overlap.",
            }
          : {
              message: `the host ${showText(host.name)} is declared in ${at(first.place)} too`,
              hint: "A host reports to one environment: keep one of the two.",
            }),
      });
    },
  );
  const isNewAddress = createPairFilter();
  firstByKey(
    byName.filter(({ state }) => state !== "absent"),
    ({ name, address, ssh }) => `${canonicalHost(address ?? name)} ${ssh.port ?? standardPort}`,
    (host, first) => {
      if (!isNewAddress(host, first)) return;
      diagnostics.error(inFile(host.place), {
        rule: "duplicate-address",
        message: `the hosts ${showText(first.name)} (${at(first.place)}) and ${showText(host.name)} have one address: ${addressOf(host)}`,
        hint: "Correct address or ssh.port, keep one of the two, or declare the former one absent.",
      });
    },
  );
  return byName;
}

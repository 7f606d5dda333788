import { compareText } from "../lib/text.ts";
import type { RenamedCustomer } from "../model/difference.ts";
import type { Customer, Environment, Inventory } from "../model/inventory.ts";

/** A customer with what tells it from others, apart from its id. */
interface Described {
  readonly customer: Customer;
  readonly environments: ReadonlyMap<string, Environment>;
  /** `KEY HOST` of all hosts. */
  readonly hosts: ReadonlySet<string>;
}

/**
 * Customers that only one of the two inventories has and that are the same but for their id: they stand in one file, or
 * have the same environments with a host in common or under the same name. Where several fit, none is named.
 */
export function renamedCustomers(before: Inventory, after: Inventory): readonly RenamedCustomer[] {
  const gone = onlyIn(before, after);
  const made = gone.length === 0 ? [] : onlyIn(after, before);
  const pairs = gone.flatMap((old) => made.filter((now) => isSame(old, now)).map((now) => ({ old, now })));
  return pairs
    .filter((pair) => !pairs.some((other) => other !== pair && (other.old === pair.old || other.now === pair.now)))
    .map(({ old, now }) => describeRenaming(old, now))
    .sort((left, right) => compareText(left.after, right.after));
}

function onlyIn(inventory: Inventory, other: Inventory): readonly Described[] {
  const known = new Set(other.customers.map(({ id }) => id));
  const found = inventory.customers.filter(({ id }) => !known.has(id));
  return found.map((customer) => {
    const environments = inventory.environments.filter((environment) => environment.customer === customer.id);
    const keys = new Map(environments.map(({ id, key }) => [id, key]));
    const hosts = inventory.hosts.filter((host) => host.customer === customer.id);
    return {
      customer,
      environments: new Map(environments.map((environment) => [environment.key, environment])),
      hosts: new Set(hosts.map(({ environment, name }) => `${keys.get(environment)} ${name}`)),
    };
  });
}

function isSame(old: Described, now: Described): boolean {
  const shared = [...old.environments.keys()].filter((key) => now.environments.has(key)).length;
  if (shared === 0) return false;
  if (old.customer.place.file === now.customer.place.file) return true;
  const haveSameKeys = shared === old.environments.size && shared === now.environments.size;
  const haveHost = [...old.hosts].some((host) => now.hosts.has(host));
  const isNamed = old.customer.name !== old.customer.id && old.customer.name === now.customer.name;
  return haveSameKeys && (haveHost || isNamed);
}

function describeRenaming(old: Described, now: Described): RenamedCustomer {
  const { file, line } = now.customer.place;
  return {
    before: old.customer.id,
    after: now.customer.id,
    environments: [...now.environments].flatMap(([key, { id }]) => {
      const former = old.environments.get(key);
      return former === undefined || former.id === id ? [] : [{ key, before: former.id, after: id }];
    }),
    source: { file, line },
  };
}

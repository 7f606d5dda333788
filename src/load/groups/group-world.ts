import type { Customer, Environment } from "../../model/inventory.ts";

/** What groups may refer to. */
export interface GroupWorld {
  readonly clusters: readonly string[];
  readonly customers: readonly string[];
  readonly environments: readonly Environment[];
  /** Environments by id in lower case. */
  readonly byId: ReadonlyMap<string, Environment>;
  /** Environments that are not absent, by customer. */
  readonly byCustomer: ReadonlyMap<string, readonly Environment[]>;
  /** False when environments are missing because of errors, which are reported already. */
  readonly complete: boolean;
}

/** What the groups of an inventory can refer to. */
export function createGroupWorld(
  clusters: readonly string[],
  customers: readonly Pick<Customer, "id">[],
  environments: readonly Environment[],
  complete: boolean,
): GroupWorld {
  const byCustomer = new Map<string, Environment[]>(customers.map(({ id }) => [id, []]));
  for (const environment of environments) {
    if (environment.state !== "absent") byCustomer.get(environment.customer)?.push(environment);
  }
  return {
    clusters,
    customers: customers.map(({ id }) => id),
    environments,
    byId: new Map(environments.map((environment) => [environment.id.toLowerCase(), environment])),
    byCustomer,
    complete,
  };
}

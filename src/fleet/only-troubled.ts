import type { Fleet } from "../model/fleet.ts";
import { needsAttention } from "./needs-attention.ts";

/** The same with those environments and customers alone that need attention; sums stay those of all. */
export function onlyTroubled(fleet: Fleet): Fleet {
  const environments = fleet.environments.filter(needsAttention);
  const customers = new Set(environments.map(({ customer }) => customer));
  return { ...fleet, environments, customers: fleet.customers.filter(({ id }) => customers.has(id)) };
}

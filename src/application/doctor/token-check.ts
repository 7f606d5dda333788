import type { Client } from "../../dynatrace/client.ts";
import { readZoneRights } from "../../dynatrace/cluster-api.ts";
import { lookUpOwnToken, type TokenFacts } from "../../dynatrace/preflight.ts";
import { count } from "../../lib/printable.ts";
import type { Check, checksOf } from "../../model/checkup.ts";
import { day, inDays, leastDays } from "./days.ts";

/** What the inventory has in scope that takes tokens of environments. */
export interface TokenNeeds {
  readonly hosts: boolean;
  /** Rights on management zones, of which only environments themselves tell the names. */
  readonly zones: boolean;
}

/** What every command needs, and what those need besides that ask environments themselves. */
const readScope = "ServiceProviderAPI";
const tokenScope = "ClusterTokenManagement";
const bothScopes = `make one with ${readScope} and ${tokenScope}`;

/** Which commands the token of a cluster is enough for, and for how long. Throws ApiError. */
export async function tokenCheck(
  client: Client,
  needs: TokenNeeds,
  now: number,
  { ok, warning, failure, unknown }: ReturnType<typeof checksOf>,
): Promise<Check> {
  const facts = await lookUpOwnToken(client);
  const fault = facts === null ? null : faultOf(facts, now);
  if (fault !== null) return failure("token", ...fault);
  // Only tokens without this scope are kept from looking at themselves.
  const asksEnvironments = facts?.scopes.includes(tokenScope) ?? false;
  const prevented = [
    ...(needs.zones
      ? ["plan and apply hold the declared rights on management zones, and import leaves out such rights"]
      : []),
    ...(needs.hosts ? ["apply cannot deploy hosts"] : []),
  ];
  if (!asksEnvironments && prevented.length > 0)
    return failure("token", `the token lacks ${tokenScope}, so ${prevented.join("; ")}`, bothScopes);
  const groups = asksEnvironments ? 0 : new Set((await readZoneRights(client)).map(({ group }) => group)).size;
  const days = facts === null || facts.expires === null ? null : Math.floor((facts.expires - now) / day);
  const more = (facts?.scopes ?? []).filter((scope) => scope !== readScope && scope !== tokenScope);
  const expiry = days === null ? [] : [`it expires ${inDays(days)}`];
  const concerns = [
    ...(groups > 0 ? [bothScopes] : []),
    ...(days !== null && days < leastDays ? ["make another one before it expires"] : []),
    ...(more.length > 0 ? ["take the scopes away that it does not need"] : []),
  ];
  const message = [
    `the token is enough for ${asksEnvironments ? "plan, import, apply, status and api" : enoughWithout(groups)}`,
    ...expiry,
    ...(more.length > 0 ? [`it can do more than dtsync needs: ${more.sort().join(", ")}`] : []),
  ].join("; ");
  if (concerns.length > 0) return warning("token", message, concerns.join("; "));
  return facts === null
    ? unknown("token", `${message}; it may not ask what else it may do and when it expires`)
    : ok("token", message);
}

/** `groups`: how many have rights on management zones of the cluster. */
function enoughWithout(groups: number): string {
  const others = `hosts, status and api need ${tokenScope}`;
  return groups === 0
    ? `plan, import and apply; ${others}`
    : `plan and apply; import of the rights that ${count(groups, "group has", "groups have")} on management zones, ${others}`;
}

/** Why no command can do anything with it, and what to do; null: some can. */
function faultOf({ scopes, expires, revoked }: TokenFacts, now: number): readonly [string, string] | null {
  if (revoked) return ["the token is revoked", "make another one"];
  if (expires !== null && expires <= now) return ["the token has expired", "make another one"];
  return scopes.includes(readScope) ? null : [`the token lacks ${readScope}`, bothScopes];
}

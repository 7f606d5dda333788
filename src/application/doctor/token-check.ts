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
  if (!asksEnvironments) {
    const prevented = [
      ...(needs.zones ? ["plan and apply hold the declared rights on management zones"] : []),
      ...(needs.hosts ? ["apply cannot deploy hosts"] : []),
    ];
    if (prevented.length > 0)
      return failure("token", `the token lacks ${tokenScope}, so ${prevented.join(" and ")}`, bothScopes);
    const groups = new Set((await readZoneRights(client)).map(({ group }) => group)).size;
    if (groups > 0)
      return warning(
        "token",
        `the token lacks ${tokenScope}: it is enough for plan and apply, but import leaves out the rights that ${count(groups, "group has", "groups have")} on management zones`,
        bothScopes,
      );
  }
  const commands = asksEnvironments
    ? "plan, import, apply, status and api"
    : `plan, import and apply; ${tokenScope} is needed for hosts, status and api`;
  if (facts === null)
    return unknown(
      "token",
      `the token may not ask what else it may do and when it expires; it is enough for ${commands}`,
      `give it ${tokenScope} where you need more`,
    );
  const days = facts.expires === null ? null : Math.floor((facts.expires - now) / day);
  const expiry = days !== null && days < leastDays ? `the token expires ${inDays(days)}` : null;
  const more = facts.scopes.filter((scope) => scope !== readScope && scope !== tokenScope);
  const excess = more.length > 0 ? `the token can do more than dtsync needs: ${more.sort().join(", ")}` : null;
  const remarks = [expiry, excess].filter((remark) => remark !== null);
  if (remarks.length > 0)
    return warning("token", remarks.join("; "), expiry === null ? "take these scopes away" : "make another one before");
  return ok("token", `the token${days === null ? "" : `, for ${days} more days,`} is enough for ${commands}`);
}

/** Why no command can do anything with it, and what to do; null: some can. */
function faultOf({ scopes, expires, revoked }: TokenFacts, now: number): readonly [string, string] | null {
  if (revoked) return ["the token is revoked", "make another one"];
  if (expires !== null && expires <= now) return ["the token has expired", "make another one"];
  return scopes.includes(readScope) ? null : [`the token lacks ${readScope}`, bothScopes];
}

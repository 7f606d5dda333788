import { decodeIdPart, encodeIdPart } from "../../kinds/change.ts";
import { environmentChangeId } from "../../kinds/environment/change.ts";
import { groupChangeId, permissionChangeId } from "../../kinds/group/change.ts";
import { hostChangeId } from "../../kinds/host/change.ts";
import { zonePermissionChangeId } from "../../kinds/zone-permission/change.ts";
import type { Environment, Group, Host, Inventory } from "../../model/inventory.ts";
import { showText } from "../diagnostics/show-text.ts";
import { suggest } from "../diagnostics/suggest.ts";
import { canonicalHost } from "../hosts/host-names.ts";

/** One item with its id as in a plan. */
export type InventoryItem =
  | { readonly kind: "environment"; readonly id: string; readonly environment: Environment }
  | { readonly kind: "group"; readonly id: string; readonly group: Group }
  | { readonly kind: "host"; readonly id: string; readonly host: Host };

/** The rights of a group on an environment, whether it has any there or not. */
export interface DeclaredRights {
  readonly kind: "permission";
  readonly id: string;
  readonly group: Group;
  readonly environment: Environment;
}

/** The same on a management zone of the environment, be there one of that name or not. */
export interface DeclaredZoneRights {
  readonly kind: "zone-permission";
  readonly id: string;
  readonly group: Group;
  readonly environment: Environment;
  readonly managementZone: string;
}

/** What can be explained. */
export type ExplainedSubject = InventoryItem | DeclaredRights | DeclaredZoneRights;

const mostListed = 8;

/** The item that a text names: an id as in a plan, or what is behind its prefix. Names ignore case. */
export function findItem(
  inventory: Inventory,
  text: string,
): { readonly item: ExplainedSubject } | { readonly message: string; readonly hint: string } {
  const wanted = text.toLowerCase();
  const rights = findRights(inventory, wanted) ?? findZoneRights(inventory, text);
  if (rights !== null) return { item: rights };
  const found = new Map<string, InventoryItem>();
  for (const item of allItems(inventory)) {
    // An id means one thing, whatever the names of others are like.
    if (item.id.toLowerCase() === wanted) return { item };
    if (namesOf(item).some((name) => name.toLowerCase() === wanted) || isHost(item, text)) found.set(item.id, item);
  }
  const [item] = found.values();
  if (!item) return { message: `the inventory declares no item ${showText(text)}`, hint: unknownHint(inventory, text) };
  if (found.size === 1) return { item };
  return { message: `${showText(text)} names several items`, hint: `Did you mean ${orList([...found.keys()])}?` };
}

/** The rights that an id as in a plan names, in lower case: `permission/CLUSTER/GROUP/ENVIRONMENT`. */
function findRights({ groups, environments }: Inventory, wanted: string): DeclaredRights | null {
  const [, of, where] = /^permission\/(.+)\/([^/]+)$/s.exec(wanted) ?? [];
  const environment = environments.find(({ id }) => id.toLowerCase() === where);
  const group = groups.find(
    ({ cluster, name }) =>
      cluster === environment?.cluster &&
      [encodeIdPart(name), name].some((written) => `${cluster}/${written}`.toLowerCase() === of),
  );
  if (environment === undefined || group === undefined) return null;
  const id = permissionChangeId(group.cluster, group.name, environment.id);
  return { kind: "permission", id, group, environment };
}

/** The rights that `zone-permission/CLUSTER/GROUP/ENVIRONMENT/ZONE` names: names of zones differ by case, other names do not. */
function findZoneRights(inventory: Inventory, text: string): DeclaredZoneRights | null {
  const [, place, zone] = /^zone-(permission\/.+)\/([^/]+)$/is.exec(text) ?? [];
  const rights = place === undefined ? null : findRights(inventory, place.toLowerCase());
  if (rights === null || zone === undefined) return null;
  const { group, environment } = rights;
  const managementZone = decodeIdPart(zone);
  const id = zonePermissionChangeId(group.cluster, group.name, environment.id, managementZone);
  return { kind: "zone-permission", id, group, environment, managementZone };
}

/** The id of rights that was probably meant, for one that is none. */
function suggestRights({ groups, environments }: Inventory, text: string): string | null {
  const [, of, where] = /^permission\/(.+)\/([^/]+)$/is.exec(text) ?? [];
  if (of === undefined || where === undefined) return null;
  const id = suggest(
    where,
    environments.map(({ id }) => id),
  );
  const environment = environments.find((one) => one.id === id);
  if (environment === undefined) return null;
  const there = groups.filter(({ cluster }) => cluster === environment.cluster).map(({ name }) => encodeIdPart(name));
  const group = suggest(of.slice(of.indexOf("/") + 1), there);
  return group === null ? null : `permission/${environment.cluster}/${group}/${environment.id}`;
}

export function allItems({ environments, groups, hosts }: Inventory): readonly InventoryItem[] {
  return [
    ...environments.map((environment) => ({
      kind: "environment" as const,
      id: environmentChangeId(environment.id),
      environment,
    })),
    ...groups.map((group) => ({ kind: "group" as const, id: groupChangeId(group.cluster, group.name), group })),
    ...hosts.map((host) => ({ kind: "host" as const, id: hostChangeId(host.name), host })),
  ];
}

/** Every way to write an item on the command line. */
function namesOf(item: InventoryItem): readonly string[] {
  const { id } = item;
  const bare = id.slice(id.indexOf("/") + 1);
  if (item.kind !== "group") return [id, bare];
  const { name, cluster } = item.group;
  return [id, bare, `group/${cluster}/${name}`, `${cluster}/${name}`, name, `group/${name}`, encodeIdPart(name)];
}

/** One IP address can be written in several ways. */
const isHost = (item: InventoryItem, text: string): boolean =>
  item.kind === "host" &&
  text.includes(":") &&
  canonicalHost(item.host.name) === canonicalHost(text.replace(/^host\//i, ""));

function unknownHint(inventory: Inventory, text: string): string {
  const customer = inventory.customers.find(({ id }) => id === text.replace(/^customer\//, "").toLowerCase());
  if (customer) {
    const own = inventory.environments.filter((environment) => environment.customer === customer.id);
    return own.length === 0
      ? `${customer.id} is a customer without environments.`
      : `${customer.id} is a customer; did you mean ${orList(own.map(({ id }) => environmentChangeId(id)))}?`;
  }
  const meantRights = suggestRights(inventory, text);
  if (meantRights !== null) return `Did you mean "${meantRights}"?`;
  const names = new Map(
    allItems(inventory).flatMap((item) => namesOf(item).map((name): [string, string] => [name, item.id])),
  );
  const meant = suggest(text, names.keys());
  const suggestion = meant === null ? "" : `Did you mean "${names.get(meant)}"? `;
  const [command] = inventory.hostCommands;
  const hidden = command
    ? ` Hosts that commands list (${command.id}${inventory.hostCommands.length > 1 ? ", …" : ""}) are not known here.`
    : "";
  const how = "Name an environment id, a group or a host, for example environment/abc-p1.";
  return `${suggestion === "" ? how : suggestion.trim()}${hidden}`;
}

function orList(ids: readonly string[]): string {
  const shown = ids.slice(0, mostListed).map((id) => `"${id}"`);
  const more = ids.length - shown.length;
  return more > 0 ? `${shown.join(", ")} or ${more} more` : shown.join(" or ");
}

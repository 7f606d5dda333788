import { addEnvironment, type NewEnvironment } from "../declare/add-environment.ts";
import { addHosts, type NewHostSettings } from "../declare/add-hosts.ts";
import type { DeclaredFiles, FileText } from "../declare/declared-files.ts";
import { removeHosts } from "../declare/remove-hosts.ts";
import { resume, suspend } from "../declare/suspend.ts";
import { usageError } from "../errors.ts";
import { suggestionHint } from "../load/diagnostics/suggest.ts";
import type { Environment, Inventory } from "../model/inventory.ts";
import { type ChangeOptions, changeInventory, type InventoryChange } from "./change-inventory.ts";
import type { Context } from "./context.ts";

export interface NewHost {
  /** Names and ranges. */
  readonly names: readonly string[];
  /** Id. */
  readonly environment: string;
  readonly settings: NewHostSettings;
}

export type NewItem = ({ readonly kind: "environment" } & NewEnvironment) | ({ readonly kind: "host" } & NewHost);

/** Declares an environment or hosts. Null: the inventory is or would be invalid, and its faults have been printed. */
export function declareItem(item: NewItem, options: ChangeOptions, context: Context): Promise<InventoryChange | null> {
  if (item.kind === "environment") {
    const wanted: NewEnvironment = {
      ...item,
      id: nameIn("environment", item.id),
      ownId: item.ownId === null ? null : nameIn("environment", item.ownId),
      hosts: item.hosts.map((name) => nameIn("host", name)),
    };
    const message = `Add the environment ${wanted.ownId ?? wanted.id}`;
    return changeInventory((declared) => addEnvironment(wanted, declared), message, options, context);
  }
  const environment = nameIn("environment", item.environment);
  const names = item.names.map((name) => nameIn("host", name));
  const decide = (declared: DeclaredFiles): readonly FileText[] =>
    addHosts(names, item.settings, environmentNamed(environment, declared.inventory), declared);
  return changeInventory(decide, `Add ${hosts(names)} to ${environment}`, options, context);
}

/** What is named by a name, or as plans show it: `environment/abc-p1`. */
const nameIn = (kind: "environment" | "host", given: string): string =>
  given.startsWith(`${kind}/`) ? given.slice(kind.length + 1) : given;

/** Declares hosts absent, in the same way. */
export function declareAbsent(
  given: readonly string[],
  options: ChangeOptions,
  context: Context,
): Promise<InventoryChange | null> {
  const names = given.map((name) => nameIn("host", name));
  return changeInventory((declared) => removeHosts(names, declared), `Remove ${hosts(names)}`, options, context);
}

/** Declares that an environment is not changed for a while. */
export function declareSuspended(
  given: string,
  suspended: { readonly until: string; readonly reason: string },
  options: ChangeOptions,
  context: Context,
): Promise<InventoryChange | null> {
  const today = context.clock.now().toISOString().slice(0, 10);
  if (suspended.until < today) throw usageError(`the day ${suspended.until} of --until is over already`);
  const id = nameIn("environment", given);
  const decide = (declared: DeclaredFiles): readonly FileText[] =>
    suspend(environmentNamed(id, declared.inventory), suspended, declared);
  return changeInventory(decide, `Suspend ${id} until ${suspended.until}: ${suspended.reason}`, options, context);
}

/** Declares that an environment is changed again. */
export function declareResumed(
  given: string,
  options: ChangeOptions,
  context: Context,
): Promise<InventoryChange | null> {
  const id = nameIn("environment", given);
  const decide = (declared: DeclaredFiles): readonly FileText[] =>
    resume(environmentNamed(id, declared.inventory), declared);
  return changeInventory(decide, `Resume ${id}`, options, context);
}

const hosts = (names: readonly string[]): string =>
  names.length === 1 ? `the host ${names[0]}` : `${names.length} hosts: ${names.join(", ")}`;

/** The environment with an id, whatever its case. Throws a usage error where there is none. */
export function environmentNamed(id: string, { environments }: Inventory): Environment {
  const found = environments.find((environment) => environment.id.toLowerCase() === id.toLowerCase());
  if (found) return found;
  const ids = environments.map((environment) => environment.id);
  throw usageError(`there is no environment ${id}`, suggestionHint(id, ids, "dtsync list environments shows all."));
}

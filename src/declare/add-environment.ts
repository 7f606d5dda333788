import { posix } from "node:path";
import type { Edit, YamlMapping } from "../edit/edit.ts";
import { usageError } from "../errors.ts";
import { count } from "../lib/printable.ts";
import type { CustomerEntry, SettingsEntry } from "../load/schema/file-types.ts";
import { mergeSettings } from "../load/settings/merge-settings.ts";
import type { Environment } from "../model/inventory.ts";
import { hostEdits, noHostSettings } from "./add-hosts.ts";
import {
  customerFile,
  type DeclaredFiles,
  dataOf,
  edited,
  environmentOrder,
  type FileText,
  keysAfter,
  takesBack,
} from "./declared-files.ts";
import { type EnvironmentPlace, findPlace, type NewPlace } from "./find-place.ts";
import { missingLabels } from "./missing-labels.ts";

/** What is known of an environment that is to be declared; null and empty: nothing is said. */
export interface NewEnvironment {
  /** Customer and key in the form in which ids are made; its id, unless it has one of its own. */
  readonly id: string;
  readonly ownId: string | null;
  readonly customer: string | null;
  readonly customerName: string | null;
  readonly name: string | null;
  readonly cluster: string | null;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Names and ranges. */
  readonly hosts: readonly string[];
}

/**
 * Declares an environment in the file of its customer, which is made where there is none. Of one that is declared already,
 * what is missing is added. Throws a usage error where something is declared otherwise.
 */
export function addEnvironment(wanted: NewEnvironment, declared: DeclaredFiles): readonly FileText[] {
  const id = (wanted.ownId ?? wanted.id).toLowerCase();
  const known = declared.inventory.environments.find((environment) => environment.id.toLowerCase() === id);
  if (known) return complete(known, wanted, declared);
  const place = findPlace({ id: wanted.id, customer: wanted.customer, hasOwnId: wanted.ownId !== null }, declared);
  return [place.isNew ? newCustomer(place, place.isNew, wanted, declared) : inCustomer(place, wanted, declared)];
}

function inCustomer({ customer, key }: EnvironmentPlace, wanted: NewEnvironment, declared: DeclaredFiles): FileText {
  const { path, text, entry } = customerFile(declared, customer);
  refuseCustomerName(customer, wanted, declared);
  const taken = entry.environments && Object.hasOwn(entry.environments, key);
  if (taken) throw usageError(`the customer ${customer} has another environment with the key ${key}`, `See ${path}.`);
  const inherited = entry.cluster === undefined ? commonCluster(declared) : entry.cluster;
  const edit: Edit = {
    action: "set",
    path: ["environments", key],
    value: bodyOf(wanted, inherited),
    before: keysAfter(customerOrder, "environments"),
  };
  return { ...edited(path, text, [edit]), notes: missingLabels(entry.labels ?? {}, wanted, declared) };
}

/** The keys of a customer's file in the order of the schema. */
const customerOrder: readonly string[] = ["environments", "groups"];

function bodyOf({ ownId, name, cluster, tags, labels, hosts }: NewEnvironment, inherited: string | null): YamlMapping {
  return {
    ...(ownId === null ? {} : { id: ownId }),
    ...(name === null ? {} : { name }),
    ...(cluster === null || cluster === inherited ? {} : { cluster }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(tags.length === 0 ? {} : { tags }),
    // An empty list says that there are none yet.
    hosts,
  };
}

const settingsOf = ({ read }: DeclaredFiles): Partial<SettingsEntry> =>
  (dataOf(read("dtsync.yaml") ?? "") ?? {}) as Partial<SettingsEntry>;

const commonCluster = (declared: DeclaredFiles): string | null => settingsOf(declared).defaults?.cluster ?? null;

function newCustomer(
  { customer, key, template }: EnvironmentPlace,
  { sharedBy }: NewPlace,
  wanted: NewEnvironment,
  declared: DeclaredFiles,
): FileText {
  const path = `customers/${customer}.yaml`;
  if (declared.read(path) !== null)
    throw usageError(
      `the customer ${customer} has no file yet, and ${path} is the file of another one`,
      "Rename that, or make a file for the customer by hand.",
    );
  const inherited = commonCluster(declared);
  const { cluster, customerName } = wanted;
  const head: Edit[] = [
    { action: "set", path: ["customer"], value: customer },
    ...(customerName === null ? [] : [{ action: "set", path: ["name"], value: customerName } as const]),
    ...(cluster === null || cluster === inherited
      ? []
      : [{ action: "set", path: ["cluster"], value: cluster } as const]),
    ...(sharedBy === null ? [] : [{ action: "set", path: ["environmentId"], value: template } as const]),
    { action: "set", path: ["environments"], value: { [key]: bodyOf(wanted, cluster) } },
  ];
  const origin =
    sharedBy === null
      ? []
      : [
          `The new customer ${customer} gets the environmentId that ${count(sharedBy, "other customer")} ${sharedBy === 1 ? "has" : "have"}: ${template}`,
        ];
  return {
    ...edited(path, schemaLine(path, declared), head),
    notes: [...origin, ...missingLabels({}, wanted, declared)],
  };
}

/** The first line by which editors find the schema, as a file of another customer has it. */
function schemaLine(path: string, { customers, read }: DeclaredFiles): string {
  for (const other of customers.slice(0, mostFilesLookedAt)) {
    const schema = /^# yaml-language-server: \$schema=(\S+)[^\S\n]*\r?\n/.exec(read(other) ?? "")?.[1];
    if (schema === undefined) continue;
    const place = /^(?:[a-z]+:|\/)/i.test(schema)
      ? schema
      : posix.relative(posix.dirname(path), posix.join(posix.dirname(other), schema));
    return `# yaml-language-server: $schema=${place}\n`;
  }
  return "";
}

const mostFilesLookedAt = 20;

function refuseCustomerName(customer: string, { customerName }: NewEnvironment, { inventory }: DeclaredFiles): void {
  const known = inventory.customers.find(({ id }) => id === customer);
  if (customerName === null || known === undefined || known.name === customerName) return;
  throw usageError(
    `the customer ${customer} has the name ${JSON.stringify(known.name)} in ${known.place.file}`,
    "Leave --customer-name out, or change it there.",
  );
}

/** What a declared environment lacks of what is wanted. */
function complete(known: Environment, wanted: NewEnvironment, declared: DeclaredFiles): readonly FileText[] {
  const file = customerFile(declared, known.customer);
  const { path, text } = file;
  refuseCustomerName(known.customer, wanted, declared);
  const other = differenceOf(known, wanted);
  if (other !== null) {
    throw usageError(
      `the environment ${known.id} is declared in ${known.place.file}:${known.place.line} already, ${other}`,
      "Change it there.",
    );
  }
  const way = ["environments", known.key];
  const missing = wanted.tags.filter((tag) => !known.settings.tags?.includes(tag));
  const labels = Object.entries(wanted.labels).filter(([label, value]) => known.labels[label] !== value);
  const levels = { settings: settingsOf(declared), customer: file.entry };
  const own = file.entry.environments?.[known.key];
  if (missing.length > 0 && own?.tags === null && inheritsTags(levels))
    throw takesBack(`tags: null of ${known.id}`, "tags");
  // A null keeps inherited labels away; once there are labels in its place, each of those needs one.
  const away = own?.labels === null && labels.length > 0 ? inheritedLabels(levels, wanted.labels) : [];
  const edits: readonly Edit[] = [
    ...(wanted.name !== null && known.settings.name === undefined
      ? [set([...way, "name"], wanted.name, keysAfter(environmentOrder, "name"))]
      : []),
    ...[...labels, ...away].map(([label, value]) =>
      set([...way, "labels", label], value, keysAfter(environmentOrder, "labels")),
    ),
    ...(missing.length === 0
      ? []
      : [
          {
            action: "append" as const,
            path: [...way, "tags"],
            items: missing,
            before: keysAfter(environmentOrder, "tags"),
          },
        ]),
    ...hostEdits(wanted.hosts, noHostSettings, known, declared),
  ];
  return edits.length === 0 ? [] : [edited(path, text, edits)];
}

const set = (path: readonly string[], value: string | null, before: readonly string[]): Edit => ({
  action: "set",
  path,
  value,
  before,
});

/** What an environment inherits from. */
interface LevelsAbove {
  readonly settings: Partial<SettingsEntry>;
  readonly customer: CustomerEntry;
}

/** Whether tags may come from a level above; a profile counts, whatever it matches. */
function inheritsTags({ settings: { defaults, profiles }, customer: { environment } }: LevelsAbove): boolean {
  const isReset = environment === null || environment?.tags === null;
  const above = isReset ? [] : [defaults?.environment, ...(profiles ?? []).map((profile) => profile.environment)];
  return [...above, environment].some((level) => (level?.tags ?? []).length > 0);
}

/** A null for each label that comes from a level above and is not one of some others. */
function inheritedLabels(
  { settings, customer }: LevelsAbove,
  others: Readonly<Record<string, string>>,
): readonly (readonly [label: string, value: null])[] {
  const labels = mergeSettings(settings.defaults?.labels ?? {}, customer.labels);
  return Object.keys(labels).flatMap((label) => (Object.hasOwn(others, label) ? [] : [[label, null] as const]));
}

function differenceOf(known: Environment, { name, cluster, customer, labels }: NewEnvironment): string | null {
  if (known.state === "absent") return "as absent";
  if (customer !== null && customer !== known.customer) return `for the customer ${known.customer}`;
  if (cluster !== null && cluster !== known.cluster) return `on the cluster ${known.cluster}`;
  if (name !== null && known.settings.name !== undefined && name !== known.settings.name)
    return `with the name ${JSON.stringify(known.settings.name)}`;
  const label = Object.entries(labels).find(([key, value]) => (known.labels[key] ?? value) !== value)?.[0];
  return label === undefined ? null : `with the label ${label}: ${known.labels[label]}`;
}

import type { Edit, YamlMapping, YamlValue } from "../edit/edit.ts";
import { editYaml } from "../edit/edit-yaml.ts";
import { blockLines } from "../edit/yaml-text.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { EstateCluster, Remark } from "../model/estate.ts";
import type { Inventory } from "../model/inventory.ts";
import type { CustomerRule } from "./customer-rules.ts";
import {
  commonTags,
  environmentValues,
  type KnownLimit,
  nestLimits,
  type SharedValues,
  sharedValues,
} from "./environment-values.ts";
import { labelValue } from "./find-match.ts";
import { hostsEntry } from "./hosts-entry.ts";
import { countTemplates, type TemplateCount } from "./id-templates.ts";
import {
  isPlainText,
  mostFrequent,
  type PlacedCustomer,
  type PlacedEnvironment,
  placeEnvironments,
} from "./place-environments.ts";
import { type PlacedGroups, placeGroups } from "./place-groups.ts";

/** The inventory that is there, perhaps with nothing but clusters in it. */
export interface ExistingInventory {
  readonly inventory: Pick<Inventory, "environments" | "groups" | "customers" | "hosts">;
  /** dtsync.yaml: its text, whether that is on the disk, and its data. */
  readonly settings: {
    readonly text: string;
    readonly exists: boolean;
    readonly data: Readonly<Record<string, unknown>>;
  };
  /** Texts of the files that declare customers, by path. */
  readonly customerTexts: ReadonlyMap<string, string>;
  /** Paths that are taken. */
  readonly paths: ReadonlySet<string>;
}

/** What an earlier proposal could not prove, and how this one goes without it. */
export interface Choices {
  /** Groups from templates, and values that many environments share. */
  readonly templates: boolean;
  readonly shared: boolean;
  /** Ids in lower case of environments of which only id, cluster and state are declared. */
  readonly bare: ReadonlySet<string>;
  /** The same of environments that are not declared. */
  readonly leftOut: ReadonlySet<string>;
  /** Groups as `CLUSTER/NAME` that are not declared. */
  readonly leftOutGroups: ReadonlySet<string>;
}

export interface ProposedFile {
  /** Relative to the inventory folder. */
  readonly path: string;
  readonly text: string;
  /** What is there now; null: nothing. */
  readonly before: string | null;
  /** Environments that it declares. */
  readonly environments: readonly string[];
}

export interface Proposal {
  /** dtsync.yaml first. */
  readonly files: readonly ProposedFile[];
  readonly templates: readonly TemplateCount[];
  /** What is new in it. */
  readonly counts: {
    readonly customers: number;
    readonly environments: number;
    readonly groups: number;
    readonly hosts: number;
  };
  readonly remarks: readonly Remark[];
}

export interface Wishes {
  readonly clusters: readonly EstateCluster[];
  readonly existing: ExistingInventory;
  readonly rule: CustomerRule | null;
  readonly limits: readonly KnownLimit[];
  readonly choices: Choices;
}

const style = { step: 2, listStep: 2 };
/** Groups of one file: it stays small enough to be read, and laid out. */
const mostGroupsInFile = 500;

/** Writes down what clusters have and the inventory does not declare. Pure: the same estate gives the same files. */
export function proposeInventory({ clusters, existing, rule, limits, choices }: Wishes): Proposal {
  const { inventory, settings } = existing;
  const estate = undeclared(clusters, inventory, choices);
  const placed = placeEnvironments(estate, rule);
  const all = placed.customers.flatMap(({ environments }) => environments);
  const defaults = mappingAt(settings.data, "defaults");
  const isFresh = inventory.environments.length === 0 && inventory.groups.length === 0;
  const sharesValues =
    isFresh && choices.shared && defaults["environment"] === undefined && settings.data["profiles"] === undefined;
  const shared: SharedValues = sharesValues
    ? sharedValues(full(all, choices), limits)
    : { tags: [], limits: new Map() };
  const groups = placeGroups(estate, all, { templates: isFresh && choices.templates, leftOut: choices.leftOutGroups });
  const world: World = {
    existing,
    shared,
    sharesValues,
    groups,
    limits,
    choices,
    estate,
    defaultsOf: defaultsFor(settings.data, placed.customers, isFresh),
  };
  const files = [
    settingsFile(world),
    ...placed.customers.map((customer) => customerFile(customer, world)),
    ...groupFiles(groups, existing),
  ].filter((file): file is ProposedFile => file !== null && file.text !== file.before);
  const known = new Set(inventory.customers.map(({ id }) => id));
  return {
    files,
    templates: countTemplates(placed.templates),
    counts: {
      customers: placed.customers.filter(({ id }) => !known.has(id)).length,
      environments: all.length,
      groups: estate.reduce((sum, cluster) => sum + cluster.groups.length, 0) - choices.leftOutGroups.size,
      hosts: all.reduce((sum, environment) => sum + hostsEntry(environment, estate, inventory).count, 0),
    },
    remarks: [...placed.remarks, ...groups.remarks, ...valueRemarks(all, world), ...nameRemarks(all)],
  };
}

interface World {
  readonly existing: ExistingInventory;
  readonly shared: SharedValues;
  readonly sharesValues: boolean;
  readonly groups: PlacedGroups;
  readonly limits: readonly KnownLimit[];
  readonly choices: Choices;
  readonly estate: readonly EstateCluster[];
  readonly defaultsOf: Defaults;
}

/** What holds where a customer says nothing, after the import. */
interface Defaults {
  readonly cluster: string | null;
  readonly template: string;
  /** What of it has to be added to dtsync.yaml. */
  readonly added: YamlMapping;
}

const full = (environments: readonly PlacedEnvironment[], { bare }: Choices): readonly PlacedEnvironment[] =>
  environments.filter(({ observed }) => !bare.has(observed.id.toLowerCase()));

/** The estate without what is declared already or has to be left out. */
function undeclared(
  clusters: readonly EstateCluster[],
  inventory: ExistingInventory["inventory"],
  { leftOut, leftOutGroups }: Choices,
): readonly EstateCluster[] {
  const environments = new Set(inventory.environments.map(({ id }) => id.toLowerCase()));
  const groups = new Set(
    inventory.groups.flatMap(({ cluster, name, previously }) =>
      [name, ...previously].map((one) => `${cluster}/${one}`.toLowerCase()),
    ),
  );
  return clusters.map((cluster) => ({
    ...cluster,
    environments: cluster.environments.filter(({ id }) => {
      const key = id.toLowerCase();
      return !environments.has(key) && !leftOut.has(key);
    }),
    groups: cluster.groups.filter(({ name }) => {
      const key = `${cluster.name}/${name}`;
      return !groups.has(key.toLowerCase()) && !leftOutGroups.has(key);
    }),
  }));
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const mappingAt = (map: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> => {
  const value = map[key];
  return isMapping(value) ? value : {};
};

const usualTemplate = "{customer}-{key}";

function defaultsFor(
  data: Readonly<Record<string, unknown>>,
  customers: readonly PlacedCustomer[],
  isFresh: boolean,
): Defaults {
  const declared = mappingAt(data, "defaults");
  const cluster = typeof declared["cluster"] === "string" ? declared["cluster"] : null;
  const template = typeof declared["environmentId"] === "string" ? declared["environmentId"] : null;
  const wantedCluster = mostFrequent(customers.flatMap(({ environments }) => environments.map((one) => one.cluster)));
  const wantedTemplate = mostFrequent(
    customers.flatMap((customer) => (customer.template === null ? [] : [customer.template])),
  );
  const added = {
    ...(isFresh && cluster === null && wantedCluster !== null ? { cluster: wantedCluster } : {}),
    ...(isFresh && template === null && wantedTemplate !== null && wantedTemplate !== usualTemplate
      ? { environmentId: wantedTemplate }
      : {}),
  };
  return { cluster: added.cluster ?? cluster, template: added.environmentId ?? template ?? usualTemplate, added };
}

/** dtsync.yaml with defaults, roles and templates added. */
function settingsFile({ existing, shared, groups, defaultsOf }: World): ProposedFile | null {
  const { text, exists, data } = existing.settings;
  const environment: YamlMapping = {
    ...(shared.tags.length === 0 ? {} : { tags: shared.tags }),
    ...pick("quotas", nestLimits("quotas", shared.limits)),
    ...pick("storage", nestLimits("storage", shared.limits)),
  };
  const edits: Edit[] = [];
  const behind = (key: string): readonly string[] => settingsKeys.slice(settingsKeys.indexOf(key) + 1);
  const roles = mappingAt(data, "roles");
  for (const [name, rights] of groups.roles) {
    edits.push({
      action: "set",
      path: ["roles", name in roles ? `${name}-imported` : name],
      value: rights,
      before: behind("roles"),
    });
  }
  if (groups.templates.length > 0) {
    edits.push({
      action: "append",
      path: ["groups"],
      items: groups.templates.map(asMapping),
      before: behind("groups"),
    });
  }
  for (const [key, value] of Object.entries(defaultsOf.added)) {
    if (value !== undefined) edits.push({ action: "set", path: ["defaults", key], value, before: behind("defaults") });
  }
  if (Object.keys(environment).length > 0) {
    edits.push({ action: "set", path: ["defaults", "environment"], value: environment, before: behind("defaults") });
  }
  const edited = editYaml(text, edits);
  return {
    path: "dtsync.yaml",
    text: "text" in edited ? edited.text : text,
    before: exists ? text : null,
    environments: [],
  };
}

const settingsKeys = ["version", "clusters", "roles", "groups", "defaults", "profiles", "safety"];

const pick = (key: string, value: unknown): YamlMapping => (value === undefined ? {} : { [key]: value as YamlValue });
const asMapping = (value: object): YamlMapping => value as YamlMapping;

/** The file of a customer: a new one, or the one that is there with environments and groups added. */
function customerFile(customer: PlacedCustomer, world: World): ProposedFile | null {
  const { existing, groups, shared, defaultsOf, sharesValues } = world;
  const known = existing.inventory.customers.find(({ id }) => id === customer.id);
  const own = groups.byCustomer.get(customer.id) ?? [];
  const ids = customer.environments.map(({ observed }) => observed.id);
  const labels = groupLabels(customer, groups);
  if (known) {
    const before = existing.customerTexts.get(known.place.file) ?? null;
    if (before === null) return null;
    const edits: Edit[] = customer.environments.map((environment) => ({
      action: "set",
      path: ["environments", environment.key],
      value: environmentEntry(environment, {
        customer,
        world,
        customerTags: [],
        template: null,
        cluster: null,
        labels,
      }),
      before: ["groups"],
    }));
    if (own.length > 0) edits.push({ action: "append", path: ["groups"], items: own.map(asMapping) });
    const edited = editYaml(before, edits);
    return { path: known.place.file, text: "text" in edited ? edited.text : before, before, environments: ids };
  }
  const cluster = mostFrequent(customer.environments.map((environment) => environment.cluster));
  const complete = full(customer.environments, world.choices);
  const customerTags =
    complete.length === customer.environments.length && complete.length > 1
      ? commonTags(complete).filter((tag) => !shared.tags.includes(tag))
      : [];
  const inherited = sharesValues ? {} : undeclaredDefaults(existing.settings.data);
  const base = { customer, world, customerTags, template: customer.template, cluster, labels };
  const entry: YamlMapping = {
    customer: customer.id,
    ...(customer.name === null ? {} : { name: customer.name }),
    ...(cluster === null || cluster === defaultsOf.cluster ? {} : { cluster }),
    ...(customer.template === null || customer.template === defaultsOf.template
      ? {}
      : { environmentId: customer.template }),
    ...(labels.common.length === 0 ? {} : { labels: labelsEntry(labels.common) }),
    ...(customerTags.length > 0
      ? { environment: { ...inherited, tags: customerTags } }
      : Object.keys(inherited).length > 0
        ? { environment: inherited }
        : {}),
    environments: Object.fromEntries(
      customer.environments.map((environment) => [environment.key, environmentEntry(environment, base)]),
    ),
    ...(own.length === 0 ? {} : { groups: own.map(asMapping) }),
  };
  const path = freePath(`customers/${customer.id}`, existing.paths);
  return { path, text: fileText(entry), before: null, environments: ids };
}

/** Null for each default of environments: what was read of an environment is all that it has. */
function undeclaredDefaults(data: Readonly<Record<string, unknown>>): YamlMapping {
  const profiles = Array.isArray(data["profiles"]) ? data["profiles"].filter(isMapping) : [];
  const levels = [mappingAt(data, "defaults"), ...profiles].map((level) => mappingAt(level, "environment"));
  return Object.fromEntries(
    ["state", "tags", "trial", "quotas", "storage"].flatMap((key) =>
      levels.some((level) => level[key] !== undefined && level[key] !== null) ? [[key, null]] : [],
    ),
  );
}

interface CustomerLabels {
  readonly common: readonly string[];
  readonly own: ReadonlyMap<string, readonly string[]>;
}

function groupLabels({ environments }: PlacedCustomer, { labels }: PlacedGroups): CustomerLabels {
  const of = (environment: PlacedEnvironment): readonly string[] => labels.get(environment.observed.id) ?? [];
  const [first, ...others] = environments;
  const common = first ? of(first).filter((label) => others.every((other) => of(other).includes(label))) : [];
  const own = environments.map((one): [string, readonly string[]] => [
    one.observed.id,
    of(one).filter((label) => !common.includes(label)),
  ]);
  return { common, own: new Map(own) };
}

const labelsEntry = (labels: readonly string[]): YamlMapping =>
  Object.fromEntries([...labels].sort(compareText).map((label) => [label, labelValue]));

interface EnvironmentBase {
  readonly customer: PlacedCustomer;
  readonly world: World;
  readonly customerTags: readonly string[];
  /** What the customer's file says; null: nothing. */
  readonly template: string | null;
  readonly cluster: string | null;
  readonly labels: CustomerLabels;
}

function environmentEntry(environment: PlacedEnvironment, base: EnvironmentBase): YamlMapping {
  const { observed, key } = environment;
  const { customer, world, template, cluster } = base;
  const { inventory } = world.existing;
  const ownLabels = [
    ...(template === null && cluster === null ? base.labels.common : []),
    ...(base.labels.own.get(observed.id) ?? []),
  ];
  const { left: _left, ...values } = world.choices.bare.has(observed.id.toLowerCase())
    ? { ...bareValues(environment, base), left: [] }
    : environmentValues(environment, world.shared, base.customerTags, world.limits);
  const name =
    observed.name === `${customer.name ?? customer.id} ${key}` || !isPlainText(observed.name) ? null : observed.name;
  return {
    ...(environment.template !== null && environment.template === template ? {} : { id: observed.id }),
    ...(name === null || world.choices.bare.has(observed.id.toLowerCase()) ? {} : { name }),
    ...(environment.cluster === cluster ? {} : { cluster: environment.cluster }),
    ...(ownLabels.length === 0 ? {} : { labels: labelsEntry(ownLabels) }),
    ...(values as YamlMapping),
    ...hostsEntry(environment, world.estate, inventory).entry,
  };
}

/** Nothing but the state, and nothing of what the levels above say. */
function bareValues({ observed }: PlacedEnvironment, { world, customerTags }: EnvironmentBase): YamlMapping {
  return {
    ...(observed.state === "DISABLED" ? { state: "disabled" } : {}),
    ...(world.shared.tags.length + customerTags.length > 0 ? { tags: null } : {}),
    ...(world.shared.limits.size > 0 ? { quotas: null, storage: null } : {}),
  };
}

function groupFiles({ shared }: PlacedGroups, { paths }: ExistingInventory): readonly ProposedFile[] {
  const sorted = [...shared].sort((left, right) => compareText(left.name, right.name));
  const files: ProposedFile[] = [];
  const taken = new Set(paths);
  for (let start = 0; start < sorted.length; start += mostGroupsInFile) {
    const path = freePath("groups/imported", taken);
    taken.add(path);
    const groups = sorted.slice(start, start + mostGroupsInFile).map(asMapping);
    files.push({ path, text: fileText({ groups }), before: null, environments: [] });
  }
  return files;
}

function freePath(path: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = `${path}${number === 1 ? "" : `-${number}`}.yaml`;
    if (!taken.has(candidate)) return candidate;
  }
}

const fileText = (entry: YamlMapping): string => {
  const keys = Object.entries(entry);
  const blocks = keys.map(([key, value]) => blockLines({ [key]: value }, 0, style));
  return `${blocks.flatMap((lines, index) => (index > 0 && lines.length > 1 ? ["", ...lines] : lines)).join("\n")}\n`;
};

function valueRemarks(
  environments: readonly PlacedEnvironment[],
  { shared, limits, choices }: World,
): readonly Remark[] {
  const items = environments.flatMap((environment) => {
    const { left } = environmentValues(environment, shared, [], limits);
    return left.map((what) => `${environment.observed.id}: ${what}`);
  });
  const names = environments
    .filter(({ observed }) => !isPlainText(observed.name))
    .map(({ observed }) => `${observed.id}: name ${JSON.stringify(observed.name)}`);
  const bare = environments.map(({ observed }) => observed.id).filter((id) => choices.bare.has(id.toLowerCase()));
  return [
    { about: "values that an inventory cannot say: not declared", items: [...items, ...names].sort(compareText) },
    {
      about: "environments of which only id and state are declared, because more could not be proven",
      items: bare.sort(compareText),
    },
    {
      about: "environments that were left out, because they could not be proven",
      items: [...choices.leftOut].sort(compareText),
    },
    {
      about: "groups that were left out, because they could not be proven",
      items: [...choices.leftOutGroups].sort(compareText),
    },
  ].filter((remark) => remark.items.length > 0);
}

/** Names that several environments have. */
function nameRemarks(environments: readonly PlacedEnvironment[]): readonly Remark[] {
  const items = [...groupBy(environments, ({ observed }) => observed.name.toLowerCase()).values()]
    .filter(({ length }) => length > 1)
    .map((same) => `${same[0].observed.name}: ${same.map(({ observed }) => observed.id).join(", ")}`);
  return items.length === 0 ? [] : [{ about: "names that several environments have", items: items.sort(compareText) }];
}

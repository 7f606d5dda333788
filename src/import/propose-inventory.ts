import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { EstateCluster, Remark } from "../model/estate.ts";
import { customerFile } from "./customer-file.ts";
import type { CustomerRule } from "./customer-rules.ts";
import { type KnownLimit, ownLimits, type SharedValues, sharedValues } from "./environment-values.ts";
import { withComments } from "./file-comments.ts";
import { asRemark, type Finding } from "./findings.ts";
import { hostsEntry } from "./hosts-entry.ts";
import { otherFindings, valueFindings } from "./import-remarks.ts";
import { mappingAt } from "./mapping-at.ts";
import { fileText, freePath } from "./new-file.ts";
import { type DeclaredCustomer, type PlacedEnvironment, placeEnvironments } from "./place-environments.ts";
import { type PlacedGroups, placeGroups } from "./place-groups.ts";
import {
  type Choices,
  type ExistingInventory,
  fullyDeclared,
  type Proposal,
  type ProposalBasis,
  type ProposedFile,
} from "./proposal.ts";
import { defaultsFor, settingsFile, usualTemplate } from "./settings-file.ts";
import { asMapping } from "./yaml-values.ts";

export interface Wishes {
  readonly clusters: readonly EstateCluster[];
  readonly existing: ExistingInventory;
  readonly rule: CustomerRule | null;
  readonly limits: readonly KnownLimit[];
  readonly choices: Choices;
  /** What reading has left out already. */
  readonly remarks?: readonly Remark[];
}

/** Groups of one file: it stays small enough to be read, and laid out. */
const mostGroupsInFile = 500;

/** Writes down what clusters have and the inventory does not declare. Pure: the same estate gives the same files. */
export function proposeInventory({ clusters, existing, rule, limits, choices, remarks = [] }: Wishes): Proposal {
  const { inventory, settings } = existing;
  const estate = undeclared(clusters, inventory, choices);
  const placed = placeEnvironments(estate, rule, declaredCustomers(existing));
  const all = placed.customers.flatMap(({ environments }) => environments);
  const defaults = mappingAt(settings.data, "defaults");
  const isFresh = inventory.environments.length === 0 && inventory.groups.length === 0;
  const sharesValues =
    isFresh && choices.shared && defaults["environment"] === undefined && settings.data["profiles"] === undefined;
  const shared: SharedValues = sharesValues
    ? sharedValues(fullyDeclared(all, choices), limits)
    : { tags: [], limits: new Map() };
  const groups = placeGroups(estate, all, {
    declared: declaredAlready(clusters, inventory),
    templates: isFresh && choices.templates,
    leftTemplates: choices.leftTemplates,
    bare: choices.bareGroups,
    takenNames: namesByCluster(inventory),
    there: new Map(
      clusters.map(({ name, environments }) => [name, new Set(environments.map(({ id }) => id.toLowerCase()))]),
    ),
    isPart: inventory.clusters.length > clusters.length,
  });
  const basis: ProposalBasis = {
    existing,
    shared,
    sharesValues,
    groups,
    limits: new Map(all.map((environment) => [environment, ownLimits(environment, shared, limits)])),
    choices,
    estate,
    defaultsOf: defaultsFor(settings.data, placed.customers, isFresh),
  };
  const files = [
    settingsFile(basis),
    ...placed.customers.map((customer) => customerFile(customer, basis)),
    ...groupFiles(groups, existing),
  ].filter((file): file is ProposedFile => file !== null && file.text !== file.before);
  const findings = [...placed.findings, ...groups.findings, ...valueFindings(all, basis)];
  const read = remarks.map(({ about, items }): Finding => ({ about, items: items.map((text) => ({ text })) }));
  const known = new Set(inventory.customers.map(({ id }) => id));
  return {
    files: withComments(files, [...findings, ...read]),
    templates: placed.templates,
    counts: {
      customers: placed.customers.filter(({ id }) => !known.has(id)).length,
      environments: all.length,
      groups: groups.count,
      hosts: all.reduce((sum, environment) => sum + hostsEntry(environment, estate, inventory).count, 0),
    },
    remarks: [...findings, ...(groups.closed ? [groups.closed] : []), ...otherFindings(all, basis)].map(asRemark),
  };
}

function declaredCustomers({
  inventory: { customers, environments },
  settings,
  customerFiles,
}: ExistingInventory): ReadonlyMap<string, DeclaredCustomer> {
  const keys = groupBy(environments, ({ customer }) => customer);
  const common = mappingAt(settings.data, "defaults")["environmentId"];
  return new Map(
    customers.map(({ id, place }) => {
      const own = customerFiles.get(place.file)?.data["environmentId"];
      const template = own === undefined ? common : own;
      return [
        id,
        {
          keys: (keys.get(id) ?? []).map(({ key }) => key),
          template: typeof template === "string" ? template : usualTemplate,
        },
      ];
    }),
  );
}

/** Names of groups that are declared, and the former ones. */
const namesByCluster = ({ groups }: ExistingInventory["inventory"]): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...groupBy(groups, ({ cluster }) => cluster)].map(([cluster, declared]) => [
      cluster,
      declared.flatMap(({ name, previously }) => [name, ...previously]),
    ]),
  );

/** The environments of the inventory that are there, which groups that it does not declare may have rights on, too. */
function declaredAlready(
  clusters: readonly EstateCluster[],
  { environments }: ExistingInventory["inventory"],
): readonly PlacedEnvironment[] {
  const found = new Map(
    clusters.flatMap((cluster) =>
      cluster.environments.map((each) => [`${cluster.name} ${each.id.toLowerCase()}`, each]),
    ),
  );
  return environments.flatMap(({ id, cluster, customer, key, stage, state }) => {
    const observed = found.get(`${cluster} ${id.toLowerCase()}`);
    return observed === undefined || state === "absent"
      ? []
      : [{ observed, cluster, customer, key, template: null, stage }];
  });
}

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

function groupFiles({ shared }: PlacedGroups, { paths }: ExistingInventory): readonly ProposedFile[] {
  const sorted = [...shared].sort((left, right) => compareText(left.name, right.name));
  const files: ProposedFile[] = [];
  const taken = new Set(paths);
  for (let start = 0; start < sorted.length; start += mostGroupsInFile) {
    const path = freePath("groups/imported", taken);
    taken.add(path);
    const groups = sorted.slice(start, start + mostGroupsInFile);
    const names = groups.map(({ name }) => name);
    files.push({
      path,
      text: fileText({ groups: groups.map(asMapping) }),
      before: null,
      environments: [],
      groups: names,
    });
  }
  return files;
}

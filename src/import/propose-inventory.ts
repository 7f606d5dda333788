import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { EstateCluster, Remark } from "../model/estate.ts";
import { newCustomerFile } from "./customer-file.ts";
import type { CustomerRule } from "./customer-rules.ts";
import { type KnownLimit, ownLimits, type SharedValues, sharedValues } from "./environment-values.ts";
import { extendCustomer } from "./extend-customer.ts";
import { withComments } from "./file-comments.ts";
import { asFinding, asRemark } from "./findings.ts";
import type { GroupEntry } from "./group-entry.ts";
import { otherFindings, valueFindings } from "./import-remarks.ts";
import { mappingAt } from "./mapping-at.ts";
import { fileText, freePath } from "./new-file.ts";
import { type DeclaredCustomer, type PlacedEnvironment, placeEnvironments } from "./place-environments.ts";
import { type PlacedGroups, placeGroups } from "./place-groups.ts";
import { placeHosts } from "./place-hosts.ts";
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

/** Characters of a file of groups, so that it is read and laid out like any other. */
const mostGroupText = 300_000;

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
    hosts: placeHosts(clusters, all, existing, choices),
    defaultsOf: defaultsFor(settings.data, placed.customers, isFresh),
  };
  const known = new Map(inventory.customers.map((customer) => [customer.id, customer]));
  const fresh = placed.customers.filter(({ id }) => !known.has(id));
  const placedById = new Map(placed.customers.map((customer) => [customer.id, customer]));
  const extended = [...known.values()].flatMap((customer) => {
    const { id } = customer;
    const own = placedById.get(id) ?? { id, name: null, template: null, environments: [] };
    return own.environments.length === 0 && !basis.hosts.added.has(id) ? [] : [extendCustomer(customer, own, basis)];
  });
  const files = [
    settingsFile(basis),
    ...fresh.map((customer) => newCustomerFile(customer, basis)),
    ...extended.map(({ file }) => file),
    ...groupFiles(groups, existing),
  ].filter((file): file is ProposedFile => file !== null && file.text !== file.before);
  const refused = extended.flatMap((customer) => customer.refused);
  const { ofNew, added } = basis.hosts;
  const listed = [...ofNew.values(), ...[...added.values()].flat().map(({ hosts }) => hosts)].flat();
  const about = "what cannot be added in place, because of how a file is written: add it by hand";
  const findings = [...placed.findings, ...groups.findings, ...valueFindings(all, basis)];
  const read = remarks.map(asFinding);
  return {
    files: withComments(files, [...findings, ...read]),
    templates: placed.templates,
    counts: {
      customers: fresh.length,
      environments: all.length - sumOf(refused.map(({ environments }) => environments)),
      groups: groups.count - sumOf(refused.map((one) => one.groups)),
      hosts: listed.length - sumOf(refused.map(({ hosts }) => hosts)),
    },
    remarks: [
      ...[...findings, ...(groups.closed ? [groups.closed] : []), ...otherFindings(all, basis)].map(asRemark),
      ...(refused.length === 0 ? [] : [{ about, items: refused.map(({ told }) => told).sort(compareText) }]),
    ],
  };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

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
  for (const groups of portionsOf(sorted)) {
    const path = freePath("groups/imported", taken);
    taken.add(path);
    files.push({
      ...{ path, text: fileText({ groups: groups.map(asMapping) }), before: null },
      ...{ environments: [], environmentsWithHosts: [], groups: groups.map(({ name }) => name) },
    });
  }
  return files;
}

/** Groups that make up one file together. */
function portionsOf(groups: readonly GroupEntry[]): readonly (readonly GroupEntry[])[] {
  const portions: GroupEntry[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const group of groups) {
    const own = fileText({ groups: [asMapping(group)] }).length;
    if (length + own > mostGroupText) {
      portions.push([]);
      length = 0;
    }
    portions.at(-1)?.push(group);
    length += own;
  }
  return portions;
}

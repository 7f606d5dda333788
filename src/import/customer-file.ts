import type { YamlMapping } from "../edit/edit.ts";
import { compareText } from "../lib/text.ts";
import { environmentValues } from "./environment-values.ts";
import { labelValue } from "./find-match.ts";
import { hostsEntry } from "./hosts-entry.ts";
import { isMapping, mappingAt } from "./mapping-at.ts";
import { fileText, freePath } from "./new-file.ts";
import { mostFrequent, type PlacedCustomer, type PlacedEnvironment } from "./place-environments.ts";
import type { PlacedGroups } from "./place-groups.ts";
import { isPlainText } from "./plain-text.ts";
import { fullyDeclared, type ProposalBasis, type ProposedFile } from "./proposal.ts";
import { type CustomerTags, customerTags } from "./shared-tags.ts";
import { asMapping } from "./yaml-values.ts";

/** The file of a customer that has none yet. */
export function newCustomerFile(customer: PlacedCustomer, world: ProposalBasis): ProposedFile {
  const { existing, groups, shared, defaultsOf, sharesValues } = world;
  const own = groups.byCustomer.get(customer.id) ?? [];
  const ids = customer.environments.map(({ observed }) => observed.id);
  const names = own.map(({ name }) => name);
  const labels = groupLabels(customer, groups);
  const cluster = mostFrequent(customer.environments.map((environment) => environment.cluster));
  const tags = customerTags(fullyDeclared(customer.environments, world.choices), shared.tags);
  const inherited = sharesValues ? {} : undeclaredDefaults(existing.settings.data);
  const environment: YamlMapping = {
    ...inherited,
    ...(tags.takesAway ? { tags: null } : tags.common.length > 0 ? { tags: tags.common } : {}),
  };
  const base = { customer, world, tags, template: customer.template, cluster, labels, isDeclared: false };
  const entry: YamlMapping = {
    customer: customer.id,
    ...(customer.name === null ? {} : { name: customer.name }),
    ...(cluster === null || cluster === defaultsOf.cluster ? {} : { cluster }),
    ...(customer.template === null || customer.template === defaultsOf.template
      ? {}
      : { environmentId: customer.template }),
    ...(labels.common.length === 0 ? {} : { labels: labelsEntry(labels.common) }),
    ...(Object.keys(environment).length > 0 ? { environment } : {}),
    environments: Object.fromEntries(
      customer.environments.map((environment) => [environment.key, environmentEntry(environment, base)]),
    ),
    ...(own.length === 0 ? {} : { groups: own.map(asMapping) }),
  };
  const path = freePath(`customers/${customer.id}`, existing.paths);
  return { path, text: fileText(entry), before: null, environments: ids, environmentsWithHosts: [], groups: names };
}

/** Nothing but the tags of all. */
export const noTags: CustomerTags = { common: [], takesAway: false };

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

export function groupLabels({ environments }: PlacedCustomer, { labels }: PlacedGroups): CustomerLabels {
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

export interface EnvironmentBase {
  readonly customer: PlacedCustomer;
  readonly world: ProposalBasis;
  readonly tags: CustomerTags;
  /** What counts for the customer's environments; null: nothing that is known. */
  readonly template: string | null;
  readonly cluster: string | null;
  readonly labels: CustomerLabels;
  /** Whether the customer's file was there before, and nothing of it is changed. */
  readonly isDeclared: boolean;
}

export function environmentEntry(environment: PlacedEnvironment, base: EnvironmentBase): YamlMapping {
  const { observed, key } = environment;
  const { customer, world, template, cluster } = base;
  const ownLabels = [...(base.isDeclared ? base.labels.common : []), ...(base.labels.own.get(observed.id) ?? [])];
  const hosts = world.hosts.ofNew.get(observed.id);
  const isBare = world.choices.bare.has(observed.id.toLowerCase());
  const limits = world.limits.get(environment)?.declared ?? new Map();
  const values = isBare
    ? bareValues(environment, base)
    : environmentValues(environment, world.shared, base.tags, limits);
  const name =
    observed.name === `${customer.name ?? customer.id} ${key}` || !isPlainText(observed.name) ? null : observed.name;
  return {
    ...(environment.template !== null && environment.template === template ? {} : { id: observed.id }),
    ...(name === null || isBare ? {} : { name }),
    ...(environment.cluster === cluster ? {} : { cluster: environment.cluster }),
    ...(ownLabels.length === 0 ? {} : { labels: labelsEntry(ownLabels) }),
    ...(values as YamlMapping),
    ...(hosts === undefined ? {} : hostsEntry(hosts)),
  };
}

/** Nothing but the state, and nothing of what the levels above say. */
function bareValues({ observed }: PlacedEnvironment, { world, tags }: EnvironmentBase): YamlMapping {
  return {
    ...(observed.state === "DISABLED" ? { state: "disabled" } : {}),
    ...(world.shared.tags.length + tags.common.length > 0 ? { tags: null } : {}),
    ...(world.shared.limits.size > 0 ? { quotas: null, storage: null } : {}),
  };
}

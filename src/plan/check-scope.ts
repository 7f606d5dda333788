import { environmentChangeId } from "../kinds/environment/change.ts";
import { environmentCoordinates } from "../kinds/environment/family.ts";
import { groupChangeId } from "../kinds/group/change.ts";
import { groupCoordinates } from "../kinds/group/family.ts";
import { hostChangeId } from "../kinds/host/change.ts";
import { hostCoordinates } from "../kinds/host/family.ts";
import type { Coordinates } from "../kinds/kind.ts";
import type { Family } from "../model/change.ts";
import { type Host, type HostCommand, type Inventory, plannedGroups } from "../model/inventory.ts";
import type { PlanScope } from "../model/plan.ts";
import { scopeFilter } from "./scope.ts";
import { isExact, type Matcher, parseSelector, type Term, termMatchers } from "./selector.ts";

/** Something about one `--target` or `--exclude`. */
export interface ScopeFinding {
  /** The option as it was given, for example `--exclude abc-p11`. */
  readonly option: string;
  readonly reason: string;
  /** What was written, and what it may have been meant to be; null: nothing is to be suggested. */
  readonly meant: { readonly text: string; readonly among: readonly string[] } | null;
  /** What to do, where nothing can be suggested. */
  readonly hint: string | null;
}

export interface CheckedScope {
  /** What a run is refused for: a slip must look neither like a fleet in order nor like leave to change it all. */
  readonly faults: readonly ScopeFinding[];
  /** What may be meant, and does nothing. */
  readonly warnings: readonly ScopeFinding[];
}

/** The hosts of the inventory, those that commands gave included, and whether no host can be missing among them. */
export interface KnownHosts {
  readonly hosts: readonly Host[];
  readonly complete: boolean;
}

/** Compares targets and excludes with what is declared. An exact text that matches nothing is a fault, a glob a warning. */
export function checkScope(inventory: Inventory, known: KnownHosts, scope: PlanScope): CheckedScope {
  const faults: ScopeFinding[] = [];
  const warnings: ScopeFinding[] = [];
  if (scope.hosts === "skip" && scope.only.every((family) => family === "hosts")) {
    warnings.push({ option: "--only hosts", reason: "leaves nothing with --hosts skip", meant: null, hint: null });
  }
  const matcherOf = termMatchers(inventory);
  const given = [
    ...scope.targets.map((text) => ({ name: "--target", text })),
    ...scope.excludes.map((text) => ({ name: "--exclude", text })),
  ];
  for (const { name, text } of given) {
    const option = `${name} ${text}`;
    const selector = parseSelector(text);
    if (selector.status === "refused") {
      faults.push({ option, reason: selector.reason, meant: null, hint: selector.hint });
      continue;
    }
    const terms = selector.terms.map(inEnvironment);
    const matchers = terms.map(matcherOf);
    const unknown = terms.filter((term, index) => !isKnown(term, matchers[index] ?? (() => false), inventory, known));
    for (const term of unknown) {
      const what = terms.length === 1 ? "matches nothing" : `matches nothing with ${term.text}`;
      const finding = (reason: string): ScopeFinding => ({
        option,
        reason,
        meant: isExact(term) ? { text: term.text, among: candidates(term, inventory, known) } : null,
        hint: hintFor(term, inventory),
      });
      if (!isExact(term)) warnings.push(finding(what));
      else if (couldBeHost(term) && !known.complete && scope.hosts !== "skip") {
        warnings.push(finding(`${what} that is known, and not all hosts of commands are`));
      } else faults.push(finding(what));
    }
    if (unknown.length > 0) continue;
    const families = familiesOf(matchers, inventory, known.hosts, scope);
    const remark = (reason: string, hint: string | null): ScopeFinding => ({ option, reason, meant: null, hint });
    if (families === "included") continue;
    if (families.size === 0 && terms.length > 1) {
      const together = remark("matches nothing", "commas mean that all of it holds; for any of it repeat the option");
      if (terms.every((term) => term.form !== "quality" && isExact(term))) faults.push(together);
      else warnings.push(together);
    } else if (name === "--target") {
      const what = [...families].map((family) => `${family}s`).join(" and ");
      warnings.push(
        families.size === 0
          ? remark("matches nothing that could be compared", null)
          : remark(`is about ${what} alone, which this run leaves out (${leftOutBy(families, scope)})`, null),
      );
    }
  }
  return { faults, warnings };
}

function hintFor(term: Term, { clusters }: Pick<Inventory, "clusters">): string {
  if (term.form === "quality") {
    const among = term.quality === "cluster" ? "the clusters of dtsync.yaml" : "what environments have";
    return `it is compared with ${among}`;
  }
  const cluster = clusters.find(({ name }) => term.form === "name" && name === term.pattern.toLowerCase());
  return cluster === undefined
    ? "it is compared with customers, environment ids, groups and host names"
    : `everything on that cluster is cluster=${cluster.name}`;
}

/** Which zones there are only clusters know: rights on one are known as rights in its environment are. */
function inEnvironment(term: Term): Term {
  if (term.form !== "id" || term.kind !== "zone-permission") return term;
  const { managementZone: _zone, ...patterns } = term.patterns;
  return { ...term, kind: "permission", patterns };
}

const leftOutBy = (families: ReadonlySet<Family>, scope: PlanScope): string =>
  families.has("host") && scope.hosts === "skip" && scope.only.includes("hosts") ? "--hosts skip" : "--only";

/** Whether something is declared that the term alone is about. */
function isKnown(term: Term, matches: Matcher, inventory: Inventory, { hosts }: KnownHosts): boolean {
  const { clusters, customers, environments } = inventory;
  const groups = plannedGroups(inventory);
  const ofCustomer = (customer: string): Coordinates => ({
    ...{ cluster: "", customer, environment: null, group: null, host: null },
  });
  if (term.form === "quality" && term.quality === "cluster") {
    return clusters.some(({ name }) => matches({ ...ofCustomer(""), cluster: name }));
  }
  if (term.form === "id" && term.kind === "permission") {
    // A right that is to be taken away is not declared: the group and the environment are.
    return groups.some((group) =>
      environments.some(
        (environment) =>
          environment.cluster === group.cluster &&
          matches({ ...environmentCoordinates(environment), group: group.name }),
      ),
    );
  }
  return (
    (term.form === "name" && customers.some(({ id }) => matches(ofCustomer(id)))) ||
    environments.some((item) => matches(environmentCoordinates(item))) ||
    groups.some((item) => matches(groupCoordinates(item))) ||
    hosts.some((item) => matches(hostCoordinates(item)))
  );
}

/** Commands that may list hosts which a scope is about. What they list is not known, so a glob may match any of it. */
export function sourcesInScope(
  { environments, hostCommands }: Pick<Inventory, "environments" | "hostCommands">,
  scope: PlanScope,
): readonly HostCommand[] {
  const filter = scopeFilter(scope, { environments });
  const anyHost = scope.targets.some((text) => {
    const selector = parseSelector(text);
    return selector.status === "read" && selector.terms.some((term) => couldBeHost(term) && !isExact(term));
  });
  return hostCommands.filter(({ cluster, customer, environment }) => {
    const place = { cluster, customer, environment, group: null, host: null };
    return filter.matches(place) || (anyHost && !filter.excludes(place));
  });
}

const couldBeHost = (term: Term): boolean => term.form === "name" || (term.form === "id" && term.kind === "host");

/** What an exact term may have been meant to be. */
function candidates(term: Term, inventory: Inventory, { hosts }: KnownHosts): readonly string[] {
  const { clusters, customers, environments } = inventory;
  const groups = plannedGroups(inventory);
  if (term.form === "quality") {
    const values = [
      ...environments.flatMap(({ stage, labels }) => [
        `stage=${stage}`,
        ...Object.entries(labels).map(([key, value]) => `label.${key}=${value}`),
      ]),
      ...clusters.map(({ name }) => `cluster=${name}`),
    ];
    return [...new Set(values)];
  }
  const ids = [
    ...environments.map(({ id }) => environmentChangeId(id)),
    ...groups.map(({ cluster, name }) => groupChangeId(cluster, name)),
    ...hosts.map(({ name }) => hostChangeId(name)),
  ];
  if (term.form === "id") return ids;
  return [
    // The kind in an id that is written wrongly makes a name of it.
    ...(term.text.includes("/") ? ids : []),
    ...customers.map(({ id }) => id),
    ...environments.map(({ id }) => id),
    ...groups.map(({ name }) => name),
    ...hosts.map(({ name }) => name),
  ];
}

/** The families of the items that a selector is about, or that one of them is in this run. */
function familiesOf(
  matchers: readonly Matcher[],
  inventory: Inventory,
  hosts: readonly Host[],
  scope: PlanScope,
): ReadonlySet<Family> | "included" {
  const families = new Set<Family>();
  for (const { family, item } of itemsOf(inventory, hosts)) {
    if (!matchers.every((matches) => matches(item))) continue;
    if (scope.only.includes(`${family}s`) && !(family === "host" && scope.hosts === "skip")) return "included";
    families.add(family);
  }
  return families;
}

interface Item {
  readonly family: Family;
  readonly item: Coordinates;
}

/** Everything that a plan may have a change about; the many pairs of groups and environments come last. */
function* itemsOf(inventory: Inventory, hosts: readonly Host[]): Generator<Item> {
  const { environments } = inventory;
  const groups = plannedGroups(inventory);
  for (const environment of environments) yield { family: "environment", item: environmentCoordinates(environment) };
  for (const group of groups) yield { family: "group", item: groupCoordinates(group) };
  for (const host of hosts) yield { family: "host", item: hostCoordinates(host) };
  for (const group of groups) {
    for (const environment of environments) {
      if (group.access === null || group.cluster !== environment.cluster) continue;
      yield { family: "group", item: { ...environmentCoordinates(environment), group: group.name } };
    }
  }
}

import type { Value } from "../lib/json.ts";
import { sameValue } from "../lib/json.ts";
import { compareText } from "../lib/text.ts";
import { showAmount } from "../model/amount.ts";
import type { SettingChange } from "../model/difference.ts";
import type {
  Cluster,
  Customer,
  Environment,
  Host,
  HostCommand,
  Inventory,
  Safety,
  Suspension,
} from "../model/inventory.ts";

type Settings = Readonly<Record<string, Value>>;

/** Settings of dtsync itself that two revisions declare differently, of clusters, customers, safety, environments and hosts. */
export function compareSettings(before: Inventory, after: Inventory): readonly SettingChange[] {
  const changes = [
    ...comparePairs(byName(before.clusters), byName(after.clusters), (name) => `cluster/${name}`, {
      describe: (cluster, inventory) => clusterSettings(cluster, inventory),
      whole: true,
      before,
      after,
    }),
    ...differences("safety", safetySettings(before.safety), safetySettings(after.safety)),
    ...comparePairs(environmentsOf(before), environmentsOf(after), (id) => `environment/${id}`, {
      describe: environmentSettings,
      whole: false,
      before,
      after,
    }).filter((change) => change.field !== "defaultName" || (change.before !== null && change.after !== null)),
    ...suspendedAtOnce(before, after),
    ...comparePairs(customersOf(before), customersOf(after), (id) => `customer/${id}`, {
      describe: ({ name }) => ({ name }),
      whole: false,
      before,
      after,
    }),
    ...comparePairs(byName(before.hosts), byName(after.hosts), (name) => `host/${name}`, {
      describe: hostSettings,
      whole: false,
      before,
      after,
    }),
  ];
  return changes.sort(
    (left, right) => compareText(left.subject, right.subject) || compareText(left.field, right.field),
  );
}

/** Environments that are declared for the first time, and to be left alone for a while: they are not created. */
function suspendedAtOnce(before: Inventory, after: Inventory): readonly SettingChange[] {
  const known = new Set(before.environments.map(({ id }) => id));
  return after.environments.flatMap(({ id, suspended }) =>
    suspended === null || known.has(id) ? [] : differences(`environment/${id}`, {}, suspension(suspended)),
  );
}

const byName = <T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> =>
  new Map(items.map((item) => [item.name, item]));

const customersOf = ({ customers }: Inventory): ReadonlyMap<string, Customer> =>
  new Map(customers.map((customer) => [customer.id, customer]));

interface EnvironmentWithCommands {
  readonly environment: Environment;
  readonly commands: readonly HostCommand[];
}

function environmentsOf({ environments, hostCommands }: Inventory): ReadonlyMap<string, EnvironmentWithCommands> {
  const commands = new Map<string, HostCommand[]>();
  for (const command of hostCommands) {
    const list = commands.get(command.environment);
    if (list) list.push(command);
    else commands.set(command.environment, [command]);
  }
  return new Map(
    environments.map((environment) => [environment.id, { environment, commands: commands.get(environment.id) ?? [] }]),
  );
}

interface Comparison<T> {
  readonly describe: (item: T, inventory: Inventory) => Settings;
  /** Whether the settings of an item that only one side has are differences too. */
  readonly whole: boolean;
  readonly before: Inventory;
  readonly after: Inventory;
}

function comparePairs<T>(
  old: ReadonlyMap<string, T>,
  now: ReadonlyMap<string, T>,
  subjectOf: (key: string) => string,
  { describe, whole, before, after }: Comparison<T>,
): readonly SettingChange[] {
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [left, right] = [old.get(key), now.get(key)];
    if (!whole && (left === undefined || right === undefined)) return [];
    return differences(
      subjectOf(key),
      left === undefined ? {} : describe(left, before),
      right === undefined ? {} : describe(right, after),
    );
  });
}

function differences(subject: string, left: Settings, right: Settings): readonly SettingChange[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((field) => !sameValue(left[field] ?? null, right[field] ?? null))
    .map((field) => ({ subject, field, before: left[field] ?? null, after: right[field] ?? null }));
}

function clusterSettings({ url, token, ca, maxConcurrency }: Cluster, inventory: Inventory): Settings {
  return { url, token: plain(token), ca: pathIn(ca, inventory), maxConcurrency };
}

function safetySettings({ protect, breakGlass, deleteAfter, maxRemovals, maxUpdates }: Safety): Settings {
  return {
    protect: [...protect].sort(compareText),
    breakGlass: [...breakGlass].sort(compareText),
    deleteAfter: `${deleteAfter / 1_000} s`,
    maxRemovals,
    maxUpdates: maxUpdates === null ? null : showAmount(maxUpdates),
  };
}

function environmentSettings({ environment, commands }: EnvironmentWithCommands): Settings {
  const { rollout, settings, defaultName, suspended } = environment;
  return {
    ...suspension(suspended),
    ...prefixed("labels", environment.labels),
    "rollout.concurrency": rollout.concurrency,
    "rollout.canary": showAmount(rollout.canary),
    "rollout.batch": showAmount(rollout.batch),
    "rollout.maxFailures": showAmount(rollout.maxFailures),
    "rollout.seenWithin": `${rollout.seenWithin / 1_000} s`,
    // Under this name it is created; one that is there keeps its name.
    defaultName: settings.name === undefined ? defaultName : null,
    hostCommands:
      commands.length === 0
        ? null
        : commands.map(({ command, ansibleGroup, inherited: { ssh, oneagent } }) =>
            plain({ command, ...(ansibleGroup === null ? {} : { ansibleGroup }), ssh, oneagent }),
          ),
  };
}

const suspension = (suspended: Suspension | null): Settings =>
  suspended === null ? {} : { "suspended.until": suspended.until, "suspended.reason": suspended.reason };

function hostSettings(host: Host, inventory: Inventory): Settings {
  const { ssh, oneagent } = host;
  const { identityFile, knownHosts, ...otherSsh } = ssh;
  const { transfer, transferRate, signature, rootCertificate, installPath, installerArguments } = oneagent;
  return {
    address: host.address,
    ...prefixed("ssh", { ...otherSsh }),
    "ssh.identityFile": pathIn(identityFile ?? null, inventory),
    "ssh.knownHosts": pathIn(knownHosts ?? null, inventory),
    ...prefixed("oneagent", { transfer, transferRate, signature, installPath, installerArguments }),
    "oneagent.rootCertificate": pathIn(rootCertificate, inventory),
  };
}

function prefixed(prefix: string, settings: object): Settings {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === undefined ? [] : [[`${prefix}.${name}`, plain(value)]],
    ),
  );
}

/** Paths below the inventory as seen from it, because the two inventories stand in different folders. */
export function pathIn(path: string | null, { directory }: Inventory): string | null {
  if (path === null) return null;
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path;
}

/** As JSON data with sorted keys, so that equal settings are equal text. */
function plain(value: unknown): Value {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value as Value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([left], [right]) => compareText(left, right))
      .map(([key, member]) => [key, plain(member)]),
  );
}

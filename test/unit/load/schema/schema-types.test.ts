import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type {
  ClusterEntry,
  CustomerEntry,
  DefaultsEntry,
  EnvironmentDefaultsEntry,
  EnvironmentEntry,
  EnvironmentRightsEntry,
  GroupEntry,
  GroupsEntry,
  HostCommandEntry,
  HostEntry,
  HostFileEntry,
  MatchEntry,
  OneAgentEntry,
  ProfileEntry,
  RolloutEntry,
  SafetyEntry,
  SettingsEntry,
  SshEntry,
  SuspendedEntry,
} from "../../../../src/load/schema/file-types.ts";
import { parseAmount, parseDuration } from "../../../../src/load/settings/setting-values.ts";
import type {
  Cluster,
  EnvironmentSettings,
  OneAgentSettings,
  Rollout,
  Safety,
  SshSettings,
} from "../../../../src/model/inventory.ts";
import { loadValid } from "../load-files.ts";

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
}

const read = (kind: string): Schema =>
  JSON.parse(readFileSync(new URL(`../../../../schema/${kind}.schema.json`, import.meta.url), "utf8"));
const [dtsync, customer, groups] = [read("dtsync"), read("customer"), read("groups")];
const definitions: Readonly<Record<string, Schema>> = { ...dtsync.$defs, ...customer.$defs, ...groups.$defs };
const resolve = (schema: Schema): Schema => definitions[schema.$ref?.slice("#/$defs/".length) ?? ""] ?? schema;
const definition = (name: string): Schema => resolve({ $ref: `#/$defs/${name}` });
const inner = (schema: Schema, ...path: readonly string[]): Schema =>
  path.reduce((node, key) => {
    const next = key === "*" ? (node.additionalProperties as Schema) : node.properties?.[key];
    return resolve(next ?? {});
  }, schema);

/**
 * What a value of a type may be, as keys: so that the compiler demands for every property of a type all that its
 * values may be and nothing else. Texts of a fixed choice are their own names; null stands for a value taken away.
 */
type KindOf<Value> = Value extends string
  ? string extends Value
    ? "text"
    : Value
  : Value extends number
    ? "number"
    : Value extends boolean
      ? "boolean"
      : Value extends null
        ? "null"
        : Value extends readonly unknown[]
          ? "list"
          : "map";
type Described<Entry> = {
  readonly [Key in keyof Entry]-?: Readonly<Record<KindOf<Exclude<Entry[Key], undefined>>, true>>;
};

/** The same of a schema. */
function kindsOf(schema: Schema): readonly string[] {
  const { type, enum: choices, const: only, anyOf } = resolve(schema);
  if (anyOf) return anyOf.flatMap(kindsOf);
  if (choices) return choices.map(String);
  if (only !== undefined) return [typeof only === "number" ? "number" : String(only)];
  const names: Readonly<Record<string, string>> = { string: "text", integer: "number", array: "list", object: "map" };
  return [type ?? []].flat().map((name) => names[name] ?? name);
}

const described = ({ properties }: Schema): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, property]) => [name, [...new Set(kindsOf(property))].sort()]),
  );

const text = { text: true } as const;
const list = { list: true } as const;
const map = { map: true } as const;
const optionalText = { text: true, null: true } as const;
const optionalNumber = { number: true, null: true } as const;
const optionalBoolean = { boolean: true, null: true } as const;
const optionalList = { list: true, null: true } as const;
const optionalMap = { map: true, null: true } as const;
const amount = { number: true, text: true, null: true } as const;
const textOrList = { text: true, list: true, null: true } as const;
const presence = { present: true, absent: true, null: true } as const;

const oneagent: Described<OneAgentEntry> = {
  version: optionalText,
  minVersion: optionalText,
  hostGroup: optionalText,
  networkZone: optionalText,
  monitoringMode: { fullstack: true, "infra-only": true, discovery: true, null: true },
  hostName: optionalText,
  hostTags: optionalList,
  hostProperties: optionalMap,
  proxy: optionalText,
  autoUpdate: optionalBoolean,
  appLogContentAccess: optionalBoolean,
  systemLogsAccess: optionalBoolean,
  installPath: optionalText,
  installerArguments: optionalList,
  transfer: { auto: true, push: true, pull: true, null: true },
  transferRate: optionalText,
  signature: { auto: true, required: true, skip: true, null: true },
  rootCertificate: optionalText,
};
const ssh: Described<SshEntry> = {
  user: optionalText,
  port: optionalNumber,
  identityFile: optionalText,
  jump: textOrList,
  jumpConcurrency: optionalNumber,
  become: { sudo: true, none: true, null: true },
  knownHosts: optionalText,
  hostKeys: { strict: true, "accept-new": true, null: true },
  connectTimeout: optionalText,
  timeout: optionalText,
};
const rollout: Described<RolloutEntry> = {
  concurrency: optionalNumber,
  canary: amount,
  batch: amount,
  maxFailures: amount,
  seenWithin: amount,
};
const safety: Described<SafetyEntry> = {
  protect: optionalList,
  breakGlass: optionalList,
  deleteAfter: optionalText,
  maxRemovals: optionalNumber,
  maxUpdates: amount,
};
const hostSettings = { ssh: optionalMap, oneagent: optionalMap };
const environmentDefaults: Described<EnvironmentDefaultsEntry> = {
  tags: optionalList,
  trial: optionalBoolean,
  quotas: optionalMap,
  storage: optionalMap,
  state: { enabled: true, disabled: true, absent: true, null: true },
};
const environment: Described<EnvironmentEntry> = {
  ...environmentDefaults,
  ...hostSettings,
  id: optionalText,
  name: optionalText,
  cluster: optionalText,
  labels: optionalMap,
  suspended: optionalMap,
  rollout: optionalMap,
  hosts: optionalList,
};
const patterns = { text: true, list: true } as const;
const match: Described<MatchEntry> = {
  customer: patterns,
  environment: patterns,
  stage: patterns,
  cluster: patterns,
  labels: map,
};
const group: Described<GroupEntry> = {
  name: text,
  match: map,
  clusters: optionalList,
  ldapGroupNames: optionalList,
  ssoGroupNames: optionalList,
  isClusterAdminGroup: optionalBoolean,
  access: optionalMap,
  previously: textOrList,
  state: presence,
};
const environmentRights: Described<EnvironmentRightsEntry> = { permissions: textOrList, managementZones: optionalMap };
const host: Described<HostEntry> = { name: text, ...hostSettings, address: optionalText, state: presence };
const hostFormat = { format: { ansible: true, null: true }, group: optionalText } as const;
const hostFile: Described<HostFileEntry> = { file: text, ...hostSettings, ...hostFormat };
const hostCommand: Described<HostCommandEntry> = { command: list, ...hostSettings, ...hostFormat };
const cluster: Described<ClusterEntry> = { url: text, token: map, ca: optionalText, maxConcurrency: optionalNumber };
const suspended: Described<SuspendedEntry> = { until: text, reason: text };
const token: Described<ClusterEntry["token"]> = { env: text, file: text, command: list };
const defaults: Described<DefaultsEntry> = {
  ...hostSettings,
  cluster: optionalText,
  environmentId: optionalText,
  labels: optionalMap,
  environment: optionalMap,
  rollout: optionalMap,
};
const profile: Described<ProfileEntry> = {
  match: map,
  ...hostSettings,
  environment: optionalMap,
  rollout: optionalMap,
};
const settingsFile: Described<SettingsEntry> = {
  version: { number: true },
  clusters: map,
  roles: optionalMap,
  groups: optionalList,
  defaults: optionalMap,
  profiles: optionalList,
  safety: optionalMap,
};
const customerFile: Described<CustomerEntry> = {
  customer: text,
  ...hostSettings,
  name: optionalText,
  cluster: optionalText,
  environmentId: optionalText,
  labels: optionalMap,
  suspended: optionalMap,
  environment: optionalMap,
  rollout: optionalMap,
  environments: optionalMap,
  groups: optionalList,
};
const groupsFile: Described<GroupsEntry> = { groups: optionalList };

type Table = Readonly<Record<string, Readonly<Record<string, true>>>>;
const pairs: readonly (readonly [name: string, schema: Schema, table: Table])[] = [
  ["dtsync.yaml", dtsync, settingsFile],
  ["a cluster", inner(dtsync, "clusters", "*"), cluster],
  ["a token", inner(dtsync, "clusters", "*", "token"), token],
  ["defaults", inner(dtsync, "defaults"), defaults],
  ["safety", inner(dtsync, "safety"), safety],
  ["a customer", customer, customerFile],
  ["groups", groups, groupsFile],
  ["environment defaults", definition("environmentDefaults"), environmentDefaults],
  ["an environment", definition("environment"), environment],
  ["oneagent", definition("oneagent"), oneagent],
  ["ssh", definition("ssh"), ssh],
  ["rollout", definition("rollout"), rollout],
  ["a group", definition("group"), group],
  ["rights in an environment", definition("environmentRights"), environmentRights],
  ["a match", definition("match"), match],
  ["suspended", definition("suspended"), suspended],
  ["a profile", definition("profile"), profile],
  ["a host", definition("host"), host],
  ["a host file", definition("hostFile"), hostFile],
  ["a host command", definition("hostCommand"), hostCommand],
];

describe("the types of the files and the schemas", () => {
  test.each(pairs)("have the same properties, with the same values: %s", (_, schema, table) => {
    const typed = Object.entries(table).map(([name, kinds]) => [name, Object.keys(kinds).sort()]);
    expect(described(schema)).toEqual(Object.fromEntries(typed));
    expect(schema.properties).toBeDefined();
  });

  test("are compared for every definition that has properties", () => {
    const compared = new Set(pairs.map(([, schema]) => schema));
    const maps = Object.entries(definitions).filter(([, schema]) => schema.properties && !compared.has(schema));
    // Their members have the names of the cluster's API, which the types leave open.
    expect(maps.map(([name]) => name).sort()).toEqual(["quotas", "storage"]);
  });
});

/** Keys of a type of the model; the compiler demands all of them. */
type Keys<Model> = Readonly<Record<keyof Model, true>>;

describe("the resolved inventory and the schemas", () => {
  const oneAgentKeys: Keys<OneAgentSettings> = {
    version: true,
    minVersion: true,
    hostGroup: true,
    networkZone: true,
    monitoringMode: true,
    hostName: true,
    hostTags: true,
    hostProperties: true,
    proxy: true,
    autoUpdate: true,
    appLogContentAccess: true,
    systemLogsAccess: true,
    installPath: true,
    installerArguments: true,
    transfer: true,
    transferRate: true,
    signature: true,
    rootCertificate: true,
  };
  const sshKeys: Keys<SshSettings> = {
    user: true,
    port: true,
    identityFile: true,
    jump: true,
    jumpConcurrency: true,
    become: true,
    knownHosts: true,
    hostKeys: true,
    connectTimeout: true,
    timeout: true,
  };
  const rolloutKeys: Keys<Rollout> = {
    concurrency: true,
    canary: true,
    batch: true,
    maxFailures: true,
    seenWithin: true,
  };
  const safetyKeys: Keys<Safety> = {
    protect: true,
    breakGlass: true,
    deleteAfter: true,
    maxRemovals: true,
    maxUpdates: true,
  };
  const clusterKeys: Keys<Omit<Cluster, "name" | "place">> = { url: true, token: true, ca: true, maxConcurrency: true };
  const environmentKeys: Keys<Omit<EnvironmentSettings, "name">> = {
    tags: true,
    trial: true,
    quotas: true,
    storage: true,
  };

  test.each<readonly [string, Schema, Readonly<Record<string, true>>]>([
    ["oneagent", definition("oneagent"), oneAgentKeys],
    ["ssh", definition("ssh"), sshKeys],
    ["rollout", definition("rollout"), rolloutKeys],
    ["safety", inner(dtsync, "safety"), safetyKeys],
    ["a cluster", inner(dtsync, "clusters", "*"), clusterKeys],
    ["an environment", definition("environmentDefaults"), { ...environmentKeys, state: true }],
  ])("have the same properties: %s", (_, { properties }, keys) => {
    expect(Object.keys(properties ?? {}).sort()).toEqual(Object.keys(keys).sort());
  });

  const first = (name: string): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      Object.entries(definition(name).properties ?? {}).map(([key, property]) => [
        key,
        resolve(property).examples?.[0],
      ]),
    );

  test("every setting that a schema has an example of reaches the inventory", async () => {
    const written = {
      customer: "abc",
      oneagent: { ...first("oneagent"), version: "1.313" },
      ssh: first("ssh"),
      rollout: { ...first("rollout"), canary: 2, batch: 3, maxFailures: 4, seenWithin: "90s" },
      environment: first("environmentDefaults"),
      environments: { t1: { state: "enabled", hosts: ["web01"] } },
    };
    const { hosts, environments } = await loadValid({
      "customers/abc.yaml": JSON.stringify(written),
      "customers/certs/dynatrace-root.pem": "",
    });
    const present = (value: object | undefined) =>
      Object.entries(value ?? {}).flatMap(([key, entry]) => (entry === undefined || entry === null ? [] : [key]));
    expect(present(hosts[0]?.oneagent).sort()).toEqual(Object.keys(oneAgentKeys).sort());
    expect(present(hosts[0]?.ssh).sort()).toEqual(Object.keys(sshKeys).sort());
    expect(present(environments[0]?.settings).sort()).toEqual(Object.keys(environmentKeys).sort());
    expect(environments[0]?.rollout).toEqual({
      concurrency: 20,
      canary: { count: 2 },
      batch: { count: 3 },
      maxFailures: { count: 4 },
      seenWithin: 90_000,
    });
  });

  test("what nobody declares is what the schemas give as defaults", async () => {
    const {
      hosts,
      environments,
      safety: limits,
      clusters,
    } = await loadValid({
      "customers/abc.yaml": "customer: abc\nenvironments: { p1: { hosts: [web01] } }\n",
    });
    const given = (schema: Schema, key: string) => {
      const property = resolve(schema.properties?.[key] ?? {});
      expect(property, key).toHaveProperty("default");
      return property.default;
    };
    const written = (value: unknown) => value as number | string;
    expect(hosts[0]?.oneagent.transfer).toBe(given(definition("oneagent"), "transfer"));
    expect(hosts[0]?.oneagent.signature).toBe(given(definition("oneagent"), "signature"));
    expect(hosts[0]?.ssh.hostKeys).toBe(given(definition("ssh"), "hostKeys"));
    expect(hosts[0]?.state).toBe(given(definition("host"), "state"));
    expect(environments[0]?.rollout.concurrency).toBe(given(definition("rollout"), "concurrency"));
    for (const key of ["canary", "batch", "maxFailures"] as const) {
      expect(environments[0]?.rollout[key]).toEqual(parseAmount(written(given(definition("rollout"), key))));
    }
    expect(environments[0]?.rollout.seenWithin).toBe(parseDuration(String(given(definition("rollout"), "seenWithin"))));
    const safetySchema = inner(dtsync, "safety");
    for (const key of ["protect", "breakGlass", "maxRemovals"] as const) {
      expect(limits[key]).toEqual(given(safetySchema, key));
    }
    expect(limits.deleteAfter).toBe(parseDuration(String(given(safetySchema, "deleteAfter"))));
    expect(clusters[0]?.maxConcurrency).toBe(given(inner(dtsync, "clusters", "*"), "maxConcurrency"));
  });

  test("what a description calls a default is also one for editors, if it is always the same", () => {
    const all = [dtsync, customer, groups, ...Object.values(definitions)].flatMap(({ properties }) =>
      Object.entries(properties ?? {}).map(([name, property]) => [name, resolve(property)] as const),
    );
    const computed = ["name", "id", "clusters", "become"];
    const silent = all.filter(([name, property]) => {
      const { description = "" } = property as { readonly description?: string };
      return /\(default\)|Default\b/.test(description) && property.default === undefined && !computed.includes(name);
    });
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});

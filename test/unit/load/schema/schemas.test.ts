import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type { SchemaKind } from "../../../../src/load/schema/compile-schemas.ts";
import type { CustomerEntry, GroupsEntry, SettingsEntry } from "../../../../src/load/schema/file-types.ts";
import { checkFile } from "../../../../src/load/schema/schemas.ts";

interface Schema {
  readonly $schema: string;
  readonly $defs: Readonly<Record<string, unknown>>;
  readonly examples: readonly unknown[];
}

const kinds: readonly SchemaKind[] = ["dtsync", "customer", "groups"];
const schemaOf = (kind: SchemaKind): Schema =>
  JSON.parse(readFileSync(new URL(`../../../../schema/${kind}.schema.json`, import.meta.url), "utf8"));

/** Alone, as an editor reads it, with every strictness that Ajv has, but that a list may go on after its first items. */
const compile = (kind: SchemaKind): ValidateFunction =>
  new Ajv2020({ strict: true, strictTuples: false }).compile(schemaOf(kind));

describe.each(kinds)("%s.schema.json", (kind) => {
  test("is a strict schema of draft 2020-12 that needs no other file", () => {
    expect(schemaOf(kind).$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(compile(kind)).toBeTypeOf("function");
  });

  test("has title, description and examples for every property, and accepts its own examples", () => {
    const missing: string[] = [];
    const visit = (value: unknown, path: string, isProperty: boolean): void => {
      if (typeof value !== "object" || value === null) return;
      const node = value as Readonly<Record<string, unknown>>;
      if (isProperty && !("$ref" in node) && !("title" in node && "description" in node && "examples" in node))
        missing.push(path);
      for (const [key, inner] of Object.entries(node)) {
        if (key === "if") continue;
        const named = key === "properties" || key === "$defs";
        if (named)
          for (const [name, property] of Object.entries(inner as object)) visit(property, `${path}/${name}`, true);
        else if (key !== "examples") visit(inner, `${path}/${key}`, false);
      }
    };
    visit(schemaOf(kind), kind, true);
    expect(missing).toEqual([]);
    const validate = compile(kind);
    for (const example of schemaOf(kind).examples) expect(validate(example), JSON.stringify(example)).toBe(true);
  });

  test("has examples and defaults, at whatever depth, that it accepts itself", () => {
    // A part by itself need not say again what the whole says.
    const ajv = new Ajv2020({ strict: false }).addSchema(schemaOf(kind), "file");
    let checked = 0;
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      const { examples, ...node } = value as { readonly examples?: unknown };
      const given = [...(Array.isArray(examples) ? examples : []), ...("default" in node ? [node.default] : [])];
      for (const example of given) {
        expect(ajv.getSchema(`file#${path}`)?.(example), `${path}: ${JSON.stringify(example)}`).toBe(true);
        checked += 1;
      }
      for (const [key, inner] of Object.entries(node)) visit(inner, `${path}/${encodeURIComponent(key)}`);
    };
    visit(schemaOf(kind), "");
    expect(checked).toBeGreaterThanOrEqual(20);
  });

  test("says of each choice and number in words what it is", () => {
    const silent: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      const { description, enum: choices, ...node } = value as Readonly<Record<string, unknown>>;
      if (typeof description === "string") {
        const said = [...(Array.isArray(choices) ? choices : []), node["minimum"], node["maximum"]];
        const bounds = new Set<unknown>([undefined, null, 0, Number.MAX_SAFE_INTEGER]);
        for (const bound of said) {
          if (!bounds.has(bound) && !new RegExp(`(?<!\\w)${String(bound)}(?!\\w)`).test(description))
            silent.push(`${path}: ${String(bound)}`);
        }
      }
      for (const [key, inner] of Object.entries(node)) if (key !== "examples") visit(inner, `${path}/${key}`);
    };
    visit(schemaOf(kind), kind);
    expect(silent).toEqual([]);
  });
});

test("definitions of one name are the same in every schema", () => {
  const known = new Map<string, unknown>();
  for (const kind of kinds) {
    for (const [name, definition] of Object.entries(schemaOf(kind).$defs)) {
      if (known.has(name)) expect(definition, `${kind} ${name}`).toEqual(known.get(name));
      known.set(name, definition);
    }
  }
  expect([...known.keys()]).toEqual(expect.arrayContaining(["oneagent", "ssh", "group", "hostItem"]));
});

describe("types and schemas say the same", () => {
  const oneagent = {
    version: "1.313",
    minVersion: "1.311",
    hostGroup: "",
    networkZone: "zone",
    monitoringMode: "discovery",
    hostName: "web",
    hostTags: ["a", "b=c"],
    hostProperties: { a: "b", c: null },
    proxy: "no_proxy",
    autoUpdate: true,
    appLogContentAccess: false,
    systemLogsAccess: null,
    installPath: "/opt/dynatrace/oneagent",
    installerArguments: ["A=1"],
    transfer: "pull",
    signature: "required",
    rootCertificate: "root.pem",
  } as const;
  const ssh = {
    user: "deploy",
    port: 22,
    identityFile: "~/.ssh/id",
    jump: ["a", "b@[::1]:22"],
    jumpConcurrency: 1000,
    become: "none",
    knownHosts: "/etc/known",
    hostKeys: "accept-new",
    connectTimeout: "30s",
    timeout: "24h",
  } as const;
  const rollout = { concurrency: 1, canary: 0, batch: "100%", maxFailures: "0%", seenWithin: 0 };
  const environment = {
    tags: ["a"],
    trial: false,
    quotas: { hostUnits: { maxLimit: "unlimited" }, demUnits: null },
    storage: { userActionsPerMinute: { maxLimit: 1 } },
    state: "disabled",
  } as const;
  const settings: SettingsEntry = {
    version: 1,
    clusters: {
      a: { url: "https://a.example.com", token: { env: "A" }, ca: null, maxConcurrency: 1 },
      b: { url: "http://[::1]:1", token: { command: ["x"] } },
      c: { url: "https://c.example.com", token: { file: "~/x" } },
    },
    roles: { viewer: ["VIEWER"], none: [] },
    groups: null,
    defaults: { cluster: "a", environment, oneagent, ssh, rollout },
    safety: { protect: ["*"], breakGlass: ["a b"], deleteAfter: "12h", maxRemovals: 1, maxUpdates: "30%" },
  };
  const groups: GroupsEntry = {
    groups: [
      {
        name: "{customer} all",
        clusters: ["a"],
        ldapGroupNames: [],
        ssoGroupNames: null,
        isClusterAdminGroup: false,
        access: { "{customer}-*": ["viewer", "VIEWER"], b: "viewer", c: null },
        previously: ["x"],
        state: "present",
      },
      { name: "b", previously: "c", state: "absent" },
    ],
  };
  const customer: CustomerEntry = {
    customer: "abc",
    name: "ABC",
    cluster: "a",
    environment,
    oneagent,
    ssh,
    rollout: null,
    environments: {
      p1: {
        ...environment,
        id: "x_Y-1",
        name: "P",
        cluster: null,
        oneagent: null,
        ssh,
        rollout,
        hosts: [
          "web[1-2]",
          { name: "a", address: "192.0.2.1", ssh, oneagent, state: "absent" },
          { file: "a.txt", format: "ansible", group: "web", ssh, oneagent },
          { command: ["a", "b"], ssh: null, oneagent: null },
        ],
      },
      t1: null,
    },
    groups: groups.groups,
  };

  test.each<[SchemaKind, unknown]>([
    ["dtsync", settings],
    ["customer", customer],
    ["groups", groups],
  ])("%s", (kind, value) => {
    expect(checkFile(kind, value)).toEqual([]);
    expect(compile(kind)(value)).toBe(true);
  });
});

import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type {
  EnvironmentAction,
  EnvironmentField,
  EnvironmentSide,
  LimitField,
} from "../../../../src/kinds/environment/change.ts";
import type { GroupAction, GroupField, GroupSide, PermissionAction } from "../../../../src/kinds/group/change.ts";
import type { HostAction, HostField } from "../../../../src/kinds/host/change.ts";
import { documentFaults, documentKinds, readDocumentSchema } from "../../../../src/load/schema/document-schemas.ts";
import type { Change, ChangeKind } from "../../../../src/model/change.ts";
import type {
  ClusterFacts,
  Guard,
  Held,
  Plan,
  PlannedRollout,
  PlanScope,
  PlanSummary,
  Waiting,
} from "../../../../src/model/plan.ts";
import type { ApplyReport, ChangeResult, ResultStatus } from "../../../../src/model/result.ts";
import { anInventory, planOf } from "../../../support/builders.ts";

interface Schema {
  readonly $ref?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly { readonly then?: Schema }[];
}

const schema = readDocumentSchema("plan") as Schema & {
  readonly $id: string;
  readonly $defs: Readonly<Record<string, Schema>>;
};
const definition = (name: string): Schema => schema.$defs[name] ?? {};
const keysOf = (node: Schema | undefined) => Object.keys(node?.properties ?? {}).sort();
/** The compiler demands every member of a type as a key, and no other. */
const allOf = <T extends string>(members: Readonly<Record<T, true>>) => Object.keys(members).sort();
const property = (name: string): Schema => schema.properties?.[name] ?? {};

test.each(documentKinds)("the schema of %s is a valid one, and strict", (kind) => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  if (kind !== "plan") ajv.addSchema(readDocumentSchema("plan"));
  expect(() => ajv.compile(readDocumentSchema(kind))).not.toThrow();
});

test("the schema of apply has the members of a report and of its results", () => {
  const report = readDocumentSchema("apply") as unknown as Schema & {
    readonly $defs: Readonly<Record<string, Schema>>;
  };
  const { result } = report.$defs;
  expect(keysOf(report)).toEqual(
    allOf<keyof ApplyReport>({
      ...{
        format: true,
        run: true,
        plan: true,
        results: true,
        summary: true,
        held: true,
        waiting: true,
        warnings: true,
      },
      ...{ guards: true, slowest: true, installers: true },
    }),
  );
  expect(keysOf(result)).toEqual(
    allOf<keyof ChangeResult>({ id: true, action: true, status: true, attempts: true, durationMs: true, error: true }),
  );
  const statuses = { done: true, failed: true, uncertain: true, skipped: true, stale: true } as const;
  expect([...(result?.properties?.["status"]?.enum ?? [])].sort()).toEqual(allOf<ResultStatus>(statuses));
  expect(keysOf(report.properties?.["summary"])).toEqual(allOf<ResultStatus>(statuses));
});

describe("the schema of plans", () => {
  test("has the members of a plan, all of them required but what older versions did not have", () => {
    // Only rights on management zones have these.
    const ofZones = ["managementZone", "managementZoneId"];
    const since = ["rollouts", ...ofZones];
    const rollout = property("rollouts").items ?? {};
    const members: readonly [Schema, readonly string[]][] = [
      [
        schema,
        allOf<keyof Plan>({
          ...{ format: true, createdAt: true, dtsync: true, inventory: true, scope: true, clusters: true },
          ...{ changes: true, held: true, waiting: true, unmanaged: true, guards: true, warnings: true, summary: true },
          ...{ rollouts: true },
        }),
      ],
      [rollout, allOf<keyof PlannedRollout>({ environment: true, cluster: true, waves: true, maxFailures: true })],
      [
        rollout.properties?.["waves"]?.items ?? {},
        allOf<keyof PlannedRollout["waves"][number]>({ wave: true, hosts: true }),
      ],
      [property("inventory"), allOf<keyof Plan["inventory"]>({ digest: true, commit: true, dirty: true })],
      [
        property("scope"),
        allOf<keyof PlanScope>({ targets: true, excludes: true, only: true, changedSince: true, hosts: true }),
      ],
      [
        property("clusters").additionalProperties as Schema,
        allOf<keyof ClusterFacts>({ url: true, version: true, requests: true }),
      ],
      [property("held").items ?? {}, allOf<keyof Held>({ scope: true, reason: true, items: true })],
      [property("waiting").items ?? {}, allOf<keyof Waiting>({ id: true, until: true })],
      [
        property("guards").items ?? {},
        allOf<keyof Guard>({ guard: true, limit: true, actual: true, override: true, items: true }),
      ],
      [
        property("summary"),
        allOf<keyof PlanSummary>({
          ...{ create: true, update: true, remove: true, deploy: true, unchanged: true, held: true },
        }),
      ],
      [
        definition("change"),
        [
          ...ofZones,
          ...allOf<keyof Change>({
            ...{ id: true, kind: true, action: true, cluster: true, customer: true, environment: true, group: true },
            ...{ host: true, before: true, after: true, fields: true, source: true, dependsOn: true, origin: true },
            ...{ notes: true },
          }),
        ].sort(),
      ],
    ];
    for (const [node, names] of members) {
      expect(keysOf(node)).toEqual(names);
      // The contract's own guards do not say what they are about.
      const optional = node === property("guards").items ? [...since, "items"] : since;
      expect([...(node.required ?? [])].sort()).toEqual(names.filter((name) => !optional.includes(name)));
      expect(node.additionalProperties).toBe(false);
    }
  });

  test("knows the kinds, and the actions and fields of each", () => {
    const actions = (kind: ChangeKind) => [...(definition(`${kind}Change`).properties?.["action"]?.enum ?? [])].sort();
    expect([...(definition("change").properties?.["kind"]?.enum ?? [])].sort()).toEqual(
      allOf<ChangeKind>({ environment: true, group: true, permission: true, "zone-permission": true, host: true }),
    );
    expect(actions("environment")).toEqual(
      allOf<EnvironmentAction>({ create: true, update: true, disable: true, enable: true, delete: true }),
    );
    expect(actions("group")).toEqual(allOf<GroupAction>({ create: true, update: true, delete: true }));
    expect(actions("permission")).toEqual(allOf<PermissionAction>({ grant: true, update: true, revoke: true }));
    const zoneActions = definition("zonePermissionChange").properties?.["action"]?.enum;
    expect([...(zoneActions ?? [])].sort()).toEqual(actions("permission"));
    expect(actions("host")).toEqual(
      allOf<HostAction>({ install: true, update: true, configure: true, move: true, uninstall: true }),
    );
    const [plain] = definition("environmentFields").items?.anyOf ?? [];
    expect([...(plain?.enum ?? [])].sort()).toEqual(
      allOf<Exclude<EnvironmentField, LimitField>>({ name: true, state: true, trial: true, tags: true }),
    );
    expect(keysOf(definition("environmentSide"))).toEqual(
      allOf<keyof EnvironmentSide>({
        ...{ name: true, state: true, trial: true, tags: true, quotas: true, storage: true },
      }),
    );
    const groupFields = { name: true, isClusterAdminGroup: true, ldapGroupNames: true, ssoGroupNames: true } as const;
    expect([...(definition("groupFields").items?.enum ?? [])].sort()).toEqual(allOf<GroupField>(groupFields));
    expect(keysOf(definition("groupSide"))).toEqual(allOf<keyof GroupSide>(groupFields));
    const hostFields = allOf<HostField>({
      ...{ environment: true, version: true, hostGroup: true, networkZone: true, monitoringMode: true, hostName: true },
      ...{ hostTags: true, hostProperties: true, proxy: true, autoUpdate: true, appLogContentAccess: true },
      ...{ systemLogsAccess: true, service: true, connected: true },
    });
    expect(keysOf(definition("hostAfter"))).toEqual(hostFields);
    expect(keysOf(definition("hostBefore"))).toEqual(hostFields);
  });
});

const common = {
  cluster: "emea",
  source: { file: "customers/abc.yaml", line: 4 },
  dependsOn: [],
  origin: null,
  notes: [],
} as const;
const anEnvironmentChange = {
  ...common,
  id: "environment/abc-p1",
  kind: "environment",
  customer: "abc",
  environment: "abc-p1",
  group: null,
  host: null,
} as const;
const aGroupChange = {
  ...common,
  id: "group/emea/a%2Fb",
  kind: "group",
  customer: null,
  environment: null,
  group: "a/b",
  host: null,
} as const;
const aPermissionChange = {
  ...common,
  id: "permission/emea/noc/abc-p1",
  kind: "permission",
  customer: "abc",
  environment: "abc-p1",
  group: "noc",
  host: null,
} as const;
const aHostChange = {
  ...common,
  id: "host/web01",
  kind: "host",
  customer: "abc",
  environment: "abc-p1",
  group: null,
  host: "web01",
} as const;

/** A change of each kind and action, as its type asks for it. */
const samples: readonly Change[] = [
  {
    ...anEnvironmentChange,
    action: "create",
    before: null,
    after: { name: "x", quotas: { hostUnits: { maxLimit: "unlimited" } } },
    fields: ["name", "quotas.hostUnits.maxLimit"],
  },
  {
    ...anEnvironmentChange,
    action: "update",
    before: { trial: true, tags: [] },
    after: { trial: false, tags: ["a"] },
    fields: ["trial", "tags"],
  },
  {
    ...anEnvironmentChange,
    action: "disable",
    before: { state: "enabled" },
    after: { state: "disabled" },
    fields: ["state"],
  },
  {
    ...anEnvironmentChange,
    action: "enable",
    before: { state: "disabled" },
    after: { state: "enabled" },
    fields: ["state"],
  },
  { ...anEnvironmentChange, action: "delete", before: { name: "x", state: "disabled" }, after: null, fields: [] },
  {
    ...aGroupChange,
    action: "create",
    before: null,
    after: { name: "a/b", isClusterAdminGroup: false },
    fields: ["isClusterAdminGroup", "name"],
  },
  {
    ...aGroupChange,
    action: "update",
    before: { ldapGroupNames: [] },
    after: { ldapGroupNames: ["cn=a"] },
    fields: ["ldapGroupNames"],
  },
  { ...aGroupChange, action: "delete", before: { name: "a/b" }, after: null, fields: [] },
  { ...aPermissionChange, action: "grant", before: [], after: ["VIEWER"], fields: ["VIEWER"] },
  {
    ...aPermissionChange,
    action: "update",
    before: ["LOG_VIEWER", "VIEWER"],
    after: ["VIEWER"],
    fields: ["LOG_VIEWER"],
  },
  { ...aPermissionChange, action: "revoke", before: ["VIEWER"], after: [], fields: ["VIEWER"] },
  {
    ...aHostChange,
    action: "install",
    before: { installation: "incomplete" },
    after: { environment: "abc-p1", version: "latest", hostTags: ["a=b"], hostProperties: { owner: "x" } },
    fields: ["environment", "version", "hostTags", "hostProperties"],
  },
  {
    ...aHostChange,
    action: "update",
    before: { version: "1.311" },
    after: { version: "1.313" },
    fields: ["version"],
  },
  {
    ...aHostChange,
    action: "configure",
    before: { hostProperties: { owner: ["x", "y"] }, connected: false },
    after: { hostProperties: { owner: "x" }, connected: true },
    fields: ["hostProperties", "connected"],
  },
  {
    ...aHostChange,
    action: "move",
    before: { environment: null },
    after: { environment: "abc-p1" },
    fields: ["environment"],
  },
  { ...aHostChange, action: "uninstall", before: { environment: null, version: null }, after: null, fields: [] },
];
const empty = planOf({ inventory: anInventory() });
const pointersOf = (change: unknown) =>
  documentFaults("plan", { ...empty, changes: [change] }).map(({ pointer }) => pointer.replace("/changes/0", ""));

describe.each(samples.map((change) => ({ what: `${change.action} ${change.kind}`, change })))("$what", ({ change }) => {
  test("is valid as its type has it", () => {
    expect(pointersOf(change)).toEqual([]);
  });

  test("is not valid without one of its members, or with one more", () => {
    for (const key of Object.keys(change)) {
      expect(pointersOf(Object.fromEntries(Object.entries(change).filter(([name]) => name !== key)))).toContain(
        `/${key}`,
      );
    }
    expect(pointersOf({ ...change, more: 1 })).toEqual(["/more"]);
  });

  test("is not valid with what its type does not allow", () => {
    const wrong = {
      before: 1,
      after: "x",
      fields: [7],
      customer: 7,
      environment: 7,
      group: 7,
      host: 7,
      dependsOn: "x",
    };
    for (const [key, value] of Object.entries(wrong)) {
      expect(pointersOf({ ...change, [key]: value }).some((pointer) => pointer.startsWith(`/${key}`))).toBe(true);
    }
    if (change.kind === "permission") return;
    for (const side of ["before", "after"] as const) {
      const content = change[side] === null ? { name: "x" } : { ...change[side], owner: 1 };
      expect(pointersOf({ ...change, [side]: content }).some((pointer) => pointer.startsWith(`/${side}`))).toBe(true);
    }
  });
});

import { describe, expect, test } from "vitest";
import { takeZones } from "../../../src/import/take-zones.ts";
import type { ObservedZoneRight, ObservedZones } from "../../../src/model/observed.ts";
import { anEstate, importInto, observedEnvironment, observedGroup } from "../../support/import-world.ts";

const complete = <T>(value: T) => ({ status: "complete", value }) as const;
const unreadable = { status: "unreadable", reason: "it was busy" } as const;

const environments = ["abc-p1", "abc-t1", "xyz-p1"].map((id) => observedEnvironment({ id }));
const zone = (id: string, name: string) => ({ id, name });
const lists: ObservedZones["lists"] = new Map([
  ["abc-p1", complete([zone("-1", "Web shop"), zone("2", "Team A")])],
  ["abc-t1", complete([zone("7", "Web shop")])],
  ["xyz-p1", complete([zone("1", "Web shop"), zone("3", "Twice"), zone("4", "Twice"), zone("5", "All *")])],
]);
const right = (group: string, environment: string, id: string, ...permissions: string[]): ObservedZoneRight => ({
  ...{ group, environment, zone: id, permissions },
});

const estate = { name: "emea", environments, groups: [observedGroup({ name: "A group", id: "a" })] };

describe("rights on management zones", () => {
  test("are declared by the names of the zones, with roles and globs as others are", async () => {
    const rights = [
      right("ops", "abc-p1", "-1", "VIEWER", "LOG_VIEWER"),
      right("ops", "abc-p1", "2", "VIEWER"),
      right("ops", "abc-t1", "7", "VIEWER", "LOG_VIEWER"),
      right("noc", "abc-p1", "-1", "VIEWER"),
      right("noc", "abc-t1", "7", "VIEWER"),
      right("noc", "xyz-p1", "1", "VIEWER"),
    ];
    const groups = [
      observedGroup({ name: "ops", accessRight: { VIEWER: ["abc-t1"], LOG_VIEWER: ["abc-t1"] } }),
      observedGroup({ name: "noc" }),
    ];
    const zones: ObservedZones = { rights: complete(rights), lists };
    const { inventory, texts } = await importInto([anEstate({ environments, groups, zones })]);
    expect(inventory.groups.map(({ name, managementZones }) => [name, asData(managementZones)])).toEqual([
      [
        "noc",
        {
          "abc-p1": { "Web shop": ["VIEWER"] },
          "abc-t1": { "Web shop": ["VIEWER"] },
          "xyz-p1": { "Web shop": ["VIEWER"] },
        },
      ],
      [
        "ops",
        {
          "abc-p1": { "Web shop": ["LOG_VIEWER"], "Team A": ["VIEWER"] },
          "abc-t1": { "Web shop": ["LOG_VIEWER"] },
        },
      ],
    ]);
    expect(
      Object.entries(texts)
        .map(([path, text]) => `# ${path}\n${text}`)
        .join("\n"),
    ).toMatchInlineSnapshot(`
      "# dtsync.yaml
      version: 1
      clusters:
        emea: { url: https://emea.example.com, token: { env: DTSYNC_TOKEN } }
      defaults:
        cluster: emea

      # customers/abc.yaml
      customer: abc

      environments:
        p1:
          name: abc-p1
        t1:
          name: abc-t1

      groups:
        - name: ops
          access:
            abc-p1:
              managementZones:
                Team A: VIEWER
                Web shop: LOG_VIEWER
            abc-t1:
              permissions: LOG_VIEWER
              managementZones:
                Web shop: LOG_VIEWER

      # customers/xyz.yaml
      customer: xyz

      environments:
        p1:
          name: xyz-p1

      # groups/imported.yaml
      groups:
        - name: noc
          access:
            "*":
              managementZones:
                Web shop: VIEWER
      "
    `);
  });

  test("make templates of groups that differ in names alone, those of zones included", async () => {
    const ids = ["abc-p1", "xyz-p1"];
    const zones: ObservedZones = {
      rights: complete(ids.map((id) => right(`${id}-web`, id, "1", "VIEWER"))),
      lists: new Map(ids.map((id) => [id, complete([zone("1", `Shop of ${id}`)])])),
    };
    const groups = ids.map((id) => observedGroup({ name: `${id}-web` }));
    const { inventory, texts } = await importInto([anEstate({ environments, groups, zones })]);
    expect(texts["dtsync.yaml"]).toContain(`  - name: "{environment}-web"
    match:`);
    expect(texts["dtsync.yaml"]).toContain(`        managementZones:
          Shop of {environment}: VIEWER
`);
    expect(inventory.groups.map(({ name, managementZones }) => [name, asData(managementZones)])).toEqual([
      ["abc-p1-web", { "abc-p1": { "Shop of abc-p1": ["VIEWER"] } }],
      ["xyz-p1-web", { "xyz-p1": { "Shop of xyz-p1": ["VIEWER"] } }],
    ]);
  });

  test("are left alone where their zones cannot be named, and said so", () => {
    const [p1, t1, x1] = environments.map((environment) =>
      environment.id === "abc-t1" ? { ...environment, state: "DISABLED" as const } : environment,
    );
    const rights = [
      right("a", "ABC-p1", "-1", "VIEWER"),
      right("b", "abc-p1", "99", "VIEWER"),
      right("c", "abc-t1", "7", "VIEWER"),
      right("d", "xyz-p1", "3", "VIEWER"),
      right("e", "xyz-p1", "5", "VIEWER"),
      right("f", "xyz-p1", "1", "AGENT_INSTALL", "VIEWER"),
      right("g", "gone-1", "1", "VIEWER"),
    ];
    const given = [p1, t1, x1].flatMap((environment) => environment ?? []);
    const taken = takeZones({ ...estate, environments: given }, { rights: complete(rights), lists });
    expect(taken).toEqual({
      complete: true,
      rights: [{ group: "a", environment: "ABC-p1", zone: "Web shop", permissions: ["VIEWER"] }],
      remarks: [
        {
          about: "rights on management zones of disabled environments, which do not tell their names: left alone",
          items: ["emea/c in abc-t1"],
        },
        {
          about: "rights on management zones that are not there: left alone",
          items: ["emea/b in abc-p1", "emea/g in gone-1"],
        },
        {
          about:
            "rights on management zones that cannot be declared (several of one name, wildcards, braces, secrets): left alone",
          items: ["emea/d in xyz-p1", "emea/e in xyz-p1", "emea/f in xyz-p1"],
        },
      ],
    });
  });

  test.each<[string, ObservedZones, string]>([
    ["all of them", { rights: unreadable, lists: new Map() }, "it was busy"],
    [
      "those of an environment",
      { rights: complete([right("a", "abc-p1", "-1", "VIEWER")]), lists: new Map([["abc-p1", unreadable]]) },
      "emea/A group in abc-p1: it was busy",
    ],
  ])("that could not be read are not absent: %s", (_what, zones, item) => {
    expect(takeZones(estate, zones)).toEqual({
      ...{ complete: false, rights: [] },
      remarks: [{ about: "rights on management zones that could not be read: left alone", items: [item] }],
    });
  });
});

const asData = (zones: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>) =>
  Object.fromEntries([...zones].map(([id, names]) => [id, Object.fromEntries(names)]));

import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parsePlan, readPlanFile } from "../../../src/application/plan-file.ts";
import { exitCodes } from "../../../src/errors.ts";
import { aGroup, aHost, aHostReading, anEnvironment, anInventory, planOf } from "../../support/builders.ts";
import { withFiles } from "../load/load-files.ts";

const plan = planOf({
  inventory: anInventory({
    environments: [anEnvironment()],
    groups: [aGroup({ access: { "abc-p1": ["VIEWER"] } })],
    hosts: [aHost()],
  }),
  probes: { "web01.abc.example.com": aHostReading() },
});
const textOf = (value: unknown) => JSON.stringify(value);
const withChanges = (...given: readonly object[]) =>
  textOf({ ...plan, changes: plan.changes.map((change, index) => ({ ...change, ...given[index] })) });

const faultsOf = (text: string): readonly string[] => {
  const read = parsePlan(text);
  return "faults" in read ? read.faults.map(({ pointer, message }) => `${pointer} ${message}`) : [];
};

describe("a plan file", () => {
  test("gives the plan that was saved", () => {
    expect(plan.changes.map(({ kind }) => kind)).toEqual(["environment", "group", "permission", "host"]);
    expect(parsePlan(textOf(plan))).toEqual({ plan });
  });

  test("of an older version, which told no rollouts, is taken as well", () => {
    const { rollouts, ...older } = plan;
    expect(rollouts?.map(({ environment }) => environment)).toEqual(["abc-p1"]);
    expect(parsePlan(textOf(older))).toEqual({ plan: older });
  });

  test.each<[string, string, readonly string[]]>([
    ["is a list", "[]", [" must be an object"]],
    ["is null", "null", [" must be an object"]],
    ["is of another format", textOf({ ...plan, format: "dtsync-plan/2" }), ['/format must be "dtsync-plan/1"']],
    [
      "names no inventory",
      textOf({ ...plan, inventory: { commit: null, dirty: false } }),
      ["/inventory/digest is missing"],
    ],
    [
      "has an odd digest",
      textOf({ ...plan, inventory: { ...plan.inventory, digest: "sha256:12" } }),
      ["/inventory/digest must be sha256: and 64 hexadecimal digits"],
    ],
    ["has no scope", textOf({ ...plan, scope: null }), ["/scope must be an object"]],
    [
      "has faults in many places",
      textOf({ ...plan, guards: undefined, changes: {}, more: 1, warnings: [1] }),
      ["/guards is missing", "/more must not be there", "/changes must be a list", "/warnings/0 must be a text"],
    ],
    ["has a change that is none", textOf({ ...plan, changes: [null] }), ["/changes/0 must be an object"]],
    [
      "has a kind that nobody knows",
      withChanges({ kind: "server" }),
      ['/changes/0/kind must be one of "environment", "group", "permission", "zone-permission", "host"'],
    ],
    [
      "has a kind in a list",
      withChanges({ kind: ["environment"] }),
      ['/changes/0/kind must be one of "environment", "group", "permission", "zone-permission", "host"'],
    ],
    [
      "has an action of another kind",
      withChanges({ action: "uninstall" }),
      ['/changes/0/action must be one of "create", "update", "disable", "enable", "delete"'],
    ],
    ["has a change with a text on one side", withChanges({ after: "all" }), ["/changes/0/after must be an object"]],
    ["has a change without cluster", withChanges({ cluster: null }), ["/changes/0/cluster must be a text"]],
    ["has a change without environment", withChanges({ environment: null }), ["/changes/0/environment must be a text"]],
    ["has permissions that are no list", withChanges({}, {}, { after: "VIEWER" }), ["/changes/2/after must be a list"]],
    [
      "has a key that it does not know inside of a side",
      withChanges({ after: { name: "x", owner: "y" } }),
      ["/changes/0/after/owner must not be there"],
    ],
    [
      "has an id that does not say what its change is about",
      withChanges({ id: "environment/xyz-p1" }),
      ["/changes/0/id must be environment/abc-p1, as its other members say"],
    ],
    [
      "has a change twice",
      textOf({ ...plan, changes: [...plan.changes, ...plan.changes.slice(0, 1)] }),
      ["/changes/4/id must be unique, and /changes/0 has it too"],
    ],
    [
      "names fields that a change does not hold",
      withChanges({ fields: ["name", "tags"] }),
      ["/changes/0/fields must name exactly the fields that before and after hold"],
    ],
    [
      "has rights that come and go unnamed",
      withChanges({}, {}, { fields: ["LOG_VIEWER"] }),
      ["/changes/2/fields must name exactly the fields that before and after hold"],
    ],
    [
      "has changes that depend on each other",
      withChanges({ dependsOn: ["group/emea/operators"] }, { dependsOn: ["environment/abc-p1"] }, { dependsOn: [] }),
      [
        "/changes/0/dependsOn must not lead back to the change itself, nor to changes that depend on each other",
        "/changes/1/dependsOn must not lead back to the change itself, nor to changes that depend on each other",
        "/changes/3/dependsOn must not lead back to the change itself, nor to changes that depend on each other",
      ],
    ],
    [
      "has a change that depends on itself",
      withChanges({}, {}, {}, { dependsOn: ["host/web01.abc.example.com"] }),
      ["/changes/3/dependsOn must not lead back to the change itself, nor to changes that depend on each other"],
    ],
  ])("that %s is refused with each place", (_what, text, faults) => {
    expect([...faultsOf(text)].sort()).toEqual([...faults].sort());
  });

  test("may leave out what a change depends on", () => {
    expect(faultsOf(textOf({ ...plan, changes: plan.changes.slice(1) }))).toEqual([]);
  });

  test("of a thousand changes that depend on one and on each other in a row is read", () => {
    const [first] = plan.changes;
    const changes = Array.from({ length: 1000 }, (_, index) => ({
      ...first,
      id: `environment/abc-p${index + 1}`,
      environment: `abc-p${index + 1}`,
      dependsOn: index === 0 ? [] : [...new Set(["environment/abc-p1", `environment/abc-p${index}`])],
    }));
    expect(faultsOf(textOf({ ...plan, changes }))).toEqual([]);
  });

  test("that is not there, not JSON, too deep or no text is a usage error that names it", async () => {
    const files = {
      "plan.json": textOf(plan),
      "broken.json": "{",
      "deep.json": `${"[".repeat(200_000)}${"]".repeat(200_000)}`,
      "latin.json": new Uint8Array([0x22, 0xe4, 0x22]),
    };
    await withFiles(files, async (folder) => {
      expect(readPlanFile(join(folder, "plan.json"))).toEqual({ plan });
      for (const name of ["broken.json", "deep.json", "latin.json", "missing.json", "."]) {
        expect(() => readPlanFile(join(folder, name))).toThrow(
          expect.objectContaining({
            exitCode: exitCodes.invalid,
            message: expect.stringContaining(join(folder, name)),
            hint: expect.stringContaining("dtsync plan --out"),
          }),
        );
      }
    });
  });

  test.each<[name: string, text: string, what: string, hint: string]>([
    ["README.md", "# dtsync\n", "no JSON", "dtsync plan --out FILE"],
    ["plan.json", '{ "format": "dtsync-plan/1",', "no valid JSON", "dtsync plan --out FILE"],
    ["abc.yaml", "customer: abc\n", "a YAML file", "name its folder with --inventory"],
    ["apply.json", '{ "format": "dtsync-apply/1" }', "the report of an apply", "dtsync plan --out FILE"],
    ["validate.json", '{ "format": "dtsync-validate/2" }', "the report of a validation", "dtsync plan --out FILE"],
    ["state.json", '{ "format": "dtsync-sandbox/1" }', "the state of a sandbox", "dtsync sandbox --state"],
  ])("that is another file says what it is: %s", async (name, text, what, hint) => {
    await withFiles({ [name]: text }, async (folder) => {
      expect(() => readPlanFile(join(folder, name))).toThrow(
        expect.objectContaining({
          exitCode: exitCodes.invalid,
          message: expect.stringContaining(`${name} is not a plan: it is ${what}`),
          hint: expect.stringContaining(hint),
        }),
      );
    });
  });

  test("that is a pipe or larger than any plan is refused at once", async () => {
    await withFiles({}, async (folder) => {
      const [pipe, large] = [join(folder, "pipe"), join(folder, "large.json")];
      execFileSync("mkfifo", [pipe]);
      expect(() => readPlanFile(pipe)).toThrow("not an ordinary file");
      expect(() => readPlanFile(folder)).toThrow("is not a plan: it is a folder");
      expect(() => readPlanFile(join(folder, "missing.json"))).toThrow("there is no file ");
      writeFileSync(large, "{");
      truncateSync(large, 100_000_001);
      expect(() => readPlanFile(large)).toThrow("larger than 100 MB");
    });
  });
});

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parsePlan, readPlanFile } from "../../../src/application/plan-file.ts";
import { exitCodes } from "../../../src/errors.ts";
import { aGroup, anEnvironment, anInventory, planOf } from "../../support/builders.ts";
import { withFiles } from "../load/load-files.ts";

const plan = planOf({
  inventory: anInventory({
    environments: [anEnvironment()],
    groups: [aGroup({ access: { "abc-p1": ["VIEWER"] } })],
  }),
});
const textOf = (value: unknown) => JSON.stringify(value);
const withChange = (given: object) => textOf({ ...plan, changes: [{ ...plan.changes[0], ...given }] });

describe("a plan file", () => {
  test("gives the plan that was saved", () => {
    expect(plan.changes.map(({ kind }) => kind)).toEqual(["environment", "group", "permission"]);
    expect(parsePlan(textOf(plan))).toEqual(plan);
  });

  test.each<[string, string, RegExp]>([
    ["is no JSON", "{", /JSON/],
    ["is a list", "[]", /dtsync-plan/],
    ["is null", "null", /dtsync-plan/],
    ["is of another format", textOf({ ...plan, format: "dtsync-plan/2" }), /"dtsync-plan\/1"/],
    ["names no inventory", textOf({ ...plan, inventory: { commit: null } }), /names no inventory/],
    ["has no scope", textOf({ ...plan, scope: null }), /no scope/],
    ["has no summary", textOf({ ...plan, summary: [] }), /no scope or summary/],
    ["has no changes", textOf({ ...plan, changes: {} }), /no changes/],
    ["has no guards", textOf({ ...plan, guards: undefined }), /no changes/],
    ["has a change that is none", textOf({ ...plan, changes: [null] }), /a change has no id/],
    ["has a kind that nobody knows", withChange({ kind: "server" }), /environment\/abc-p1 has an unknown kind/],
    ["has an action of another kind", withChange({ action: "uninstall" }), /unknown kind or action/],
    ["has a kind that every object has", withChange({ kind: "constructor" }), /unknown kind or action/],
    ["has a change without fields", withChange({ fields: "name" }), /environment\/abc-p1 is not a change/],
    ["has a change with a text on one side", withChange({ after: "all" }), /is not a change/],
    ["has a change without cluster", withChange({ cluster: null }), /is not a change/],
  ])("that %s is refused", (_what, text, reason) => {
    expect(() => parsePlan(text)).toThrow(reason);
  });

  test("that is not there or not a plan is a usage error that names it", async () => {
    await withFiles({ "plan.json": textOf(plan), "other.json": "{}" }, async (folder) => {
      expect(await readPlanFile(join(folder, "plan.json"))).toEqual(plan);
      for (const name of ["other.json", "missing.json"]) {
        await expect(readPlanFile(join(folder, name))).rejects.toMatchObject({
          exitCode: exitCodes.invalid,
          message: expect.stringContaining(join(folder, name)),
          hint: expect.stringContaining("dtsync plan --out"),
        });
      }
    });
  });
});

import { describe, expect, test } from "vitest";
import { createProgram } from "../../../../src/commands/program.ts";
import { DtsyncError } from "../../../../src/errors.ts";
import { groupChangeId } from "../../../../src/kinds/group/change.ts";
import { findItem } from "../../../../src/load/explain/find-item.ts";
import type { Explanation } from "../../../../src/model/explanation.ts";
import { checkScope } from "../../../../src/plan/check-scope.ts";
import { aGroup, aHost, anEnvironment, anInventory, planOf, scopeOf } from "../../../support/builders.ts";
import { aContext } from "../../../support/context.ts";
import { withFiles } from "../load-files.ts";

const names = ["noc", "team/ops", "50%", "50%25", "a%2Fb", "Night Watch, north"];
const inventory = anInventory({
  environments: [anEnvironment({ id: "abc-p1" }), anEnvironment({ id: "Old_One" })],
  groups: names.map((name) => aGroup({ name, access: { "abc-p1": ["VIEWER"] } })),
  hosts: [aHost(), aHost({ name: "2001:db8::1" })],
});

describe("ids as plans print them", () => {
  const plan = planOf({ inventory });
  const ids = [...plan.changes.map(({ id }) => id), "host/web01.abc.example.com", "host/2001:db8::1"];

  test("are of each kind", () => {
    expect(new Set(ids.map((id) => id.slice(0, id.indexOf("/"))))).toEqual(
      new Set(["environment", "group", "permission", "host"]),
    );
  });

  test.each(ids)("%s names its item for explain, --target and --exclude, in any case", (id) => {
    for (const text of [id, id.toUpperCase(), id.toLowerCase()]) {
      expect(findItem(inventory, text)).toMatchObject({ item: { id } });
      for (const scope of [scopeOf({ targets: [text] }), scopeOf({ excludes: [text] })]) {
        const known = { hosts: inventory.hosts, complete: true };
        expect(checkScope(inventory, known, scope)).toEqual({ faults: [], warnings: [] });
      }
    }
  });

  test("also work with a name as it is written", () => {
    expect(findItem(inventory, "group/emea/team/ops")).toMatchObject({ item: { id: "group/emea/team%2Fops" } });
    expect(findItem(inventory, "permission/emea/team/ops/ABC-p1")).toMatchObject({
      item: { id: "permission/emea/team%2Fops/abc-p1" },
    });
    expect(findItem(inventory, groupChangeId("emea", "50%"))).toMatchObject({ item: { group: { name: "50%" } } });
    // What one group is called is how the id of another one is written.
    expect(findItem(inventory, "50%25")).toMatchObject({ message: expect.stringContaining("several items") });
    expect(findItem(inventory, "HOST/2001:DB8:0::1")).toMatchObject({ item: { id: "host/2001:db8::1" } });
  });

  test.each([
    ["permission/emea/nok/abc-p1", "permission/emea/noc/abc-p1"],
    ["permission/emea/noc/abc-p11", "permission/emea/noc/abc-p1"],
    ["group/emea/nok", "group/emea/noc"],
    ["environment/abc-p11", "environment/abc-p1"],
    ["host/web11.abc.example.com", "host/web01.abc.example.com"],
  ])("that name nothing lead to what may be meant: %s", (text, meant) => {
    expect(findItem(inventory, text)).toMatchObject({ hint: `Did you mean "${meant}"?` });
  });
});

test("rights are explained with the places of their group, environment and permissions", async () => {
  const files = {
    "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
groups:
  - name: noc
    access: { abc-p1: [VIEWER] }
  - { name: open, clusters: [emea] }
defaults: { cluster: emea }
`,
    "customers/abc.yaml": "customer: abc\nenvironments:\n  p1: {}\n  t1: {}\n",
  };
  await withFiles(files, async (folder) => {
    const explain = async (id: string, ...more: readonly string[]) => {
      const { context, output } = aContext();
      const { program } = createProgram(context);
      await program.parseAsync(["explain", id, "--inventory", folder, ...more], { from: "user" });
      return output();
    };
    const settingsOf = async (id: string) => JSON.parse(await explain(id, "--format", "json")) as Explanation;
    const { id, settings } = await settingsOf("PERMISSION/emea/noc/ABC-P1");
    expect(id).toBe("permission/emea/noc/abc-p1");
    expect(Object.keys(settings)).toEqual(["name", "cluster", "environment", "access.abc-p1"]);
    expect(settings["access.abc-p1"]).toMatchObject({ value: ["VIEWER"], source: { file: "dtsync.yaml", line: 6 } });
    expect((await settingsOf("permission/emea/noc/abc-t1")).settings["access.abc-t1"]).toEqual({
      ...{ value: [], source: { file: "dtsync.yaml", line: 5 }, overrides: [] },
    });
    expect((await settingsOf("permission/emea/open/abc-t1")).settings["access.abc-t1"]).toMatchObject({ value: null });
    expect(await explain("permission/emea/noc/abc-p1")).toMatch(/^ {2}abc-p1 +VIEWER +dtsync\.yaml:6 abc-p1$/m);
    await expect(explain("permission/emea/noc/abc-p9")).rejects.toThrow(DtsyncError);
  });
});

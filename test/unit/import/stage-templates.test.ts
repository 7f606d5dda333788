import { describe, expect, test } from "vitest";
import { closePermissions } from "../../../src/kinds/group/permissions.ts";
import type { ObservedGroup } from "../../../src/model/observed.ts";
import { anEstate, importInto, observedEnvironment, observedGroup } from "../../support/import-world.ts";

const customers = ["abc", "def", "ghi", "jkl"];
const keys = ["p1", "t1", "d1"];
const ids = customers.flatMap((customer) => keys.map((key) => `${customer}-${key}`));
const ofStage = (stage: string, among: readonly string[] = ids) =>
  among.filter((id) => id.includes(`-${stage}`) && /-[a-z]\d$/.test(id) && id.at(-2) === stage);

/** A group with these rights on each of the ids. */
function group(name: string, rights: Readonly<Record<string, readonly string[]>>, given = {}): ObservedGroup {
  const accessRight: Record<string, string[]> = {};
  for (const [id, permissions] of Object.entries(rights)) {
    for (const permission of closePermissions(permissions)) {
      accessRight[permission] ??= [];
      accessRight[permission].push(id);
    }
  }
  return observedGroup({ name, accessRight, ...given });
}
const on = (where: readonly string[], permission: string) =>
  Object.fromEntries(where.map((id) => [id, [permission]] as const));

const settingsWith = async (groups: readonly ObservedGroup[], there: readonly string[] = ids) => {
  const environments = there.map((id) => observedEnvironment({ id }));
  const { texts, inventory, proposal } = await importInto([anEstate({ environments, groups })]);
  expect(inventory.groups).toHaveLength(groups.length);
  return { text: texts["dtsync.yaml"] ?? "", proposal };
};

describe("groups become one template", () => {
  test("that differ by customer, with the rights of each stage", async () => {
    const developers = customers.map((customer) =>
      group(
        `${customer}-dev`,
        {
          ...on([`${customer}-t1`, `${customer}-d1`], "MANAGE_SETTINGS"),
          ...on([`${customer}-p1`], "VIEWER"),
        },
        { ldapGroupNames: [`cn=${customer}-dev`] },
      ),
    );
    expect((await settingsWith(developers)).text).toContain(`
  - name: "{customer}-dev"
    ldapGroupNames:
      - cn={customer}-dev
    access:
      "{customer}-d*": MANAGE_SETTINGS
      "{customer}-p*": VIEWER
      "{customer}-t*": MANAGE_SETTINGS
`);
  });

  test("although some customers lack a stage", async () => {
    const there = ids.filter((id) => id !== "def-d1" && id !== "ghi-p1");
    const developers = customers.map((customer) => {
      const own = there.filter((id) => id.startsWith(customer));
      return group(`${customer}-dev`, {
        ...on(own, "MANAGE_SETTINGS"),
        ...on(ofStage("p", own), "VIEWER"),
      });
    });
    const { text } = await settingsWith(developers, there);
    expect(text.match(/name: .*dev.*/g)).toEqual(['name: "{customer}-dev"']);
    expect(text).not.toContain("match:");
  });

  test("that differ by stage", async () => {
    const stages = ["p", "t", "d"].map((stage) => group(`stage-${stage}`, on(ofStage(stage), "VIEWER")));
    expect((await settingsWith(stages)).text).toContain(
      '- name: stage-{stage}\n    access:\n      "*-{stage}*": VIEWER\n',
    );
  });

  test("that differ by customer and stage", async () => {
    const operators = customers.flatMap((customer) =>
      keys.map((key) => group(`dt-${customer}-${key.charAt(0)}-ops`, on([`${customer}-${key}`], "LOG_VIEWER"))),
    );
    expect((await settingsWith(operators)).text).toContain(
      '- name: dt-{customer}-{stage}-ops\n    access:\n      "{customer}-{stage}*": LOG_VIEWER\n',
    );
  });

  test("by stage that does not reach names of customers, nor environments with ids of their own", async () => {
    const second = ["dallas", "porto", "tours"].flatMap((customer) =>
      keys.map((key) => `ccv2-cust-${customer}-${key}`),
    );
    const there = [...ids, ...second, "Old-p1"];
    const stages = ["p", "t", "d"].map((stage) =>
      group(`stage-${stage}`, on(ofStage(stage, [...ids, ...second]), "VIEWER")),
    );
    const { text } = await settingsWith(stages, there);
    expect(text).toContain('    access:\n      "*-{stage}?": VIEWER\n');
    expect(text).toContain("    match:\n");
  });
});

test("a template that cannot be proven is left away alone", async () => {
  const standard = ids.map((id) => group(`${id}-standard`, on([id], "VIEWER")));
  const developers = customers.map((customer) => group(`${customer}-dev`, on([`${customer}-d1`], "VIEWER")));
  const environments = ids.map((id) => observedEnvironment({ id }));
  const { texts } = await importInto([anEstate({ environments, groups: [...standard, ...developers] })], {}, null, {
    damage: (text) => text.replace(/("\{customer\}-dev"\n[^-]*)VIEWER/, "$1LOG_VIEWER"),
  });
  expect(texts["dtsync.yaml"]).toContain('name: "{environment}-standard"');
  expect(texts["dtsync.yaml"]).not.toContain("-dev");
  expect(texts["customers/abc.yaml"]).toContain("- name: abc-dev\n");
});

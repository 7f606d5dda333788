import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupChangeId, permissionChangeId } from "../../../src/kinds/group/change.ts";
import type { Coordinates } from "../../../src/kinds/kind.ts";
import { isExact, parseSelector, termMatchers } from "../../../src/plan/selector.ts";
import { anEnvironment, anInventory } from "../../support/builders.ts";

const inventory = anInventory({
  environments: [
    anEnvironment({ id: "abc-p1", labels: { type: "CCv2", "cost-centre": "47 11", site: "" } }),
    anEnvironment({ id: "legacy", key: "legacy", stage: "legacy" }),
  ],
});

function selects(text: string, item: Partial<Coordinates>): boolean {
  const selector = parseSelector(text);
  if (selector.status === "refused") throw new Error(`${selector.reason}; ${selector.hint}`);
  const whole = { cluster: "emea", customer: null, environment: null, group: null, host: null, ...item };
  return selector.terms.map(termMatchers(inventory)).every((matches) => matches(whole));
}

const right = { customer: "abc", environment: "abc-p1", group: "noc" };
const host = { customer: "abc", environment: "abc-p1", host: "web01.abc.example.com" };

describe("a selector", () => {
  test.each<[string, Partial<Coordinates>, boolean]>([
    ["abc", right, true],
    ["ABC-P1", right, true],
    ["noc", right, true],
    ["web01.*", host, true],
    ["web01", host, false],
    ["environment/abc-p1", host, true],
    ["environment/abc-p1", { environment: "abc-p2" }, false],
    ["ENVIRONMENT/ABC-*", host, true],
    ["host/web01.abc.example.com", host, true],
    ["host/web01.abc.example.com", right, false],
    ["group/emea/noc", right, true],
    ["group/apac/noc", right, false],
    ["permission/emea/noc/abc-p1", right, true],
    ["permission/emea/noc/abc-t1", right, false],
    ["permission/emea/noc/abc-p1", { group: "noc" }, false],
    ["stage=p", host, true],
    ["stage=p", { group: "noc" }, false],
    ["stage=legacy", { environment: "legacy" }, true],
    ["stage=*", { environment: "unmanaged" }, false],
    ["cluster=emea", right, true],
    ["cluster=e*", right, true],
    ["cluster=apac", right, false],
    ["label.type=ccv2", right, true],
    ["label.type=c*,stage=p", host, true],
    ["label.cost-centre=47 11", host, true],
    ["label.type=ccv1", right, false],
    ["label.line=*", right, false],
    ["label.site=", right, true],
    ["label.site=*", right, true],
    ["label.site=?", right, false],
    ["label.type=", right, false],
    ["label.line=,stage=p", right, false],
    ["label.type=*", { group: "noc" }, false],
    ["label.constructor=*", right, false],
    ["noc,stage=p", right, true],
    ["noc, stage=t", right, false],
    ["stage=p,noc,cluster=emea", right, true],
    ["group/emea/ops, night", { group: "ops, night" }, true],
    ["group/emea/ops,stage=p", { ...right, group: "ops" }, true],
    ["group/emea/team%2Fops", { group: "team/ops" }, true],
    ["group/emea/team/ops", { group: "team/ops" }, true],
    ["team/ops", { group: "team/ops" }, true],
  ])("%s of %j: %s", (text, item, selected) => {
    expect(selects(text, item)).toBe(selected);
  });

  test.each<[string, RegExp]>([
    ["", /empty/],
    ["abc,", /empty/],
    ["label.=ccv2", /there is no label\./],
    ["stage=", /without a value/],
    ["stag=p", /there is no stag/],
    ["group/noc", /no id/],
    ["permission/emea/noc", /no id/],
    ["host/", /no id/],
  ])("that cannot be meant is refused: %j", (text, reason) => {
    expect(parseSelector(text)).toMatchObject({ status: "refused", reason: expect.stringMatching(reason) });
  });

  test.each<[string, boolean]>([
    ["abc-p1", true],
    ["abc-*", false],
    ["host/web0?", false],
    ["group/emea/noc", true],
    ["stage=p", true],
    ["cluster=*", false],
    ["label.site=", true],
  ])("%s is exact: %s", (text, exact) => {
    const selector = parseSelector(text);
    expect(selector.status === "read" && selector.terms.every(isExact)).toBe(exact);
  });
});

test("the id that a plan prints of a group, or of a right, selects it, whatever its name is", () => {
  const name = fc
    .string({ minLength: 1, maxLength: 30 })
    .filter((text) => /^\S(?:[^\r\n\t]*\S)?$/.test(text) && !/,\s*(?:\w+\/|[a-z][\w.-]*=)/i.test(text));
  fc.assert(
    fc.property(name, (group) => {
      expect(selects(groupChangeId("emea", group), { group })).toBe(true);
      expect(selects(permissionChangeId("emea", group, "abc-p1"), { group, environment: "abc-p1" })).toBe(true);
    }),
  );
});

test("any text is read or refused, and a selector of several terms selects what each of them does", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(["read", "refused"]).toContain(parseSelector(text).status);
    }),
  );
  const term = fc.constantFrom("abc", "noc", "stage=p", "stage=t", "cluster=emea", "environment/abc-p1", "web*");
  fc.assert(
    fc.property(fc.array(term, { minLength: 1, maxLength: 4 }), fc.constantFrom(right, host), (terms, item) => {
      expect(selects(terms.join(","), item)).toBe(terms.every((text) => selects(text, item)));
    }),
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GroupField } from "../../../../src/kinds/group/change.ts";
import { sameGroupField } from "../../../../src/kinds/group/fields.ts";
import { closePermissions } from "../../../../src/kinds/group/permissions.ts";
import { mergeAccessRight, rightsByEnvironment } from "../../../../src/kinds/group/rights.ts";
import type { Value } from "../../../../src/lib/json.ts";
import { anObservedGroup } from "../../../support/builders.ts";

const ids = ["abc-p1", "ABC-P1", "abc-t1", "foreign"];
const rights = fc.dictionary(fc.constantFrom("VIEWER", "LOG_VIEWER", "NEW_ONE"), fc.subarray(ids));
const changes = fc
  .uniqueArray(fc.constantFrom<string[]>("abc-p1", "abc-t1"))
  .chain((chosen) =>
    fc.tuple(...chosen.map((id) => fc.tuple(fc.constant(id), fc.subarray(["VIEWER", "AGENT_INSTALL"])))),
  )
  .map((entries) => new Map(entries));

describe("merging rights", () => {
  const by = (accessRight: Readonly<Record<string, readonly string[]>>) =>
    rightsByEnvironment(anObservedGroup({ accessRight }));

  test("changed environments have exactly what is wanted, all others what they had", () => {
    fc.assert(
      fc.property(rights, changes, (accessRight, wanted) => {
        const merged = by(mergeAccessRight(accessRight, wanted));
        const before = by(accessRight);
        for (const [id, permissions] of wanted) expect(merged.get(id) ?? []).toEqual([...permissions].sort());
        for (const [id, permissions] of before) if (!wanted.has(id)) expect(merged.get(id)).toEqual(permissions);
        expect([...merged.keys()].filter((id) => !before.has(id) && !wanted.has(id))).toEqual([]);
      }),
    );
  });

  test("nothing changed is nothing changed, and twice is as once", () => {
    fc.assert(
      fc.property(rights, changes, (accessRight, wanted) => {
        const once = mergeAccessRight(accessRight, wanted);
        expect(mergeAccessRight(once, wanted)).toEqual(once);
        const none = mergeAccessRight(accessRight, new Map());
        expect(by(none)).toEqual(by(accessRight));
      }),
    );
  });

  test("sorted, without permissions that nobody has", () => {
    const accessRight = { VIEWER: ["b", "a"], EMPTY: [], ALL: ["abc-p1"] };
    expect(mergeAccessRight(accessRight, new Map([["ABC-p1", []]]))).toEqual({ VIEWER: ["a", "b"] });
  });
});

test.each<[GroupField, Value, Value, boolean]>([
  ["ldapGroupNames", ["A", "b"], ["B", "a"], true],
  ["ldapGroupNames", ["a"], ["a", "b"], false],
  ["ldapGroupNames", ["a", "A"], ["a"], true],
  ["ssoGroupNames", ["a", "b"], ["b", "a"], true],
  ["ssoGroupNames", ["A"], ["a"], false],
  ["name", "A", "a", false],
  ["isClusterAdminGroup", true, true, true],
])("%s: %j and %j", (field, left, right, same) => {
  expect(sameGroupField(field, left, right)).toBe(same);
});

test("closing permissions is done once, and never takes one away", () => {
  const known = ["VIEWER", "LOG_VIEWER", "CONFIGURE_REQUEST_CAPTURE_DATA", "MANAGE_SECURITY_PROBLEMS", "UNKNOWN"];
  fc.assert(
    fc.property(fc.subarray(known), (permissions) => {
      const closed = closePermissions(permissions);
      expect(closePermissions(closed)).toEqual(closed);
      expect(closed).toEqual(expect.arrayContaining(permissions));
      expect(closed.includes("VIEWER")).toBe(permissions.length > 0);
    }),
  );
});

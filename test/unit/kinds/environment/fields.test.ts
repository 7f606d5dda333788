import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EnvironmentField } from "../../../../src/kinds/environment/change.ts";
import {
  declaredFields,
  differingFields,
  disabledDay,
  environmentSide,
  limitOf,
  observedField,
  sideValue,
} from "../../../../src/kinds/environment/fields.ts";
import { resolveAmount } from "../../../../src/model/amount.ts";
import { anEnvironment, anObservedEnvironment } from "../../../support/builders.ts";

describe("what is declared", () => {
  test("only that is compared, in an order of its own", () => {
    const quotas = { userSessions: { totalAnnualLimit: 2 }, demUnits: { monthlyLimit: null, annualLimit: 1 } };
    const declared = (given: typeof quotas) =>
      declaredFields(
        anEnvironment({ state: "disabled", settings: { tags: ["b", "a", "b"], name: "N", quotas: given } }),
      );
    expect([...declared(quotas)]).toEqual([
      ["name", "N"],
      ["state", "disabled"],
      ["tags", ["a", "b"]],
      ["quotas.demUnits.annualLimit", 1],
      ["quotas.demUnits.monthlyLimit", "unlimited"],
      ["quotas.userSessions.totalAnnualLimit", 2],
    ]);
    const reversed = { demUnits: { annualLimit: 1, monthlyLimit: null }, userSessions: { totalAnnualLimit: 2 } };
    expect([...declared(reversed)]).toEqual([...declared(quotas)]);
  });

  test("absent is no state to compare", () => {
    expect([...declaredFields(anEnvironment({ state: "absent" }))]).toEqual([]);
  });
});

test("an environment never differs from what is observed of it", () => {
  const settings = fc.record({
    name: fc.string({ minLength: 1 }),
    trial: fc.boolean(),
    tags: fc.array(fc.string({ minLength: 1 })),
    limit: fc.option(fc.nat()),
  });
  fc.assert(
    fc.property(settings, ({ name, trial, tags, limit }) => {
      const plain = tags.filter((tag) => !tag.startsWith("dtsync:"));
      const quotas = { hostUnits: { maxLimit: limit } };
      const declared = declaredFields(
        anEnvironment({ state: "enabled", settings: { name, trial, tags: plain, quotas } }),
      );
      const found = anObservedEnvironment({ name, trial, tags: [...plain].reverse().concat("dtsync:x"), quotas });
      expect(differingFields(declared, found)).toEqual([]);
    }),
  );
});

test("fields and sides are two forms of one thing", () => {
  const values: readonly (readonly [EnvironmentField, number | string])[] = [
    ["name", "N"],
    ["quotas.a.x", 2],
    ["quotas.a.y", 3],
    ["storage.b.z", 4],
  ];
  const side = environmentSide(values);
  expect(side).toEqual({ name: "N", quotas: { a: { x: 2, y: 3 } }, storage: { b: { z: 4 } } });
  for (const [field, value] of values) expect(sideValue(side, field)).toBe(value);
  expect([sideValue(side, "quotas.none.x"), sideValue(side, "storage.b.x"), sideValue(side, "tags")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("only paths of limits are about a limit", () => {
  expect(limitOf("quotas.hostUnits.maxLimit")).toEqual({ kind: "quotas", group: "hostUnits", member: "maxLimit" });
  expect(limitOf("storage.userActionRetention.maxLimitInDays")?.kind).toBe("storage");
  expect([limitOf("name"), limitOf("tags"), limitOf("state")]).toEqual([null, null, null]);
});

test("limits that are no numbers are none", () => {
  const found = anObservedEnvironment({ quotas: { demUnits: null, hostUnits: { maxLimit: "9" } } });
  expect(observedField(found, "quotas.demUnits.annualLimit")).toBe("unlimited");
  expect(observedField(found, "quotas.hostUnits.maxLimit")).toBe("unlimited");
  expect(observedField(found, "storage.transactionStorage.maxLimit")).toBe("unlimited");
});

test.each([
  [["x"], null],
  [["dtsync:disabled=2026-03-01"], "2026-03-01"],
  [["dtsync:disabled=2026-03-02", "dtsync:disabled=2026-03-01"], "2026-03-02"],
  [["dtsync:disabled=tomorrow", "dtsync:disabled="], null],
  [["DTSYNC:disabled=2026-03-01"], null],
])("the day in %j is %s", (tags, day) => {
  expect(disabledDay(tags)).toBe(day);
});

test("amounts: numbers as they are, percentages rounded up and never below 1", () => {
  const percent = (number: number, total: number) => resolveAmount({ percent: number }, total);
  expect([resolveAmount({ count: 0 }, 10), resolveAmount({ count: 7 }, 3)]).toEqual([0, 7]);
  expect([percent(10, 11), percent(10, 10), percent(0, 10), percent(100, 7), percent(50, 0)]).toEqual([2, 1, 1, 7, 1]);
  // 7 % of 100 is not quite 7 in binary fractions.
  expect(Array.from({ length: 100 }, (_, index) => percent(index + 1, 100))).toEqual(
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

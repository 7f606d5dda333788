import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Change, ofFamily } from "../../../src/model/change.ts";
import type { Held } from "../../../src/model/plan.ts";
import { heldInPart, inPart, type PlanPart } from "../../../src/plan/plan-part.ts";
import { shardHas } from "../../../src/plan/shard.ts";
import { aChange } from "../../support/builders.ts";

const environments = Array.from({ length: 40 }, (_, index) => `abc-p${index + 1}`);
const changes: readonly Change[] = environments.flatMap((environment) => [
  aChange({ kind: "environment", action: "create", environment }),
  aChange({ kind: "permission", action: "grant", environment, group: "noc" }),
  ...[1, 2, 3].map((number) =>
    aChange({ kind: "host", action: "install", environment, host: `web${number}.${environment}.example.com` }),
  ),
]);
const held: readonly Held[] = [
  ...["cluster/emea", "cluster/emea/groups", "group/emea/noc", "environment/abc-p1", "source/customers/abc.yaml:7"],
  ...environments.map((environment) => `host/db.${environment}.example.com`),
].map((scope) => ({ scope, reason: "it did not answer", items: 1 }));
const environmentOf = (scope: string) =>
  scope.startsWith("source/") ? "abc-p2" : (/^host\/db\.(.*)\.example\.com$/.exec(scope)?.[1] ?? null);

/** What a pipeline with shards runs, each from the same plan file. */
const partsOf = (total: number): readonly PlanPart[] => [
  { only: ["environments", "groups"], shard: null },
  ...Array.from({ length: total }, (_, index) => ({
    only: ["environments", "groups", "hosts"] as const,
    shard: { index: index + 1, total },
  })),
];

describe("clusters and all shards together", () => {
  test("make every change once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (total) => {
        const made = partsOf(total).flatMap((part) => changes.filter((change) => inPart(change, part)));
        expect(made.map(({ id }) => id).sort()).toEqual(changes.map(({ id }) => id).sort());
      }),
      { numRuns: 10 },
    );
  });

  test("tell all that is held: what is about hosts once, an unusable cluster in every part", () => {
    const told = (parts: readonly PlanPart[], scope: string) =>
      parts.filter((part) => held.some((one) => one.scope === scope && heldInPart(one, part, environmentOf))).length;
    for (const total of [1, 3, 8]) {
      const parts = partsOf(total);
      for (const { scope } of held) expect(told(parts, scope)).toBeGreaterThan(0);
      for (const { scope } of held.filter((one) => /^(?:host|source)\//.test(one.scope)))
        expect(told(parts, scope)).toBe(1);
      expect(told(parts, "cluster/emea")).toBe(total + 1);
      expect(told(parts, "group/emea/noc")).toBe(1);
    }
  });

  test("tell what is held of a host that nobody knows in each shard", () => {
    const unknown = { scope: "host/unknown.example.com", reason: "it did not answer", items: 1 };
    expect(partsOf(3).map((part) => heldInPart(unknown, part, () => null))).toEqual([false, true, true, true]);
  });
});

test("an environment stays whole, whatever its case, so that its canary and its failures count once", () => {
  const shardOf = (environment: string) =>
    [1, 2, 3, 4].filter((index) => shardHas(environment, { index, total: 4 })).join();
  for (const environment of environments) {
    expect(shardOf(environment)).toMatch(/^\d$/);
    expect(shardOf(environment.toUpperCase())).toBe(shardOf(environment));
  }
  for (const part of partsOf(4).slice(1)) {
    const counts = environments.map(
      (environment) =>
        ofFamily(changes, "host").filter((change) => change.environment === environment && inPart(change, part)).length,
    );
    expect(counts.every((count) => count === 0 || count === 3)).toBe(true);
  }
});

test("a fleet is divided about evenly", () => {
  const fleet = Array.from({ length: 5000 }, (_, index) => `customer-${index}-p1`);
  const sizes = [1, 2, 3, 4, 5, 6, 7, 8].map(
    (index) => fleet.filter((environment) => shardHas(environment, { index, total: 8 })).length,
  );
  for (const size of sizes) expect(Math.abs(size - 625)).toBeLessThan(625 * 0.15);
});

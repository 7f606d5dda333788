import fc from "fast-check";
import { expect, test } from "vitest";
import { createRolloutTally } from "../../../../src/application/progress/rollout-tally.ts";
import { hostRollouts } from "../../../../src/kinds/host/rollouts.ts";
import { ofFamily } from "../../../../src/model/change.ts";
import { aChange, anEnvironment, aRollout } from "../../../support/builders.ts";

const names = ["abc-p1", "xyz-p1"];
const environments = names.map((id) => anEnvironment({ id, rollout: aRollout({ batch: { count: 2 } }) }));
const changes = names.flatMap((environment) =>
  Array.from({ length: 5 }, (_, index) =>
    aChange({ kind: "host", action: "install", host: `${environment}-${index}`, environment }),
  ),
);
const aTally = () => createRolloutTally(hostRollouts(ofFamily(changes, "host"), environments));

test("an environment is in the last wave that has begun, whoever of an earlier one comes late", () => {
  const tally = aTally();
  const waves = ["host/xyz-p1-0", "host/xyz-p1-3", "host/xyz-p1-1", "host/elsewhere"].map((id) => {
    tally.started(id);
    return tally.counts()[0]?.wave;
  });
  expect(waves).toEqual(["canary", "batch 2 of 2", "batch 2 of 2", "batch 2 of 2"]);
  expect(tally.counts().map(({ environment, wave }) => [environment, wave])).toEqual([
    ["xyz-p1", "batch 2 of 2"],
    ["abc-p1", null],
  ]);
});

test("counts add up, in whatever order hosts begin, are waited for and end", () => {
  const event = fc.record({
    id: fc.constantFrom(...changes.map(({ id }) => id)),
    how: fc.constantFrom("made" as const, "failure" as const, "not-made" as const),
    awaits: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.uniqueArray(event, { selector: ({ id }) => id }), (events) => {
      const tally = aTally();
      for (const { id, awaits } of events) {
        tally.started(id);
        if (awaits) tally.awaits(id);
      }
      const awaited = () => tally.counts().reduce((sum, each) => sum + each.awaited, 0);
      expect(awaited()).toBe(events.filter(({ awaits }) => awaits).length);
      for (const { id, how } of events) tally.ended(id, how);
      expect(awaited()).toBe(0);
      for (const { environment, total, done, failed } of tally.counts()) {
        const own = events.filter(({ id }) => id.startsWith(`host/${environment}-`));
        expect([total, done, failed]).toEqual([5, own.length, own.filter(({ how }) => how === "failure").length]);
      }
    }),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { done, type Outcome } from "../../../../src/execute/outcome.ts";
import { runRollout } from "../../../../src/execute/rollout.ts";
import { hostRollouts, plannedRollouts } from "../../../../src/kinds/host/rollouts.ts";
import { ofFamily } from "../../../../src/model/change.ts";
import type { Amount } from "../../../../src/model/inventory.ts";
import { inShard } from "../../../../src/plan/shard.ts";
import { aChange, anEnvironment, aRollout } from "../../../support/builders.ts";
import { keepingLog } from "../../../support/log.ts";

const amount: fc.Arbitrary<Amount> = fc.oneof(
  fc.record({ count: fc.nat({ max: 30 }) }),
  fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
);
const rollout = fc.record({ canary: amount, batch: amount, maxFailures: amount }).map(aRollout);
/** Environments of hosts, as they are declared or not. */
const hostsOf = fc.array(fc.constantFrom("abc-p1", "ABC-P1", "xyz-p1", "left-over"), { maxLength: 60 });
const part = fc.option(
  fc
    .integer({ min: 1, max: 4 })
    .chain((total) => fc.record({ index: fc.integer({ min: 1, max: total }), total: fc.constant(total) })),
);

const changesOf = (environments: readonly string[]) =>
  environments.map((environment, index) =>
    aChange({ kind: "host", action: "install", host: `web${index}.example.com`, environment }),
  );

test("what a plan tells is what is done, wave by wave, in every part of a divided run", async () => {
  await fc.assert(
    fc.asyncProperty(hostsOf, rollout, rollout, part, async (names, first, second, shard) => {
      const environments = [
        anEnvironment({ id: "abc-p1", rollout: first }),
        anEnvironment({ id: "xyz-p1", rollout: second }),
      ];
      const all = ofFamily(changesOf(names), "host");
      const changes = all.filter((change) => shard === null || inShard(change, shard));
      const made = await Promise.all(
        hostRollouts(changes, environments).map(async ({ environment, cluster, settings: _settings, ...waves }) => {
          const log = keepingLog();
          const worked: string[] = [];
          const begun: string[][] = [];
          const work = async ({ host }: (typeof changes)[number]): Promise<Outcome> => {
            // A wave begins with a line of the log, before any of its hosts.
            while (begun.length < log.entries.length) begun.push([]);
            begun.at(-1)?.push(host);
            worked.push(host);
            return done(1);
          };
          await runRollout(waves, work, () => expect.unreachable(), { log, environment });
          const told = log.entries.map(({ fields }, index) => ({ wave: fields["wave"], hosts: begun[index] }));
          return { environment, cluster, waves: told, maxFailures: waves.maxFailures };
        }),
      );
      expect(plannedRollouts(changes, environments)).toEqual(made);
      expect(made.flatMap(({ waves }) => waves.flatMap(({ hosts }) => hosts)).sort()).toEqual(
        changes.map(({ host }) => host).sort(),
      );
    }),
  );
});

test("hosts of an environment that is not declared are changed one at a time, and none after a failure", () => {
  const [told] = plannedRollouts(ofFamily(changesOf(["gone", "gone", "gone"]), "host"), []);
  expect(told?.waves.map(({ wave, hosts }) => [wave, hosts.length])).toEqual([
    ["canary", 1],
    ["batch 1", 1],
    ["batch 2", 1],
  ]);
  expect(told?.maxFailures).toBe(0);
});

import { expect, test } from "vitest";
import { painter } from "../../../src/lib/printable.ts";
import type { Rollout } from "../../../src/model/inventory.ts";
import type { PlannedRollout } from "../../../src/model/plan.ts";
import { wavesOf } from "../../../src/model/waves.ts";
import { renderPlanMarkdown } from "../../../src/report/plan-markdown.ts";
import { renderPlanText } from "../../../src/report/plan-text.ts";
import { rolloutEntries } from "../../../src/report/rollout-entries.ts";
import { anInventory, aRollout, planOf } from "../../support/builders.ts";

function rolloutOf(environment: string, hosts: number, settings: Partial<Rollout> = {}): PlannedRollout {
  const names = Array.from({ length: hosts }, (_, index) => `web${index}.example.com`);
  const { waves, maxFailures } = wavesOf(names, aRollout(settings));
  const told = waves.map(({ name, items }) => ({ wave: name, hosts: items }));
  return { environment, cluster: "emea", waves: told, maxFailures };
}

test.each<[number, Partial<Rollout>, string]>([
  [
    16,
    { batch: { count: 5 }, maxFailures: { count: 2 } },
    "1 canary, then 3 batches of 5; stops after more than 2 failures",
  ],
  [
    8,
    { canary: { count: 2 }, batch: { count: 4 } },
    "2 canaries, then 1 batch of 4 and 1 of 2; stops after more than 1 failure",
  ],
  [2, { maxFailures: { count: 0 } }, "1 canary, then 1 batch of 1; stops after the first failure"],
  [4, { canary: { count: 0 }, batch: { count: 2 } }, "2 batches of 2; stops after more than 1 failure"],
  [1, {}, "1 canary"],
  [9, { canary: { count: 0 }, batch: { percent: 100 } }, "1 batch of 9"],
])("%d hosts", (hosts, settings, text) => {
  expect(rolloutEntries({ rollouts: [rolloutOf("abc-p1", hosts, settings)] })).toEqual([
    { environments: ["abc-p1"], text },
  ]);
});

test("environments that are rolled out alike are told once, in the order of their names", () => {
  const rollouts = [rolloutOf("xyz-p1", 1), rolloutOf("abc-p1", 1), rolloutOf("abc-p2", 2)];
  expect(rolloutEntries({ rollouts }).map(({ environments, text }) => [environments.join(), text])).toEqual([
    ["abc-p1,xyz-p1", "each 1 canary"],
    ["abc-p2", "1 canary, then 1 batch of 1; stops after more than 1 failure"],
  ]);
  expect(rolloutEntries({})).toEqual([]);
});

test("many that are not alike are told in part, unless all is asked for", () => {
  const rollouts = Array.from({ length: 20 }, (_, index) => rolloutOf(`abc-p${10 + index}`, index + 1));
  const plan = { ...planOf({ inventory: anInventory(), clusters: {} }), rollouts };
  const text = renderPlanText(plan, painter(false));
  expect(text).toContain("\n  abc-p21: 1 canary, then 3 batches of 3 and 1 of 2; stops after more than 2 failures\n");
  expect(text).toContain("\n  and 8 more environments (--full shows them)\n");
  expect(renderPlanText(plan, painter(false), { full: true })).toContain("\n  abc-p29: 1 canary, ");
  expect(renderPlanMarkdown(plan)).toContain("\n- `abc-p29`: 1 canary, then ");
});

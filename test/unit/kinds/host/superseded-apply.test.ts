import { expect, test } from "vitest";
import { aHost, aHostReading, anEnvironment, anInventory, aRollout, planOf } from "../../../support/builders.ts";
import { aClusterWorld } from "../../../support/cluster-world.ts";

test("hosts are changed to the end of their wave when something else is wanted", async () => {
  const rollout = aRollout({ canary: { count: 1 }, batch: { count: 1 }, maxFailures: { count: 9 } });
  const names = ["web01", "web02", "web03"].map((name) => `${name}.abc.example.com`);
  const inventory = anInventory({
    environments: [anEnvironment({ rollout })],
    hosts: names.map((name) => aHost({ name })),
  });
  const plan = planOf({ inventory, probes: Object.fromEntries(names.map((name) => [name, aHostReading()])) });
  const changes = plan.changes.filter(({ kind }) => kind === "host").map((change) => ({ ...change, dependsOn: [] }));
  const superseded = new AbortController();
  superseded.abort();
  const results = await aClusterWorld().apply({ ...plan, changes }, inventory, { superseded: superseded.signal });
  // There is nobody to connect to, which is a failure like any other.
  expect(results.map(({ status, error }) => `${status} ${error?.code}`)).toEqual([
    "failed internal",
    "skipped superseded",
    "skipped superseded",
  ]);
});

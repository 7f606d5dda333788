import { expect, test } from "vitest";
import { aClusterWorld } from "../../../support/cluster-world.ts";
import { loadValid } from "../load-files.ts";

const settings = `version: 1
clusters: { emea: { url: "https://dynatrace.example.com", token: { env: DTSYNC_TOKEN_EMEA } } }
defaults: { cluster: emea }
safety: { deleteAfter: 0d, maxRemovals: 9 }
groups:
  - { name: "{customer}-ops", access: { "{customer}-*": VIEWER } }
  - { name: "{environment}-team", ldapGroupNames: ["cn={environment}"], access: { "{environment}": VIEWER } }
  - { name: only, clusters: [emea], access: { "abc-p*": VIEWER } }
  - { name: production, match: { stage: p }, access: { "abc-*": VIEWER } }
  - { name: all, access: { "*": VIEWER } }
`;
const inventory = (state: string) =>
  loadValid({
    "dtsync.yaml": settings,
    "customers/abc.yaml": `customer: abc\nenvironments: { p1: { state: ${state} } }\n`,
    "customers/xyz.yaml": "customer: xyz\nenvironments: { t1: {} }\n",
  });

test("groups lose their rights on an environment that goes, also those that nothing else is left for", async () => {
  const world = aClusterWorld();
  expect(await world.converge(await inventory("enabled"))).toEqual([]);
  const leaving = await inventory("absent");
  expect(leaving.groups.map(({ name }) => name)).toEqual(["all", "xyz-ops", "xyz-t1-team"]);
  expect(leaving.leavingGroups.map(({ name }) => name)).toEqual(["abc-ops", "abc-p1-team", "only", "production"]);
  const plan = await world.plan(leaving);
  expect(plan.changes.map(({ id, action }) => `${action} ${id}`)).toEqual(
    expect.arrayContaining([
      "disable environment/abc-p1",
      ...["abc-ops", "abc-p1-team", "all", "only", "production"].map((name) => `revoke permission/emea/${name}/abc-p1`),
    ]),
  );
  expect(plan.changes).toHaveLength(6);
  expect(plan.unmanaged["emea"]?.groups).toEqual([]);
  expect(await world.apply(plan, leaving)).toSatisfy((results: readonly { status: string }[]) =>
    results.every(({ status }) => status === "done"),
  );
  const rights = () => world.cluster.snapshot().groups.map(({ name, accessRight }) => [name, accessRight]);
  expect(Object.fromEntries(rights())).toMatchObject({ "abc-ops": {}, "abc-p1-team": {}, only: {}, production: {} });
  // Then it is deleted, and nothing is left to do.
  expect(await world.converge(leaving)).toEqual([]);
  expect((await world.plan(leaving)).changes).toEqual([]);
  expect(world.cluster.snapshot().environments.map(({ id }) => id)).toEqual(["xyz-t1"]);
});

test("one that was never renamed loses them under its former name, and is not renamed any more", async () => {
  const world = aClusterWorld({
    seed: { environments: [{ id: "abc-p1" }], groups: [{ name: "abc-old", accessRight: { VIEWER: ["abc-p1"] } }] },
  });
  const renamed = settings.replace('"{customer}-ops",', '"{customer}-ops", previously: "{customer}-old",');
  const leaving = await loadValid({
    "dtsync.yaml": renamed,
    "customers/abc.yaml": "customer: abc\nenvironments: { p1: { state: absent } }\n",
  });
  const plan = await world.plan(leaving);
  const ids = plan.changes.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(["environment/abc-p1", "permission/emea/abc-old/abc-p1"]));
  expect(plan.changes.flatMap(({ dependsOn }) => dependsOn).filter((id) => !ids.includes(id))).toEqual([]);
  expect(await world.converge(leaving)).toEqual([]);
  expect(world.cluster.snapshot().groups.find(({ name }) => name === "abc-old")?.accessRight).toEqual({});
});

test("nothing is taken from such a group on an environment that stays", async () => {
  const world = aClusterWorld({
    seed: {
      environments: [{ id: "abc-p1" }, { id: "xyz-t1" }],
      groups: [{ name: "abc-ops", accessRight: { VIEWER: ["abc-p1", "xyz-t1"], LOG_VIEWER: ["xyz-t1"] } }],
    },
  });
  await world.converge(await inventory("absent"));
  const group = world.cluster.snapshot().groups.find(({ name }) => name === "abc-ops");
  expect(group?.accessRight).toEqual({ VIEWER: ["xyz-t1"], LOG_VIEWER: ["xyz-t1"] });
});

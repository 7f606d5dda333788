import { afterEach, expect, test } from "vitest";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";

const settings = `version: 1
clusters:
  emea: { url: https://emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults: { cluster: emea }
`;
const customer = `customer: abc
environments:
  p1:
    name: Production
    hosts: ["web[01-20].abc.example.com"]
    suspended: { until: 9999-12-31, reason: migration freeze }
  t1: {}
`;

let world: CommandWorld;
afterEach(() => world.close());

const held = [
  { scope: "environment/abc-p1", reason: "suspended until 9999-12-31: migration freeze", items: 21 },
] as const;

test("an apply leaves what is suspended alone, says so, and has done all that it should", async () => {
  world = await startCommandWorld(
    { "dtsync.yaml": settings, "customers/abc.yaml": customer },
    { environments: [{ id: "abc-p1", name: "Renamed by hand" }] },
    { hosts: ["--hosts", "probe"] },
  );
  const first = await world.run(["apply", "--auto-approve"]);
  expect(first, first.errors).toMatchObject({ code: 0, document: { summary: { done: 1 }, held } });
  const names = Object.fromEntries(world.cluster.snapshot().environments.map(({ id, name }) => [id, name]));
  expect(names).toEqual({ "abc-p1": "Renamed by hand", "abc-t1": "abc t1" });
  expect(await world.run(["plan", "--detailed-exitcode"])).toMatchObject({ code: 0, document: { changes: [], held } });
  expect(await world.run(["apply", "--auto-approve"])).toMatchObject({ code: 0, document: { results: [], held } });
});

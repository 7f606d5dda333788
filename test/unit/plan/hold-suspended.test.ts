import { describe, expect, test } from "vitest";
import { withoutSuspended } from "../../../src/plan/hold-suspended.ts";
import {
  aGroup,
  aHost,
  aHostReading,
  anAgent,
  anEnvironment,
  anInventory,
  anObservedEnvironment,
  anObservedGroup,
  planOf,
} from "../../support/builders.ts";

const aPlace = { file: "customers/abc.yaml", line: 5, column: 5 };

const suspended = (until: string) => ({ until, reason: "migration freeze", place: aPlace });

/** The plan of the builders is made at noon of 2026-03-10 (UTC). */
function plan(until: string | null, web01: "probed" | "not probed" = "probed") {
  const inventory = anInventory({
    environments: [
      anEnvironment({ id: "abc-p1", settings: { name: "New" }, suspended: until === null ? null : suspended(until) }),
      anEnvironment({ id: "abc-t1", settings: { name: "New" } }),
    ],
    groups: [
      aGroup({
        name: "ops",
        access: { "abc-p1": ["VIEWER"], "abc-t1": ["VIEWER"] },
      }),
      aGroup({ name: "gone", state: "absent" }),
    ],
    hosts: [aHost({ name: "web01", environment: "abc-p1" }), aHost({ name: "web02", environment: "abc-t1" })],
  });
  return planOf({
    inventory,
    clusters: {
      emea: {
        environments: ["abc-p1", "abc-t1"].map((id) => anObservedEnvironment({ id, name: "Old" })),
        groups: [
          anObservedGroup({ name: "ops" }),
          anObservedGroup({ name: "gone", accessRight: { VIEWER: ["ABC-P1"] } }),
        ],
      },
    },
    probes: {
      ...(web01 === "probed" ? { web01: aHostReading({ agent: null }) } : {}),
      web02: aHostReading({ agent: anAgent({ tenant: "abc-p1" }) }),
    },
  });
}

const ids = ({ changes }: ReturnType<typeof plan>) => changes.map(({ id }) => id);

describe("a suspended environment", () => {
  test("is held with its hosts, with the rights on it, and with what leads out of it", () => {
    const made = plan("2026-03-10");
    expect(ids(made).sort()).toEqual(["environment/abc-t1", "permission/emea/ops/abc-t1"]);
    expect(made.held).toEqual([
      { scope: "environment/abc-p1", reason: "suspended until 2026-03-10: migration freeze", items: 5 },
    ]);
    expect(made.summary).toMatchObject({ update: 2, deploy: 0, remove: 0, held: 5, unchanged: 0 });
    expect(made.guards).toEqual([]);
  });

  test("has hosts that are not probed, and held all the same", () => {
    const made = plan("2026-03-10", "not probed");
    expect(made.held).toEqual([
      { scope: "environment/abc-p1", reason: "suspended until 2026-03-10: migration freeze", items: 5 },
    ]);
    const environments = [anEnvironment({ id: "abc-p1", suspended: suspended("2026-03-10") })];
    const hosts = [aHost({ name: "web01", environment: "ABC-P1" }), aHost({ name: "web02", environment: "abc-t1" })];
    const probed = (day: string) =>
      withoutSuspended(hosts, { environments }, new Date(`${day}T23:59:59Z`)).map(({ name }) => name);
    expect(probed("2026-03-10")).toEqual(["web02"]);
    expect(probed("2026-03-11")).toEqual(["web01", "web02"]);
  });

  test("is one like any other when the day is over", () => {
    const all = ids(plan(null));
    expect(ids(plan("2026-03-09"))).toEqual(all);
    expect(all).toHaveLength(7);
  });
});

import type { Fleet, FleetCounts, FleetEnvironment, FleetProblem } from "../../src/model/fleet.ts";
import { conditions } from "../../src/model/fleet.ts";
import { scopeOf } from "./builders.ts";

export const aFleetEnvironment = (given: Partial<FleetEnvironment> = {}): FleetEnvironment => ({
  id: "abc-p1",
  name: "ABC production",
  customer: "abc",
  cluster: "emea",
  stage: "p",
  labels: {},
  url: "https://emea.example.com/e/abc-p1",
  state: "enabled",
  declared: "enabled",
  condition: "ok",
  suspended: null,
  readAt: "2026-03-10T12:00:00.000Z",
  unreadable: null,
  hosts: { declared: 2, seen: 2, missing: [], elsewhere: [], undeclared: 0, licensed: null, versions: {} },
  problems: { open: {}, list: [] },
  drift: 0,
  held: [],
  licence: [],
  deletedFrom: null,
  ...given,
});

const noCounts: FleetCounts = {
  ...{ environments: 0, disabled: 0, missing: 0, unknown: 0, hostsDeclared: 0, hostsSeen: 0, hostsMissing: 0 },
  ...{ hostsElsewhere: 0, versions: {}, problems: {}, drift: 0, held: 0, waiting: 0, suspended: 0 },
};

export const aFleet = (environments: readonly FleetEnvironment[], given: Partial<Fleet> = {}): Fleet => ({
  format: "dtsync-status/1",
  createdAt: "2026-03-10T12:00:00.000Z",
  dtsync: "0.1.0",
  inventory: { digest: "sha256:0" },
  scope: scopeOf({}),
  problemsSince: 7 * 86_400_000,
  clusters: [
    {
      ...{
        name: "emea",
        url: "https://emea.example.com",
        version: "1.320.0",
        unreadable: null,
        unmanaged: null,
        licence: null,
        licenceHour: null,
      },
      counts: noCounts,
    },
  ],
  customers: [],
  environments,
  versions: { "1.313.52.20250602-150703": 12 },
  otherDrift: 0,
  held: [],
  waiting: [],
  warnings: [],
  counts: { ...noCounts, environments: environments.length },
  ...given,
});

const hour = 3_600_000;

/** Many customers on two clusters with a label and four environments each, of which every fifth has had problems. */
export function largeFleet(customers: number, prefix = "c"): Fleet {
  const end = Date.parse("2026-03-10T12:00:00.000Z");
  const environments = Array.from({ length: customers * 4 }, (_, index): FleetEnvironment => {
    const customer = `${prefix}${String(Math.floor(index / 4)).padStart(4, "0")}`;
    const stage = ["p", "t", "d", "s"][index % 4] ?? "p";
    const condition = index % 5 === 0 ? (conditions[(index / 5) % conditions.length] ?? "ok") : "ok";
    const list = Array.from({ length: index % 5 === 0 ? 3 : 0 }, (_none, number): FleetProblem => {
      const start = end - ((index * 7 + number * 40) % 160) * hour;
      const severity = ["AVAILABILITY", "PERFORMANCE", "INFO"][number] ?? "ERROR";
      return {
        id: `${index}-${number}`,
        title: `Something ${number}`,
        severity,
        start,
        end: number === 0 ? null : start + 5 * hour,
      };
    });
    return aFleetEnvironment({
      ...{ id: `${customer}-${stage}1`, name: `${customer} ${stage}1`, customer, stage, condition },
      cluster: Math.floor(index / 4) % 3 === 0 ? "apac" : "emea",
      labels: { tier: Math.floor(index / 4) % 2 === 0 ? "gold" : "silver" },
      url: `https://emea.example.com/e/${customer}-${stage}1`,
      problems: { open: condition === "problems" ? { AVAILABILITY: 1 } : {}, list },
      drift: condition === "drift" ? 2 : 0,
      unreadable: condition === "unknown" ? "it does not answer" : null,
    });
  });
  return aFleet(environments);
}

import { describe, expect, test } from "vitest";
import { countFleet } from "../../../src/fleet/count-fleet.ts";
import { displayWidth } from "../../../src/lib/display-width.ts";
import type { Fleet, FleetEnvironment } from "../../../src/model/fleet.ts";
import { renderStatusText } from "../../../src/report/status-text.ts";
import { aFleet, aFleetEnvironment } from "../../support/fleets.ts";

const plain = (_style: string, text: string) => text;
const hosts = aFleetEnvironment().hosts;

/** A fleet whose sums are those of its environments. */
function fleetOf(environments: readonly FleetEnvironment[], given: Partial<Fleet> = {}): Fleet {
  const counts = countFleet(environments);
  const [cluster] = aFleet([]).clusters;
  if (cluster === undefined) throw new Error("there is a cluster");
  const licence = [{ quota: "hostUnits", period: "now" as const, used: 3 }];
  const customers = [{ id: "abc", name: "ABC", licence, counts }];
  return aFleet(environments, { clusters: [{ ...cluster, licence, counts }], customers, counts, ...given });
}

function textOf(fleet: Fleet, full = false): string {
  const text = renderStatusText(fleet, plain, { full });
  for (const line of text.split("\n")) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
  return text;
}

const suspended = aFleetEnvironment({
  id: "abc-s1",
  condition: "suspended",
  suspended: {
    until: "2026-12-01",
    reason: "The data centre is being moved, and the network team has to agree before",
  },
});

describe("the text of status", () => {
  test("says of clusters and customers what is not zero, in columns while there is room, else in words", () => {
    const some = aFleetEnvironment({
      condition: "problems",
      hosts: {
        ...{ declared: 4, seen: 2, missing: ["a"], elsewhere: [{ host: "b", environment: "abc-t1" }], undeclared: 1 },
        ...{ licensed: null, versions: { "1.313.52.20250602-150703": 2, "1.313.52.20250603-090000": 1 } },
      },
      problems: { open: { ERROR: 1, AVAILABILITY: 2 }, list: [] },
      ...{ drift: 1, held: ["host/c: no"], licence: [{ quota: "hostUnits", period: "now", used: 3, limit: 20 }] },
    });
    const disabled = aFleetEnvironment({
      ...{ id: "abc-d1", state: "disabled", condition: "waiting", deletedFrom: "2026-04-01", licence: [] },
      hosts: { ...hosts, declared: 0, seen: null, missing: null, elsewhere: null, undeclared: null, versions: null },
    });
    const text = textOf(fleetOf([some, disabled, suspended]));
    expect(text).toContain(
      [
        "CLUSTER   ENVIRONMENTS  HOSTS SEEN  DRIFT  PROBLEMS  NOT SEEN  ELSEWHERE  HELD",
        "emea                 3         4/6      1         3         1          1     1",
        "  1 suspended; 1 disabled; 1 waiting to be deleted; open: 2 availability, 1",
        "    error; agents: 1.313.52 (3); licence: host units 3",
        "",
        "CUSTOMER  ",
      ].join("\n"),
    );
    expect(text).toContain(
      [
        "  abc-p1",
        "    open: 2 availability, 1 error",
        "    held: host/c: no",
        "    not seen: 1 of 4 hosts: a",
        "    elsewhere: b reports to abc-t1",
        "    1 change that a plan would make",
        "    2 of 4 hosts seen; 1 seen that nobody declares; agents: 1.313.52 (3);",
        "      licence: host units 3 of 20",
        "",
      ].join("\n"),
    );
  });

  test("puts hosts of which the same is to be said in one line, and bounds what it says of one environment", () => {
    const names = Array.from({ length: 12 }, (_, index) => `web${index + 10}.example.com`);
    const environment = aFleetEnvironment({
      condition: "held",
      hosts: {
        ...{ ...hosts, declared: 30 },
        elsewhere: names.map((host, index) => ({ host, environment: index < 11 ? "abc-t1" : "abc-t2" })),
      },
      held: [
        ...names.map((name, index) => `host/${name}: connect ETIMEDOUT 10.1.2.${index}:22`),
        "environment/abc-p1: its quota is not known",
      ],
    });
    expect(textOf(fleetOf([environment]))).toContain(
      [
        "    held: host/web10.example.com, host/web11.example.com, host/web12.example.com",
        "      and 9 more: for example connect ETIMEDOUT 10.1.2.0:22",
        "    held: environment/abc-p1: its quota is not known",
        "    elsewhere: 11 hosts report to abc-t1: web10.example.com, web11.example.com,",
        "      web12.example.com and 8 more",
        "    elsewhere: web21.example.com reports to abc-t2",
        "    2 of 30 hosts seen",
      ].join("\n"),
    );
    const reasons = Array.from({ length: 30 }, (_, index) => `host/web${index}: ${"x".repeat(index + 1)} is wrong`);
    const many = aFleetEnvironment({ condition: "held", held: reasons });
    expect(textOf(fleetOf([many]))).toContain(`${"x".repeat(20)} is wrong\n    and 10 more (--full shows all)\n`);
    expect(textOf(fleetOf([many]), true)).toContain(`${"x".repeat(30)} is wrong\n`);
  });

  test("has the usual columns where nothing is wrong", () => {
    const text = textOf(fleetOf([aFleetEnvironment()]));
    expect(text).toMatch(/^CLUSTER {3}ENVIRONMENTS {2}HOSTS SEEN {2}DRIFT {2}PROBLEMS\n/);
    expect(text).not.toContain("Needs attention");
    expect(text).not.toContain("abc-p1");
  });

  test("names what is suspended, until when and why, also where nothing else is wrong with it", () => {
    expect(textOf(fleetOf([suspended]))).toContain(
      [
        "Suspended:",
        "  abc-s1",
        "    suspended until 2026-12-01: The data centre is being moved, and the network",
        "      team has to agree before",
        "    2 of 2 hosts seen",
        "",
      ].join("\n"),
    );
  });

  test("names every environment with --full", () => {
    const disabled = aFleetEnvironment({ id: "abc-d1", state: "disabled", condition: "disabled" });
    expect(textOf(fleetOf([aFleetEnvironment(), disabled]), true)).toContain(
      "As declared:\n  abc-p1\n    2 of 2 hosts seen\n  abc-d1\n    disabled; 2 of 2 hosts seen\n",
    );
  });

  test("is never wider than 80 columns, however long names, labels, reasons and addresses are", () => {
    const long = aFleetEnvironment({
      id: "a".repeat(70),
      condition: "problems",
      labels: { type: "ccv2", owner: "見".repeat(60) },
      unreadable: `GET https://${"cluster.".repeat(20)}example.com/e/x: status 503, no further text`,
      held: [`host/${"b".repeat(120)}: it does not answer`],
      hosts: { ...hosts, missing: ["c".repeat(90), "d".repeat(90)] },
      problems: { open: { ERROR: 12_345 }, list: [] },
    });
    const [cluster] = aFleet([]).clusters;
    if (cluster === undefined) throw new Error("there is a cluster");
    const counts = countFleet([long, suspended]);
    const text = textOf(
      fleetOf([long, suspended], {
        clusters: [{ ...cluster, name: "x".repeat(31), unreadable: `https://${"y".repeat(150)} timed out`, counts }],
        held: [{ scope: `source/customers/${"z".repeat(90)}.yaml:3`, reason: "the command failed", items: 1 }],
      }),
      true,
    );
    expect(text).toContain(`  ${"a".repeat(70)}\n    owner=`);
    expect(text.replace(/\n\s*/g, "")).toContain(`timed outheld:source/customers/${"z".repeat(90)}.yaml:3`);
  });

  test("text says of open problems since when, with the title of the oldest of the gravest", () => {
    const problem = { id: "1", severity: "ERROR", end: null };
    const environment = aFleetEnvironment({
      condition: "problems",
      problems: {
        open: { ERROR: 1, AVAILABILITY: 1, CUSTOM_ALERT: 1 },
        list: [
          { ...problem, title: "Queue", severity: "CUSTOM_ALERT", start: Date.parse("2026-02-20T12:00:00Z") },
          { ...problem, title: "Closed before", start: Date.parse("2026-03-07T12:00:00Z"), end: 1 },
          { ...problem, title: "Host or monitoring \u001bunavailable", start: Date.parse("2026-03-09T23:52:10Z") },
          { ...problem, title: "Failure rate increase", start: Date.parse("2026-03-10T02:00:00Z") },
        ],
      },
    });
    const text = renderStatusText(aFleet([environment]), (_style, plain) => plain, { full: false });
    expect(text).toContain(`  abc-p1
    open: 1 availability, 1 error, 1 custom alert
    since 2026-03-09 23:52 UTC: Host or monitoring \\u001bunavailable
`);
  });
});

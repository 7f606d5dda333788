import { expect, test } from "vitest";
import { countFleet } from "../../../src/fleet/count-fleet.ts";
import { renderStatusMarkdown } from "../../../src/report/status-markdown.ts";
import { aFleet, aFleetEnvironment, largeFleet } from "../../support/fleets.ts";

const troubled = aFleetEnvironment({
  condition: "problems",
  labels: { owner: "@all" },
  problems: { open: { ERROR: 2 }, list: [] },
  licence: [{ quota: "hostUnits", period: "now", used: 3, limit: 3 }],
});
const suspended = aFleetEnvironment({
  ...{ id: "abc-s1", condition: "suspended", suspended: { until: "2026-12-01", reason: "a *move*" } },
});

test("the Markdown of status has sums, what needs attention and what is suspended, and tables", () => {
  const counts = countFleet([troubled, suspended]);
  const licence = [{ quota: "hostUnits", period: "now" as const, used: 3 }];
  const customers = [{ id: "abc", name: "ABC", licence, counts }];
  const [cluster] = aFleet([]).clusters;
  if (cluster === undefined) throw new Error("there is a cluster");
  const clusters = [{ ...cluster, unreadable: "no answer", counts }];
  expect(renderStatusMarkdown(aFleet([troubled, suspended], { clusters, customers, counts }), { full: false })).toBe(
    [
      "### dtsync status",
      "",
      "2 environments, 1 suspended, 4 of 4 hosts seen, 2 open problems, 0 changes in a plan.",
      "",
      "As of 2026-03-10T12:00:00.000Z, environments at 2026-03-10T12:00Z or later.",
      "",
      "**Not everything could be read**",
      "",
      "- not read: cluster/emea: no answer",
      "",
      "**Needs attention**",
      "",
      "- `abc-p1` (`owner=@all`): open: 2 error; near its limit: host units, 3 of 3",
      "",
      "**Suspended**",
      "",
      "- `abc-s1`: suspended until 2026-12-01: a \\*move\\*",
      "",
      "| cluster | environments | hosts seen | drift | problems | suspended | open problems | agents | licence |",
      "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- | --- |",
      "| `emea` | 2 | 4/4 | 0 | 2 | 1 | 2 error |  |  |",
      "",
      "| customer | environments | hosts seen | drift | problems | suspended | open problems | agents | licence |",
      "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- | --- |",
      "| `abc` | 2 | 4/4 | 0 | 2 | 1 | 2 error |  | host units 3 |",
      "",
      "",
    ].join("\n"),
  );
});

test("it fits into a note, however large the fleet is", () => {
  const { environments } = largeFleet(1_500);
  const customers = environments.map(({ customer }) => ({
    ...{ id: customer, name: customer, licence: null, counts: countFleet(environments.slice(0, 4)) },
  }));
  for (const full of [false, true]) {
    const text = renderStatusMarkdown(aFleet(environments, { customers }), { full });
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/and [\d,]+ more/);
  }
});

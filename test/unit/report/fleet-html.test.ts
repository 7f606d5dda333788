import { describe, expect, test } from "vitest";
import { renderFleetHtml } from "../../../src/report/fleet-html.ts";
import { aFleet, aFleetEnvironment, largeFleet } from "../../support/fleets.ts";

describe("the map of a fleet", () => {
  test("has every environment with its sign, its page and what is to be known of it", () => {
    const page = renderFleetHtml(
      aFleet([
        aFleetEnvironment(),
        aFleetEnvironment({
          ...{ id: "abc-t1", condition: "hosts", stage: "t" },
          hosts: {
            declared: 3,
            seen: 1,
            missing: ["web02", "web03"],
            elsewhere: [],
            undeclared: 0,
            licensed: null,
            versions: {},
          },
        }),
      ]),
    );
    expect(page).toContain('href="https://emea.example.com/e/abc-p1"');
    expect(page).toMatch(/<summary><span class="sign good" aria-hidden="true">✓<\/span> abc-p1/);
    expect(page).toContain("not seen: 2 of 3 hosts: web02, web03");
    expect(page).toContain("1 of 3 hosts seen");
  });

  test("says of each open problem how grave it is and since when, the gravest first, and leads to its own page", () => {
    const problem = { severity: "CUSTOM_ALERT", start: Date.parse("2026-03-08T12:00:00Z"), end: null };
    const list = [
      { ...problem, id: "-1_2V2", title: "Queue" },
      {
        ...problem,
        id: "-3/4",
        title: "Host <down>",
        severity: "AVAILABILITY",
        start: Date.parse("2026-03-09T23:52Z"),
      },
      { ...problem, id: "5", title: "Closed", end: 1 },
    ];
    const open = { CUSTOM_ALERT: 1, AVAILABILITY: 1 };
    const url = "https://emea.example.com/e/abc-p1/";
    const page = renderFleetHtml(aFleet([aFleetEnvironment({ condition: "problems", url, problems: { open, list } })]));
    const details = /<p>Open problems: .*?<\/ul>/.exec(page)?.[0];
    expect(details).toBe(
      `<p>Open problems: 1 availability, 1 custom alert</p><ul><li>availability: <a href="${url}#problems/problemdetails;pid=-3%2F4">Host &lt;down&gt;</a>, since 2026-03-09 23:52 UTC</li><li>custom alert: <a href="${url}#problems/problemdetails;pid=-1_2V2">Queue</a>, since 2026-03-08 12:00 UTC</li></ul>`,
    );
    const many = Array.from({ length: 30 }, (_, index) => ({ ...problem, id: `${index}`, title: "Queue" }));
    const full = renderFleetHtml(aFleet([aFleetEnvironment({ problems: { open: { CUSTOM_ALERT: 30 }, list: many } })]));
    expect(full).toContain("<li>and 10 more on its own page</li>");
  });

  test("can be narrowed by labels, and says of what is suspended why", () => {
    const page = renderFleetHtml(
      aFleet([
        aFleetEnvironment({ labels: { type: "ccv1", owner: '"><b>' } }),
        aFleetEnvironment({
          ...{ id: "abc-t1", condition: "suspended", labels: { type: "ccv2" } },
          suspended: { until: "2026-04-01", reason: "migration" },
        }),
      ]),
    );
    expect(page).toContain('data-label.type="ccv2"');
    expect(page).toContain('name="label.type" value="ccv1"');
    expect(page).not.toContain('name="label.owner"');
    expect(page).toContain("owner=&quot;&gt;&lt;b&gt;, type=ccv1");
    expect(page).toContain("suspended until 2026-04-01: migration");
  });

  test("never shows what is not known as nothing", () => {
    const unknown = {
      declared: 3,
      seen: null,
      missing: null,
      elsewhere: null,
      undeclared: null,
      licensed: null,
      versions: null,
    };
    const page = renderFleetHtml(
      aFleet([aFleetEnvironment({ condition: "unknown", unreadable: "it does not answer", hosts: unknown })]),
    );
    expect(page).toContain("? of 3 hosts seen");
    expect(page).toContain("not known: it does not answer");
  });

  test("shows problems over time only where they were asked for", () => {
    const list = [
      {
        id: "1",
        title: "Host is down",
        severity: "AVAILABILITY",
        start: Date.parse("2026-03-09T12:00:00Z"),
        end: null,
      },
      {
        id: "2",
        title: "Slow",
        severity: "PERFORMANCE",
        start: Date.parse("2026-03-05T00:00:00Z"),
        end: Date.parse("2026-03-05T06:00:00Z"),
      },
      { id: "3", title: "Long ago", severity: "ERROR", start: 0, end: 1 },
    ];
    const environment = aFleetEnvironment({ problems: { open: { AVAILABILITY: 1 }, list } });
    const page = renderFleetHtml(aFleet([environment]));
    expect(page).toContain('viewBox="0 0 168 9"');
    expect(page).toMatch(
      /<rect class="critical" x="144" y="0" width="24" height="9"><title>AVAILABILITY: Host is down/,
    );
    expect(page).toMatch(/<rect class="warned" x="36" y="3" width="6" height="6"><title>PERFORMANCE: Slow/);
    expect(page).not.toContain("Long ago");
    // Of seven days back from noon each midnight, and what the marks stand for.
    expect(page).toContain('<path d="M12 0V9M36 0V9M60 0V9M84 0V9M108 0V9M132 0V9M156 0V9"/>');
    expect(page.match(/<span>03-\d\d<\/span>/g)?.join()).toMatch(/03-04.*03-10/);
    expect(page).toContain(".ticks span:nth-child(1) { left: 7.14%; }");
    expect(page).toMatch(/<\/svg> availability, error<\/li>.*<\/svg> performance, resource contention<\/li>/);
    expect(page).not.toContain("</svg> others");
    expect(renderFleetHtml(aFleet([environment], { problemsSince: null }))).not.toContain("<svg");
  });

  test.each([
    [1, ["18:00", "03-10", "06:00"]],
    [30, ["02-12", "02-16", "02-20", "02-24", "02-28", "03-04", "03-08"]],
  ])("has marks that can be read on a line of %i days", (days, labels) => {
    const list = [{ id: "1", title: "Slow", severity: "ERROR", start: Date.parse("2026-03-10T11:00:00Z"), end: null }];
    const fleet = aFleet([aFleetEnvironment({ problems: { open: {}, list } })], { problemsSince: days * 86_400_000 });
    const found = renderFleetHtml(fleet).match(/<span>\d\d[-:]\d\d<\/span>/g) ?? [];
    expect(found.map((span) => span.slice(6, 11))).toEqual(labels);
  });

  test("takes text of clusters for text", () => {
    const evil = `</script><img src=x onerror="alert(1)">\u202e`;
    const page = renderFleetHtml(
      aFleet(
        [
          aFleetEnvironment({
            name: evil,
            held: [evil],
            customer: evil,
            problems: {
              open: {},
              list: [{ id: "1", title: evil, severity: evil, start: Date.parse("2026-03-09T12:00:00Z"), end: null }],
            },
          }),
        ],
        { warnings: [evil] },
      ),
    );
    expect(page).not.toContain("<img");
    expect(page).not.toContain("\u202e");
    expect(page.match(/<\/script>/g)).toHaveLength(1);
  });

  test("of 5,000 environments is smaller than 3 MB, and of far more says what is left out", () => {
    expect(renderFleetHtml(largeFleet(1_250)).length).toBeLessThan(3_000_000);
    expect(renderFleetHtml(largeFleet(6_000))).toContain("did not fit into this page");
  });
});

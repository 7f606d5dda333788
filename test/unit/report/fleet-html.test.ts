import { describe, expect, test } from "vitest";
import { countFleet } from "../../../src/fleet/count-fleet.ts";
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
    expect(page).toMatch(/<details class="cell is-ok" .*?><summary>abc-p1<span class="unseen"> in order/);
    expect(page).toContain('.is-ok > summary::before, .legend .is-ok::before, .since.is-ok::before { content: "✓";');
    expect(page).toContain("not seen: 2 of 3 hosts: web02, web03");
    expect(page).toContain("1 of 3 hosts seen");
  });

  test("can be narrowed to what has an empty label", () => {
    const environments = ["", "ccv2", undefined].map((type, index) =>
      aFleetEnvironment({ id: `abc-p${index}`, labels: type === undefined ? {} : { type } }),
    );
    const page = renderFleetHtml(aFleet(environments));
    expect(page.match(/data-item="[^"]*"/g)).toEqual(['data-item="0"', 'data-item="1"', 'data-item="-"']);
    expect(page).toContain('name="label.type" value="&quot;&quot;"');
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
    expect(page.match(/data-item="[^"]*"/g)).toEqual(['data-item="0 0"', 'data-item="1 1"']);
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
    expect(page).toContain('<svg viewBox="0 0 168 9" preserveAspectRatio="none" aria-hidden="true">');
    expect(page).toContain(
      '<path class="critical" d="M144 0h24V9H144z"/><path class="warned" d="M36 3h6V9H36z"/></svg></summary>',
    );
    expect(page).toContain('<summary><span>abc-p1 <span class="muted">1 of 2 open</span></span>');
    expect(page).toContain(
      '<ul><li>availability: Host is down, 03-09 12:00 and still open</li><li>performance: Slow, 03-05 00:00 to 06:00</li><li><a href="https://emea.example.com/e/abc-p1">ABC production</a></li></ul>',
    );
    expect(page).not.toContain("Long ago");
    // Of seven days back from noon each midnight, and what the marks stand for.
    expect(page).toContain(
      ".time svg { background: linear-gradient(var(--line), var(--line)) 7.14% 0 / 1px 100% no-repeat",
    );
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

  test("has a line for every environment with problems, those with most and gravest open ones first", () => {
    const start = Date.parse("2026-03-09T12:00:00Z");
    const withProblems = (id: string, ...problems: readonly (readonly [severity: string, isOpen: boolean])[]) =>
      aFleetEnvironment({
        id,
        problems: {
          open: {},
          list: problems.map(([severity, isOpen], index) => ({
            ...{ id: `${index}`, title: "Something", severity, start },
            end: isOpen ? null : start + 1,
          })),
        },
      });
    const fleet = aFleet([
      withProblems("many", ["PERFORMANCE", false], ["PERFORMANCE", false], ["PERFORMANCE", false]),
      withProblems("grave", ["AVAILABILITY", false]),
      withProblems("other", ["CUSTOM_ALERT", true], ["CUSTOM_ALERT", true]),
      withProblems("down", ["AVAILABILITY", true]),
      aFleetEnvironment({ id: "none" }),
    ]);
    const lines = [...renderFleetHtml(fleet).matchAll(/data-with="(\d+)"><summary><span>(\w+) /g)];
    expect(lines.map(([, cell, id]) => `${id} ${cell}`)).toEqual(["down 3", "other 2", "grave 1", "many 0"]);
  });

  test("has customers by the number and gravity of their open problems, and signs that tell gravities apart", () => {
    const troubled = (customer: string, open: Readonly<Record<string, number>>) =>
      aFleetEnvironment({ id: `${customer}-p1`, customer, condition: "problems", problems: { open, list: [] } });
    const fleet = aFleet([
      troubled("alert", { CUSTOM_ALERT: 9 }),
      troubled("down", { AVAILABILITY: 1, CUSTOM_ALERT: 1 }),
      aFleetEnvironment({ id: "fine-p1", customer: "fine" }),
      aFleetEnvironment({ id: "gone-p1", customer: "gone", condition: "unknown", unreadable: "no answer" }),
      troubled("new", { SOMETHING_NEW: 1 }),
      troubled("slow", { PERFORMANCE: 2 }),
      troubled("worse", { AVAILABILITY: 1, ERROR: 1 }),
    ]);
    const page = renderFleetHtml(fleet);
    const rows = [...page.matchAll(/data-group data-words="(\w+)"/g)].map(([, customer]) => customer);
    expect(rows).toEqual(["worse", "down", "slow", "alert", "new", "gone", "fine"]);
    const cells = [...page.matchAll(/class="cell is-([\w-]+)".*?<summary>(.*?)<span/g)];
    expect(cells.map(([, look, text]) => `${look}: ${text}`)).toEqual([
      "open-0: worse-p1 · 2",
      "open-0: down-p1 · 2",
      "open-1: slow-p1 · 2",
      "open-2: alert-p1 · 9",
      "open-2: new-p1",
      "unknown: gone-p1",
      "ok: fine-p1",
    ]);
    const signs = [...page.matchAll(/\.is-([\w-]+)::before { content: "(.)";/g)].map(([, , sign]) => sign);
    expect(new Set(signs).size).toBe(signs.length);
    expect(page).toContain('name="state" value="open problems: availability, error"');
  });

  test("says beside each customer since when its gravest problems are open, and knows it by its name, too", () => {
    const problem = { id: "1", title: "Something", end: null };
    const at = (time: string) => Date.parse(`2026-03-${time}:00Z`);
    const list = [
      { ...problem, severity: "CUSTOM_ALERT", start: at("01T08:00") },
      { ...problem, severity: "ERROR", start: at("10T11:42") },
      { ...problem, severity: "AVAILABILITY", start: at("10T11:50") },
      { ...problem, severity: "ERROR", start: at("09T10:00"), end: at("09T11:00") },
    ];
    const open = { CUSTOM_ALERT: 1, ERROR: 1, AVAILABILITY: 1 };
    const page = renderFleetHtml(
      aFleet(
        [
          aFleetEnvironment({ condition: "problems", problems: { open, list } }),
          aFleetEnvironment({ id: "xyz-p1", customer: "xyz" }),
        ],
        {
          customers: [
            { id: "abc", name: "ABC Retail", licence: null, counts: countFleet([]) },
            { id: "xyz", name: "xyz", licence: null, counts: countFleet([]) },
          ],
        },
      ),
    );
    expect(page).toContain(
      'data-words="abc ABC Retail"><h3 title="ABC Retail">abc</h3><p class="since is-open-0"><span class="unseen">open problems: availability, error, </span>since 03-10 11:42 UTC</p>',
    );
    expect(page).toContain('data-words="xyz"><h3>xyz</h3><div class="cells">');
  });

  test("cuts nothing without saying so", () => {
    const numbers = Array.from({ length: 250 }, (_, index) => index);
    const licence = numbers.map((number) => ({ quota: `quota${number}`, period: "now" as const, used: 1 }));
    const [cluster] = aFleet([]).clusters;
    if (cluster === undefined) throw new Error("there is a cluster");
    const page = renderFleetHtml(
      aFleet(
        [
          aFleetEnvironment({
            condition: "held",
            labels: { owner: "o".repeat(20_000) },
            held: [
              ...numbers.map((number) => `host/web${number}: it is the ${"x".repeat(number + 1)}`),
              `environment/abc-p1: ${"long ".repeat(4_000)}`,
            ],
          }),
        ],
        { clusters: [{ ...cluster, licence }], versions: Object.fromEntries(numbers.map((key) => [`1.${key}`, 1])) },
      ),
    );
    expect(page).toContain("<li>and 231 more, cut here</li>");
    expect(page).toContain('<p class="muted">owner=ooo');
    expect(page).toContain("o…</p>");
    expect(page).toContain('<tr><td colspan="3">and 50 more, cut here</td></tr>');
    expect(page).toContain('<tr><td colspan="2">and 50 more, cut here</td></tr>');
  });

  test("tells of what could not be read and belongs to no environment", () => {
    const held = [
      { scope: "source/customers/abc.yaml:3", reason: "the command failed", items: 1 },
      { scope: "host/web01", reason: "no route", items: 1 },
    ];
    const page = renderFleetHtml(aFleet([aFleetEnvironment()], { held }));
    expect(page).toContain(
      "<h2>Not everything could be read</h2><ul><li>held: source/customers/abc.yaml:3: the command failed</li></ul>",
    );
  });

  test("has a mark that can be seen of a problem that has just begun", () => {
    const problem = { id: "1", title: "Down", severity: "ERROR", start: Date.parse("2026-03-10T12:00:00Z"), end: null };
    const page = renderFleetHtml(aFleet([aFleetEnvironment({ problems: { open: { ERROR: 1 }, list: [problem] } })]));
    expect(page).toContain('<path class="critical" d="M167.4 0h0.6V9H167.4z"/>');
  });

  test("lists what is open or began last of an environment with very many problems", () => {
    const start = Date.parse("2026-03-09T12:00:00Z");
    const list = Array.from({ length: 60 }, (_, index) => ({
      ...{ id: `${index}`, title: `Problem ${index}`, severity: "ERROR", start: start + index },
      end: index === 3 ? null : start + 1_000,
    }));
    const page = renderFleetHtml(aFleet([aFleetEnvironment({ problems: { open: {}, list } })]));
    expect(page).toMatch(/<ul><li>10 more, not listed<\/li><li>error: Problem 3,[^<]*<\/li><li>error: Problem 11,/);
  });

  test("has a line of each environment before it has long lists, and the gravest have the longest", () => {
    const start = Date.parse("2026-03-09T12:00:00Z");
    const environments = Array.from({ length: 900 }, (_, index) =>
      aFleetEnvironment({
        id: `abc-${index}`,
        problems: {
          open: {},
          list: Array.from({ length: 40 }, (_none, number) => ({
            ...{
              id: `${number}`,
              title: `Помилка ${"x".repeat(50)}`,
              start: start + number * 60_000,
              end: start + 9e6,
            },
            severity: index === 77 ? "AVAILABILITY" : "ERROR",
          })),
        },
      }),
    );
    const page = renderFleetHtml(aFleet(environments));
    expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
    const lists = page
      .match(/data-with=".*?<\/ul>/g)
      ?.map((line) => line.match(/<li>error:|<li>availability:/g)?.length);
    expect(lists).toHaveLength(900);
    expect([lists?.at(0), lists?.at(-1)]).toEqual([40, 2]);
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
    const page = renderFleetHtml(largeFleet(1_250));
    expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
    expect(page.match(/data-with="/g)).toHaveLength(1_000);
    const larger = renderFleetHtml(largeFleet(6_000));
    expect(larger).toContain("4,000 more environments did not fit into this page");
    // Every fifth has had problems.
    const lines = larger.match(/data-with="/g)?.length ?? 0;
    expect(lines).toBeGreaterThan(500);
    expect(larger).toContain(`${(4_800 - lines).toLocaleString("en")} more environments had problems`);
  });
});

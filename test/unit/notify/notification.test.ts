import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../../src/model/plan.ts";
import { type ApplyReport, countResults, type ResultStatus } from "../../../src/model/result.ts";
import { suspensionReason } from "../../../src/model/suspension.ts";
import { eventsOf, type Notification, notificationOf, type ToldRun } from "../../../src/notify/notification.ts";
import { slackMessage } from "../../../src/notify/slack-message.ts";
import { teamsMessage } from "../../../src/notify/teams-message.ts";
import { savedPlan } from "../../support/saved-documents.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../../schema/notification.schema.json", import.meta.url), "utf8"),
) as object;
const fits = new Ajv2020({ formats: { "date-time": true, uri: true } }).compile(schema);

const plan: Plan = { ...savedPlan, held: [], guards: [] };
const held = (scope: string, reason = "it did not answer"): Partial<Plan> => ({ held: [{ scope, reason, items: 3 }] });
const suspension = held("environment/abc-p1", suspensionReason({ until: "2026-12-01", reason: "migration" }));

function reportOf(...statuses: readonly (readonly [ResultStatus, string?])[]): ApplyReport {
  const results = statuses.map(([status, message], index) => ({
    ...{ id: `host/web${index + 1}.example.com`, action: "install" as const, status, attempts: 1, durationMs: 5 },
    ...(status === "done" ? {} : { error: { code: message ?? "timeout", message: message ?? "no answer in time" } }),
  }));
  const counts = countResults(results);
  return {
    format: "dtsync-apply/1",
    run: "0",
    plan: "x",
    results,
    summary: counts,
    held: [],
    waiting: [],
    warnings: [],
  };
}

const run = (given: Partial<ToldRun> = {}): ToldRun => ({
  ...{ command: "apply", exitCode: 0, plan: null, report: null, failure: null },
  ...given,
});
const facts = { version: "0.1.0", run: "0123456789ab", time: new Date(Date.UTC(2026, 10, 26)), link: null };
const told = (given: Partial<ToldRun>): Notification => notificationOf(run(given), eventsOf(run(given)), facts);

describe("what there is to tell", () => {
  test.each<[string, readonly string[], Partial<ToldRun>]>([
    ["everything as declared", [], { plan: { ...plan, changes: [] } }],
    ["a plan with changes", ["drift"], { plan }],
    ["changes that were made", [], { plan, report: reportOf(["done"]) }],
    ["a change that failed", ["failure"], { plan, report: reportOf(["done"], ["failed"]), exitCode: 5 }],
    ["a host that was not reached", ["held"], { plan: { ...plan, ...held("host/web01"), changes: [] }, exitCode: 0 }],
    ["an environment that is suspended", [], { plan: { ...plan, ...suspension, changes: [] } }],
    ["a removal that is held", ["held"], { plan: { ...plan, ...held("environment/abc-p1"), changes: [] } }],
    ["a cluster that was not read", ["failure", "held", "drift"], { plan: { ...plan, ...held("cluster/emea") } }],
    ["a run that a guard refused", ["failure"], { plan, report: reportOf(), exitCode: 4 }],
    ["an invalid inventory", ["failure"], { exitCode: 3 }],
    ["hosts that wait for a later revision", [], { plan, report: reportOf(["skipped", "superseded"]), exitCode: 5 }],
  ])("of %s", (_what, events, given) => {
    expect(eventsOf(run(given))).toEqual(events);
    expect(fits(told(given)), JSON.stringify(fits.errors)).toBe(true);
  });

  test("says in one line what matters most, and in some what it is", () => {
    const { title, details, severity, results } = told({ plan, report: reportOf(["failed"], ["done"], ["done"]) });
    expect(title).toBe("dtsync apply: 1 change failed, 2 changes were made");
    expect(details).toEqual(["failed: install host/web1.example.com (no answer in time)"]);
    expect([severity, results?.failed]).toEqual(["error", 1]);
    expect(told({ plan: { ...plan, changes: [] } }).title).toBe("dtsync apply: everything is as declared");
    expect(told({ exitCode: 1, failure: "no\ncluster" }).title).toBe("dtsync apply: no\\ncluster");
  });

  test("names what failed before what was left out because of it", () => {
    const skipped = Array.from({ length: 25 }, () => ["skipped", "dependency-failed"] as const);
    const { details } = told({ report: reportOf(...skipped, ["uncertain"], ["failed"], ["stale"]), exitCode: 5 });
    expect(details.slice(0, 4).map((detail) => detail.split(" ")[0])).toEqual([
      ...["failed:", "uncertain:", "stale:", "skipped:"],
    ]);
    expect(details.at(-1)).toBe("and 8 more");
  });

  test("is bounded, whatever hosts say", () => {
    const many = Array.from({ length: 3_000 }, () => ["failed", "x".repeat(2_000)] as const);
    const large = told({ plan, report: reportOf(...many), exitCode: 5 });
    expect(fits(large), JSON.stringify(fits.errors)).toBe(true);
    expect(large.document).toBeNull();
    expect(large.details.at(-1)).toBe("and 2980 more");
    expect(JSON.stringify(large).length).toBeLessThan(20_000);
    expect(Buffer.byteLength(JSON.stringify(slackMessage(large)))).toBeLessThan(10_000);
    expect(Buffer.byteLength(JSON.stringify(teamsMessage(large)))).toBeLessThan(28_000);
  });
});

describe("messages for people", () => {
  const hostile = "<!channel> [click](https://evil.example.com) *bold* & more";
  const notification = { ...told({ plan, report: reportOf(["failed", hostile]), exitCode: 5, failure: hostile }) };

  test("of Slack hold what comes from outside as plain text", () => {
    const message = slackMessage({ ...notification, link: "https://gitlab.example.com/-/jobs/1?a=<b>|c" });
    const { text, blocks } = message as {
      text: string;
      blocks: { type: string; text?: { type: string; text: string } }[];
    };
    expect(text).toContain("&lt;!channel&gt;");
    expect(blocks.map(({ type, text: content }) => `${type} ${content?.type ?? ""}`)).toEqual([
      ...["header plain_text", "section plain_text", "context ", "section mrkdwn"],
    ]);
    expect(blocks[0]?.text?.text.length).toBeLessThanOrEqual(150);
    expect(blocks[3]?.text?.text).toBe("<https://gitlab.example.com/-/jobs/1?a=&lt;b&gt;%7Cc|Open the run>");
  });

  test("of Teams hold it in runs of text, where Markdown is none", () => {
    const message = JSON.stringify(teamsMessage({ ...notification, link: "https://gitlab.example.com/-/jobs/1" }));
    const { attachments } = JSON.parse(message) as { attachments: { content: { body: { type: string }[] } }[] };
    const types = attachments[0]?.content.body.map(({ type }) => type);
    expect(new Set(types)).toEqual(new Set(["RichTextBlock", "FactSet"]));
    expect(message).toContain('"Action.OpenUrl"');
  });
});

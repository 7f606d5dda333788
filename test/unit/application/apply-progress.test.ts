import { describe, expect, test } from "vitest";
import { applyProgress } from "../../../src/application/apply-progress.ts";
import { createMessageStream } from "../../../src/application/message-stream.ts";
import type { Change } from "../../../src/model/change.ts";
import type { ChangeResult } from "../../../src/model/result.ts";
import { aChange, anEnvironment, aRollout, noon } from "../../support/builders.ts";
import { aContext } from "../../support/context.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { screenOf } from "../../support/screen.ts";

const install = (host: string): Change => aChange({ kind: "host", action: "install", host });
const [web, db, app] = [install("web01"), install("db01"), install("app01")];
const group = aChange({ kind: "group", action: "create" });

const resultOf = (
  { id, action }: Change,
  status: ChangeResult["status"],
  message = "nobody answers",
): ChangeResult => ({
  id,
  action,
  status,
  attempts: 1,
  durationMs: 0,
  ...(status === "done" ? {} : { error: { code: "unreachable", message } }),
});

const options = { progress: true, color: false };
const environments = [anEnvironment({ rollout: aRollout({ batch: { count: 2 } }) }), anEnvironment({ id: "xyz-p1" })];

/** The edges of a process whose standard error is a terminal, and what is on its screen. */
function onTerminal(interrupt = new AbortController()) {
  const clock = fakeClock(noon);
  let written = "";
  const messages = createMessageStream(
    (text) => {
      written += text;
    },
    () => ({ columns: 80, rows: 24 }),
    clock,
  );
  const { context } = aContext({
    clock,
    output: { out: () => expect.unreachable("progress is no result"), err: messages.write },
    openRegion: messages.openRegion,
    terminal: { input: true, output: false, errors: true, columns: null },
    signal: interrupt.signal,
  });
  return { clock, context, screen: () => screenOf(written) };
}

describe("on a terminal", () => {
  test("counts what is done and what failed, for each kind, and names what runs longest", () => {
    const { clock, context, screen } = onTerminal();
    const progress = applyProgress([group, web, db, app], environments, options, context);
    expect(screen()).toEqual(["· Groups  0/1", "· Hosts   0/3"]);
    progress.started(web);
    progress.started(db);
    clock.pass(3_000);
    expect(screen()).toEqual([
      "· Groups  0/1",
      "▸ Hosts   0/3",
      "  longest: host/web01 3 s, host/db01 3 s",
      "  abc-p1  0/3  batch 1 of 1",
    ]);
    progress.finished(web, resultOf(web, "done"));
    // What is skipped has never run.
    progress.finished(app, resultOf(app, "skipped"));
    progress.finished(db, resultOf(db, "failed"));
    progress.started(group);
    progress.finished(group, resultOf(group, "done"));
    clock.pass(100);
    expect(screen()).toEqual([
      "failed    install host/db01: nobody answers [unreachable]",
      "✔ Groups  1/1",
      "✖ Hosts   3/3  1 failed  1 not made",
    ]);
    progress.close();
    clock.pass(1_000);
    expect(screen()).toHaveLength(3);
  });

  test("environments are told while they are under way, with their wave and the hosts that are to be seen", () => {
    const { clock, context, screen } = onTerminal();
    const other = aChange({
      kind: "host",
      action: "install",
      host: "web01.xyz",
      environment: "xyz-p1",
      customer: "xyz",
    });
    const progress = applyProgress([web, db, app, other], environments, options, context);
    expect(screen()).toEqual(["· Hosts  0/4"]);
    progress.started(web);
    const seen = progress.beginStep({ host: "web01", environment: "abc-p1", step: "wait seen" });
    progress.beginStep({ host: "db01", environment: "abc-p1", step: "download" })({ result: "ok", words: null });
    clock.pass(3_000);
    // It is not worked on, so it does not run long.
    expect(screen()).toEqual([
      "▸ Hosts  0/4  1 to be seen",
      "  abc-p1  0/3  canary  1 to be seen",
      "  1 more environment: 1 to come",
    ]);
    seen({ result: "ok", words: null });
    progress.finished(web, resultOf(web, "done"));
    progress.started(other);
    progress.started(db);
    progress.started(app);
    progress.finished(db, resultOf(db, "failed"));
    clock.pass(100);
    expect(screen().slice(1)).toEqual([
      "✖ Hosts  2/4  1 failed  39/min",
      "  abc-p1  2/3  batch 1 of 1  1 failed",
      "  xyz-p1  0/1  canary",
    ]);
    progress.finished(app, resultOf(app, "done"));
    clock.pass(100);
    expect(screen().slice(2)).toEqual(["  xyz-p1  0/1  canary", "  1 more environment: 1 done"]);
    progress.finished(other, resultOf(other, "done"));
    progress.close();
    expect(screen().at(-1)).toBe("✖ Hosts  4/4  1 failed");
  });

  test("a failure cannot move the cursor", () => {
    const { context, screen } = onTerminal();
    const progress = applyProgress([web], environments, options, context);
    progress.finished(web, resultOf(web, "failed", "it says \u001b[2J\nand more"));
    expect(screen()[0]).toBe("failed    install host/web01: it says \\u001b[2J\\nand more [unreachable]");
  });

  test("an interrupt is told until what runs has ended", () => {
    const interrupt = new AbortController();
    const { clock, context, screen } = onTerminal(interrupt);
    const progress = applyProgress([web, db], environments, options, context);
    progress.started(web);
    interrupt.abort();
    clock.pass(100);
    expect(screen()).toEqual(["▸ Hosts  0/2", "  interrupted: finishing what is running", "  abc-p1  0/2  canary"]);
    progress.finished(web, resultOf(web, "done"));
    progress.finished(db, resultOf(db, "skipped"));
    progress.close();
    expect(screen()).toEqual(["! Hosts  2/2  1 not made"]);
  });
});

describe("without a terminal", () => {
  test("a line every ten seconds, at once for a failure, and none for each change", () => {
    const clock = fakeClock(noon);
    const { context, output, errors } = aContext({ clock });
    const progress = applyProgress([group, web, db, app], environments, options, context);
    progress.started(group);
    progress.finished(group, resultOf(group, "done"));
    progress.started(web);
    clock.pass(9_999);
    expect(errors()).toBe("");
    clock.pass(1);
    expect(errors()).toBe("applying: groups 1/1, hosts 0/3, longest: host/web01 10 s\n");
    progress.finished(web, resultOf(web, "uncertain"));
    expect(errors()).toMatch(/\nuncertain install host\/web01: nobody answers \[unreachable\]\n$/);
    clock.pass(10_000);
    expect(errors()).toMatch(/\napplying: groups 1\/1, hosts 1\/3 \(1 failed\)\n$/);
    for (const change of [db, app]) progress.finished(change, resultOf(change, "done"));
    progress.close();
    expect(errors()).toMatch(/\napplying: groups 1\/1, hosts 3\/3 \(1 failed\)\n$/);
    clock.pass(60_000);
    expect(errors().split("\n")).toHaveLength(5);
    expect(output()).toBe("");
  });

  test("a short run says nothing of itself", () => {
    const { context, errors } = aContext();
    const progress = applyProgress([web], environments, options, context);
    progress.finished(web, resultOf(web, "done"));
    progress.close();
    expect(errors()).toBe("");
  });

  test("the first hundred failures are named, and a line says that there are more", () => {
    const hosts = Array.from({ length: 12_000 }, (_, index) => install(`web${index}`));
    const { context, errors } = aContext();
    const progress = applyProgress(hosts, environments, options, context);
    for (const host of hosts) progress.finished(host, resultOf(host, "failed"));
    progress.close();
    expect(errors().match(/^failed/gm)).toHaveLength(100);
    expect(errors()).toMatch(/\napplying: 100 failures so far, more are only counted here\n$/);
  });
});

test.each([
  ["--no-progress", [web], { ...options, progress: false }],
  ["nothing to do", [], options],
])("says nothing with %s", (_name, changes, given) => {
  const [terminal, pipe] = [onTerminal(), aContext()];
  for (const context of [terminal.context, pipe.context]) {
    const progress = applyProgress(changes, environments, given, context);
    progress.started(web);
    progress.finished(web, resultOf(web, "failed"));
    progress.close();
  }
  expect([terminal.screen(), pipe.errors()]).toEqual([[], ""]);
});

import { describe, expect, test } from "vitest";
import type { Notifier } from "../../../src/application/notifier.ts";
import { notifyWatch } from "../../../src/application/watch/notify-watch.ts";
import { DtsyncError, exitCodes } from "../../../src/errors.ts";
import type { Plan } from "../../../src/model/plan.ts";
import { eventsOf } from "../../../src/notify/notification.ts";
import { judgeRun, type RunEnd } from "../../../src/watch/judge-run.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { silentLog } from "../../support/log.ts";

const planOf = (...ids: readonly string[]) =>
  ({ changes: ids.map((id) => ({ id, action: "update" })), held: [], guards: [] }) as unknown as Plan;
const inSync: RunEnd = { exitCode: 0, plan: planOf(), report: null, failure: null };
const drift = (...ids: readonly string[]): RunEnd => ({ ...inSync, plan: planOf(...ids) });
const failed = (failure: string): RunEnd => ({ exitCode: 1, plan: null, report: null, failure });

/** A watch that tells of `when`, and what it told. */
function watching(when: readonly string[], arrives: () => boolean = () => true, once = false) {
  const sent: string[] = [];
  const results: string[] = [];
  const clock = fakeClock(noon);
  const notifier: Notifier = {
    wanted: (run) => {
      const events = eventsOf(run);
      return when.includes("always") || events.some((event) => when.includes(event)) ? events : null;
    },
    tell: async ({ failure }, events) => {
      if (arrives()) sent.push([...events, ...(failure === null ? [] : [failure])].join(" "));
      return arrives();
    },
  };
  const notified = (result: string) => results.push(result);
  const { listener, finish } = notifyWatch(notifier, { clock, log: silentLog, notified, once });
  const run = async (...ends: readonly RunEnd[]) => {
    for (const end of ends) await listener.runEnded(judgeRun(end), end, 1);
  };
  return { listener, finish, run, sent, results, clock };
}

describe("a watch", () => {
  test("tells what it finds once, and when it is over", async () => {
    const { run, sent } = watching(["drift", "failure"]);
    await run(inSync, drift("a"), drift("a"), drift("a", "b"), inSync, inSync, failed("x"), failed("x"), inSync);
    expect(sent).toEqual(["drift", "drift", "recovered", "failure x", "recovered"]);
  });

  test("does not call over what a run that failed says nothing of", async () => {
    const { run, sent } = watching(["drift"]);
    await run(drift("a"), failed("x"), drift("a"), inSync);
    expect(sent).toEqual(["drift", "recovered"]);
  });

  test("tells nothing that nobody wants to know, and all where that is wanted", async () => {
    const quiet = watching(["failure"]);
    await quiet.run(drift("a"), inSync);
    expect(quiet.sent).toEqual([]);
    const all = watching(["always"]);
    await all.run(inSync, inSync, drift("a"), drift("a"), inSync);
    expect(all.sent).toEqual(["", "", "drift", "recovered"]);
  });

  test("tells again what did not arrive", async () => {
    let isUp = false;
    const { run, sent, results } = watching(["drift"], () => isUp);
    await run(drift("a"));
    isUp = true;
    await run(drift("a"), drift("a"));
    expect([sent, results]).toEqual([["drift"], ["failed", "sent"]]);
  });

  test("tells no more than twelve times in an hour", async () => {
    const { run, sent, results, clock } = watching(["failure"]);
    for (let index = 0; index < 15; index += 1) await run(failed(`${index}`));
    expect([sent.length, results.filter((result) => result === "left-out").length]).toEqual([12, 3]);
    clock.pass(3_600_000);
    await run(failed("later"));
    expect(sent.at(-1)).toBe("failure later");
  });

  test("tells of a revision that is not taken, and of a repository that is away for long", async () => {
    const { listener, run, sent } = watching(["failure"]);
    const looked = async (...results: readonly ("new" | "unchanged" | "refused" | "failed")[]) => {
      for (const result of results) listener.looked(result, 1);
      await run(inSync);
    };
    await looked("refused", "refused", "unchanged");
    expect(sent).toEqual([expect.stringContaining("is not taken"), "recovered"]);
    await looked(...Array<"failed">(9).fill("failed"));
    expect(sent).toHaveLength(2);
    await looked("failed", "failed", "unchanged", "unchanged");
    expect(sent.slice(2)).toEqual([expect.stringContaining("has not answered"), "recovered"]);
  });

  test("tells what ended it before only where it looks once, and waits for what it tells", async () => {
    const failure = new DtsyncError("the folder of the watch cannot be used", { exitCode: exitCodes.failed });
    const service = watching(["failure"]);
    await service.finish(failure);
    expect(service.sent).toEqual([]);
    const once = watching(["failure"], undefined, true);
    once.listener.looked("failed", 1);
    await once.finish(null);
    expect(once.sent).toEqual(["failure the branch could not be looked at; the log says why"]);
    await once.finish(failure);
    await once.finish(new TypeError("this is a bug"));
    expect(once.sent.slice(1)).toEqual([
      "failure the folder of the watch cannot be used",
      "failure it met a bug, which its log describes",
    ]);
  });
});

import { describe, expect, test } from "vitest";
import { applyOptions } from "../../../src/commands/options/apply-options.ts";
import { commonOptions } from "../../../src/commands/options/common-options.ts";
import { fleetOptions } from "../../../src/commands/options/fleet-options.ts";
import { logOptions } from "../../../src/commands/options/log-options.ts";
import { planOptions } from "../../../src/commands/options/plan-options.ts";
import type { RawOptions } from "../../../src/commands/options/raw-options.ts";
import { exitCodes } from "../../../src/errors.ts";
import { everything } from "../../support/builders.ts";
import { fleetOptionsOf } from "../../support/context.ts";

const usageError = (message: RegExp) => ({ exitCode: exitCodes.invalid, message: expect.stringMatching(message) });

describe("without any option", () => {
  test("everything in ./inventory is compared, 50 hosts at once", async () => {
    expect(await fleetOptions({}, {})).toEqual(fleetOptionsOf({ color: true, progress: true }));
  });

  test("warnings are logged, and what is logged to a file is for the log to decide", () => {
    expect(logOptions({}, {})).toEqual({ level: null, format: "text", file: null, color: true });
    expect(logOptions({ logLevel: "debug", logFormat: "json", logFile: "a.log", color: false }, {})).toEqual({
      ...{ level: "debug", format: "json", file: "a.log", color: false },
    });
  });

  test("a log for programs leaves no place for progress", async () => {
    expect(await fleetOptions({ logFormat: "json" }, {})).toMatchObject({ progress: false });
  });

  test("variables count", async () => {
    const variables = { DTSYNC_INVENTORY: "other", NO_COLOR: "1", DTSYNC_ALLOW_COMMANDS: "1" };
    expect(await fleetOptions({}, variables)).toMatchObject({ inventory: "other", color: false, allowCommands: true });
    expect(await fleetOptions({}, { DTSYNC_ALLOW_COMMANDS: "yes" })).toMatchObject({ allowCommands: false });
  });

  test("apply raises nothing, divides nothing, and asks", async () => {
    expect(await applyOptions(undefined, {}, {})).toMatchObject({
      planFile: null,
      autoApprove: false,
      raisedLimits: { removals: null, updates: null },
      skipStale: false,
      shard: null,
      report: [],
    });
  });
});

describe("options", () => {
  test("are taken over their variables", async () => {
    expect(await commonOptions({ inventory: "mine" }, { DTSYNC_INVENTORY: "other" })).toMatchObject({
      inventory: "mine",
    });
  });

  test("of the scope: kinds in their own order, given together or one by one", async () => {
    const raw = { target: ["abc-*"], exclude: ["abc-t1"], only: ["hosts,environments"], hosts: "skip" };
    expect((await fleetOptions(raw, {})).scope).toEqual({
      ...everything,
      targets: ["abc-*"],
      excludes: ["abc-t1"],
      only: ["environments", "hosts"],
      hosts: "skip",
    });
    expect((await fleetOptions({ only: ["groups", " hosts"] }, {})).scope.only).toEqual(["groups", "hosts"]);
  });

  test("--set takes YAML", async () => {
    const { set } = await commonOptions(
      { set: ["safety.maxRemovals=3", "clusters.emea.token={ env: T }", "a=b=c"] },
      {},
    );
    expect(set.map(({ path, value }) => [path, value])).toEqual([
      ["safety.maxRemovals", 3],
      ["clusters.emea.token", { env: "T" }],
      ["a", "b=c"],
    ]);
  });

  test("of apply: limits, a part of the hosts, reports", async () => {
    const raw = { allowRemovals: "0", allowUpdates: "12", shard: "2/3", report: ["junit=out/a=b.xml", "json=a.json"] };
    expect(await applyOptions("plan.json", raw, {})).toMatchObject({
      planFile: "plan.json",
      raisedLimits: { removals: 0, updates: 12 },
      shard: { index: 2, total: 3 },
      report: [
        { kind: "junit", file: "out/a=b.xml" },
        { kind: "json", file: "a.json" },
      ],
    });
  });
});

describe("a wrong option is a usage error:", () => {
  test.each<[RawOptions, RegExp]>([
    [{ format: "xml" }, /^--format must be one of text, json, markdown, not "xml"$/],
    [{ set: ["=3"] }, /^--set takes PATH=VALUE/],
    [{ set: ["safety"] }, /^--set takes PATH=VALUE/],
    [{ set: ["a=[1"] }, /^the value of --set a is not YAML$/],
    [{ only: ["hosts,servers"] }, /^--only must be one of environments, groups, hosts, not "servers"$/],
    [{ hosts: "ping" }, /^--hosts must be one of/],
    [{ concurrency: "0" }, /^--concurrency must be a whole number from 1 up, not "0"$/],
    [{ allowRemovals: "1.5" }, /^--allow-removals must be a whole number from 0 up/],
    [{ allowUpdates: "30%" }, /^--allow-updates must be a whole number from 0 up/],
    [{ allowRemovals: "99999999999999999999" }, /^--allow-removals must be/],
    [{ shard: "0/3" }, /^--shard takes I\/N/],
    [{ shard: "4/3" }, /^--shard takes I\/N/],
    [{ shard: "1" }, /^--shard takes I\/N/],
    [{ report: ["junit"] }, /^--report takes KIND=FILE/],
    [{ report: ["junit="] }, /^--report takes KIND=FILE/],
    [{ report: ["gitlab-terraform=a.json"] }, /^--report gitlab-terraform is not known here$/],
    [{ report: ["constructor=a.json"] }, /^--report constructor is not known here$/],
  ])("%j", async (raw, message) => {
    await expect(applyOptions(undefined, raw, {})).rejects.toMatchObject(usageError(message));
  });

  test.each<[RawOptions, RegExp]>([
    [{ logLevel: "loud" }, /^--log-level must be one of error, warn, info, debug, not "loud"$/],
    [{ logFormat: "xml" }, /^--log-format must be one of text, json, not "xml"$/],
  ])("of the log: %j", (raw, message) => {
    expect(() => logOptions(raw, {})).toThrow(message);
  });

  test("a kind of report that a command lacks, with those that it has", async () => {
    await expect(planOptions({ report: ["pdf=a"] }, {})).rejects.toMatchObject({
      hint: "kinds of this command: json, markdown, html, gitlab-terraform, gitlab-codequality, sarif, junit",
    });
  });

  test.each(["target", "exclude", "changedSince", "hosts"])("%s with a plan file", async (name) => {
    const value = { target: ["abc"], exclude: ["abc"], changedSince: "HEAD", hosts: "probe" }[name];
    await expect(applyOptions("plan.json", { [name]: value }, {})).rejects.toMatchObject(
      usageError(/do not go with a plan file/),
    );
    expect(await applyOptions(undefined, { [name]: value }, {})).toMatchObject({ planFile: null });
  });

  test("but not a part of a plan file", async () => {
    const raw = { only: ["environments,groups"], shard: "1/2" };
    expect(await applyOptions("plan.json", raw, {})).toMatchObject({
      scope: { only: ["environments", "groups"] },
      shard: { index: 1, total: 2 },
    });
  });
});

import { describe, expect, test } from "vitest";
import { compareAgent, wantedUpdate } from "../../../../src/kinds/host/fields.ts";
import { compareVersions, newestMatching } from "../../../../src/lib/versions.ts";
import type { Host, OneAgentSettings } from "../../../../src/model/inventory.ts";
import type { ObservedAgent } from "../../../../src/model/observed.ts";
import { aHost, anAgent, oneAgentSettings } from "../../../support/builders.ts";

const compared = (
  settings: Partial<OneAgentSettings>,
  agent: Partial<ObservedAgent> | null,
  host: Partial<Host> = {},
) => compareAgent(aHost({ oneagent: oneAgentSettings(settings), ...host }), agent && anAgent(agent));

const both = ["environment", "version"];

describe("what happens to an agent", () => {
  test.each<[string, Partial<OneAgentSettings>, Partial<ObservedAgent> | null, string | null, readonly string[]]>([
    ["none there", { hostGroup: "g" }, null, "install", ["environment", "version", "hostGroup"]],
    ["cut off while it was installed", {}, { incomplete: true }, "install", both],
    ["as declared", { hostGroup: "g" }, { hostGroup: "g" }, null, []],
    ["nothing declared", {}, { hostGroup: "any", hostTags: ["x"] }, null, []],
    ["another environment", {}, { tenant: "abc-t1" }, "move", ["environment"]],
    ["the environment in another case", {}, { tenant: "ABC-P1" }, null, []],
    ["latest leaves an old one to its own updates", { version: "latest" }, { version: "1.99.1" }, null, []],
    ["older than declared", { version: "1.320" }, {}, "update", ["version"]],
    ["newer than declared is never downgraded", { version: "1.311" }, {}, null, []],
    ["below the least version", { minVersion: "1.320" }, {}, "update", ["version"]],
    ["a version that cannot be told is left", { version: "1.999" }, { version: null }, null, []],
    ["a setting that differs", { hostGroup: "g" }, { hostGroup: "old" }, "configure", ["hostGroup"]],
    ["a setting that the agent cannot tell", { hostGroup: "g" }, { hostGroup: null }, null, []],
    ["tags in another order", { hostTags: ["b", "a=1"] }, { hostTags: ["a=1", "b"] }, null, []],
    ["a tag too many", { hostTags: [] }, { hostTags: ["x"] }, "configure", ["hostTags"]],
    [
      "properties that are not declared stay",
      { hostProperties: { a: "1" } },
      { hostProperties: ["a=1", "b=2"] },
      null,
      [],
    ],
    ["a property with = in its value", { hostProperties: { a: "x=y" } }, { hostProperties: ["a=x=y"] }, null, []],
    [
      "a property that is there twice",
      { hostProperties: { a: "1" } },
      { hostProperties: ["a=1", "a=2"] },
      "configure",
      ["hostProperties"],
    ],
    [
      "no property wanted, some there",
      { hostProperties: {} },
      { hostProperties: ["a=1"] },
      "configure",
      ["hostProperties"],
    ],
    ["no property wanted, none there", { hostProperties: {} }, { hostProperties: [] }, null, []],
    ["no group wanted, one there", { hostGroup: "" }, { hostGroup: "g" }, "configure", ["hostGroup"]],
    ["no group wanted, none there", { hostGroup: "" }, { hostGroup: "" }, null, []],
    ["no name wanted, one there", { hostName: "" }, { hostName: "n" }, "configure", ["hostName"]],
    ["no zone wanted, one there", { networkZone: "" }, { networkZone: "eu" }, "configure", ["networkZone"]],
    ["no zone wanted, the default one there", { networkZone: "" }, { networkZone: "default" }, null, []],
    ["no proxy wanted, one there", { proxy: "" }, { proxy: "p.example.com:1" }, "configure", ["proxy"]],
    ["no_proxy, and none there", { proxy: "no_proxy" }, { proxy: "" }, null, []],
    ["none, and no_proxy there", { proxy: "" }, { proxy: "no_proxy" }, null, []],
    ["the default network zone is none", { networkZone: "default" }, { networkZone: "" }, null, []],
    ["zones know no case", { networkZone: "EU" }, { networkZone: "eu" }, null, []],
    ["stopped", {}, { serviceActive: false }, "configure", ["service"]],
    ["connected, on a host that cannot tell of services", {}, { serviceActive: null }, null, []],
    ["running but not connected", {}, { server: "{https://a}" }, "configure", ["connected"]],
    ["running and without a server", {}, { server: "" }, "configure", ["connected"]],
    ["running, and not telling its server", {}, { server: null }, null, []],
    ["cut off, and of another environment", {}, { incomplete: true, tenant: "xyz-p1" }, "move", ["environment"]],
    ["cut off, and of this environment in another case", {}, { incomplete: true, tenant: "ABC-P1" }, "install", both],
    ["too old to tell whether it is connected", {}, { version: "1.200.1", server: "{https://a}" }, null, []],
  ])("%s", (_name, settings, agent, action, fields) => {
    const found = compared(settings, agent);
    expect(found.action).toBe(action);
    expect(found.differences.map(({ field }) => field)).toEqual(fields);
  });

  test("a move brings everything else with it", () => {
    const found = compared(
      { version: "1.320", hostGroup: "g" },
      { tenant: "abc-t1", hostGroup: "old", serviceActive: false },
    );
    expect(found.action).toBe("move");
    expect(found.differences.map(({ field }) => field)).toEqual(["environment", "version", "hostGroup", "service"]);
  });

  test("absent: uninstalled where there is one", () => {
    expect(compared({}, {}, { state: "absent" }).action).toBe("uninstall");
    expect(compared({}, null, { state: "absent" }).action).toBeNull();
  });
});

test.each([
  ["latest", undefined, null],
  ["1.320", undefined, "1.320"],
  ["1.313.52.20250602-150703", undefined, null],
  ["1.313.53", undefined, "1.313.53"],
  ["latest", "1.320", "latest"],
  ["1.310", "1.305", null],
])(
  "installed is 1.313.52.20250602-150703, declared %s and at least %s: update to %s",
  (version, minVersion, wanted) => {
    const settings = oneAgentSettings({ version, ...(minVersion === undefined ? {} : { minVersion }) });
    expect(wantedUpdate(settings, "1.313.52.20250602-150703")).toBe(wanted);
  },
);

test("versions are compared as numbers, and as far as the shorter one says", () => {
  expect(compareVersions("1.99.1", "1.313")).toBeLessThan(0);
  expect(compareVersions("1.313.52.20250602-150703", "1.313")).toBe(0);
  expect(compareVersions("1.313.52.20250602-150703", "1.313.52.20250602-150704")).toBeLessThan(0);
  expect(newestMatching(["1.99.1", "1.313.2", "1.313.10"], "1.313")).toBe("1.313.10");
  expect(newestMatching(["1.99.1", "1.313.2"], "latest")).toBe("1.313.2");
  expect(newestMatching(["1.99.1"], "1.313")).toBeNull();
});

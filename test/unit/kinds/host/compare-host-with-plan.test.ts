import { describe, expect, test } from "vitest";
import { compareHostWithPlan } from "../../../../src/kinds/host/compare-host-with-plan.ts";
import { planHost } from "../../../../src/kinds/host/plan.ts";
import type { Host } from "../../../../src/model/inventory.ts";
import type { HostFacts, ObservedAgent } from "../../../../src/model/observed.ts";
import { aHost, aHostReading, anAgent, oneAgentSettings } from "../../../support/builders.ts";

const facts = (agent: ObservedAgent | null): HostFacts => ({
  system: "Linux",
  machine: "x86_64",
  uptime: null,
  locked: false,
  leftovers: false,
  site: null,
  agent,
});

/** How a host with `later` stands to the change that was planned when it had `earlier`. */
function matchOf(host: Partial<Host>, earlier: ObservedAgent | null, later: ObservedAgent | null) {
  const { change } = planHost(aHost(host), aHostReading({ agent: earlier }), []);
  if (change === null) throw new Error("there is nothing to change");
  return compareHostWithPlan(change, aHost(host), facts(later));
}

const asPlanned = { match: "as-planned" };
const asWanted = { match: "as-wanted" };
const other = (text: string, isForeign = false) => ({
  match: "other",
  reason: expect.stringContaining(text),
  isForeign,
});
const unreadable = anAgent({ tenant: null });

describe("an installation", () => {
  test("is as planned while there is no complete agent", () => {
    expect(matchOf({}, null, null)).toEqual(asPlanned);
    expect(matchOf({}, null, anAgent({ incomplete: true }))).toEqual(asPlanned);
  });

  test("is as wanted or not by the agent that appeared since", () => {
    expect(matchOf({}, null, anAgent())).toEqual(asWanted);
    expect(matchOf({}, null, anAgent({ tenant: "xyz-p1" }))).toEqual(other("reports to xyz-p1", true));
    expect(matchOf({}, null, unreadable)).toEqual(other("does not tell which environment", true));
    const cutOff = anAgent({ incomplete: true, tenant: "xyz-p1" });
    expect(matchOf({}, null, cutOff)).toEqual(other("reports to xyz-p1", true));
  });
});

describe("an uninstallation", () => {
  const absent = { state: "absent" } as const;

  test("is as planned while the agent reports where it did, and as wanted without one", () => {
    expect(matchOf(absent, anAgent(), anAgent())).toEqual(asPlanned);
    expect(matchOf(absent, anAgent(), null)).toEqual(asWanted);
    expect(matchOf(absent, anAgent(), anAgent({ tenant: "xyz-p1" }))).toEqual(other("now reports to xyz-p1", true));
    expect(matchOf(absent, anAgent(), unreadable)).toEqual(other("does not tell which environment", true));
    const nowhere = anAgent({ tenant: "", incomplete: true });
    expect(matchOf(absent, nowhere, nowhere)).toEqual(asPlanned);
    expect(matchOf(absent, nowhere, anAgent())).toEqual(other("now reports to abc-p1"));
  });
});

describe("a move", () => {
  const elsewhere = anAgent({ tenant: "xyz-p1" });

  test("is as planned while the agent is that of the other environment, cut off or not", () => {
    expect(matchOf({}, elsewhere, elsewhere)).toEqual(asPlanned);
    expect(matchOf({}, elsewhere, anAgent({ tenant: "xyz-p1", incomplete: true }))).toEqual(asPlanned);
    expect(matchOf({}, elsewhere, anAgent())).toEqual(asWanted);
    expect(matchOf({}, elsewhere, anAgent({ tenant: "def-p1" }))).toEqual(other("environment has changed", true));
    expect(matchOf({}, elsewhere, unreadable)).toEqual(other("does not tell which environment", true));
  });
});

describe("a change of settings", () => {
  const host = { oneagent: oneAgentSettings({ hostGroup: "new", hostTags: ["a"] }) };
  const old = anAgent({ hostGroup: "old", hostTags: [] });

  test("goes by the fields that still differ", () => {
    expect(matchOf(host, old, old)).toEqual(asPlanned);
    expect(matchOf(host, old, anAgent({ hostGroup: "new", hostTags: [] }))).toEqual(asPlanned);
    expect(matchOf(host, old, anAgent({ hostGroup: "new", hostTags: ["a"] }))).toEqual(asWanted);
    expect(matchOf(host, old, anAgent({ hostGroup: "third", hostTags: [] }))).toEqual(other("hostGroup has changed"));
  });

  test("needs the agent to be there", () => {
    expect(matchOf(host, old, null)).toEqual(other("no complete agent"));
    expect(matchOf(host, old, anAgent({ incomplete: true }))).toEqual(other("no complete agent"));
  });
});

import { describe, expect, test } from "vitest";
import { planHost } from "../../../../src/kinds/host/plan.ts";
import type { Host, OneAgentSettings } from "../../../../src/model/inventory.ts";
import type { HostFacts, HostReading, ObservedAgent } from "../../../../src/model/observed.ts";
import { aHost, aHostReading, anAgent, aSite, oneAgentSettings } from "../../../support/builders.ts";

const planned = (facts: Partial<HostFacts> | HostReading, host: Partial<Host> = {}) =>
  planHost(aHost(host), "status" in facts ? facts : aHostReading(facts), []);

describe("held, because nothing can be said of it", () => {
  test.each<[string, Partial<HostFacts> | HostReading, Partial<Host>, RegExp]>([
    ["unreachable", { status: "unreadable", reason: "no route" }, {}, /^no route$/],
    ["another system", { system: "AIX" }, {}, /it runs AIX, and dtsync deploys to Linux only/],
    ["an unknown system", { system: "" }, {}, /its uname does not tell which system it is/],
    ["another architecture", { machine: "riscv64" }, {}, /^there is no OneAgent for the architecture riscv64$/],
    ["an installation is running", { locked: true }, {}, /is running on it: plan again/],
    [
      "absent, but its agent reports elsewhere",
      { agent: anAgent({ tenant: "xyz-p1" }) },
      { state: "absent" },
      /absent from abc-p1, but its agent reports to xyz-p1: not uninstalled/,
    ],
  ])("%s", (_name, facts, host, reason) => {
    expect(planned(facts, host)).toEqual({
      change: null,
      held: { scope: "host/web01.abc.example.com", reason: expect.stringMatching(reason), items: 1 },
      remarks: [],
    });
  });

  test("a lock of an update of a complete agent is none", () => {
    expect(planned({ locked: true, agent: anAgent() })).toEqual({ change: null, held: null, remarks: [] });
  });
});

test("an architecture without installers stops neither settings nor a removal", () => {
  const machine = "riscv64";
  const settings = { oneagent: oneAgentSettings({ hostGroup: "g" }) };
  expect(planned({ machine, agent: anAgent({ hostGroup: "old" }) }, settings).change?.action).toBe("configure");
  expect(planned({ machine, agent: anAgent() }, { state: "absent" }).change?.action).toBe("uninstall");
});

describe("an agent that is newer than declared", () => {
  const pinned = { oneagent: oneAgentSettings({ version: "1.309" }) };
  const remark = `installed ${anAgent().version}, declared 1.309: not downgraded; uninstall first`;

  test("is left as it is, with a remark", () => {
    expect(planned({ agent: anAgent() }, pinned)).toEqual({ change: null, held: null, remarks: [remark] });
  });

  test("is noted on what else is to be done", () => {
    const outcome = planned(
      { agent: anAgent({ hostTags: [] }) },
      { oneagent: oneAgentSettings({ version: "1.309", hostTags: ["a"] }) },
    );
    expect(outcome.change).toMatchObject({
      action: "configure",
      fields: ["hostTags"],
      notes: ["the agent restarts", remark],
    });
  });

  test.each([
    ["no version is pinned", anAgent(), {}],
    ["it is of the pinned version", anAgent({ version: "1.309.2.20250602-150703" }), pinned],
    ["its installation was cut off", anAgent({ incomplete: true }), pinned],
    ["it is to go", anAgent(), { ...pinned, state: "absent" as const }],
  ])("is no matter where %s", (_what, agent, host) => {
    expect(planned({ agent }, host).remarks).toEqual([]);
  });
});

describe("a host that does not reach its cluster", () => {
  const notes = (given: Partial<Host>, reachesCluster: boolean | null, facts: Partial<HostFacts> = {}) => {
    const reading = aHostReading({ site: aSite({ reachesCluster }), ...facts });
    return planHost(aHost(given), reading, [], "https://dynatrace.emea.example.com").change?.notes;
  };

  test.each(["auto", "push"] as const)("gets its agent with %s, and a note of what that needs", (transfer) => {
    const given = { oneagent: oneAgentSettings({ transfer }) };
    expect(notes(given, false)).toEqual([
      "does not reach emea (dynatrace.emea.example.com:443): the agent needs an ActiveGate or a proxy",
    ]);
    for (const known of [true, null]) expect(notes(given, known)).toEqual([]);
  });

  test("has what it needs with a proxy, or where an agent works already", () => {
    expect(notes({ oneagent: oneAgentSettings({ proxy: "proxy.example.com:3128" }) }, false)).toEqual([]);
    expect(notes({}, false, { agent: anAgent({ tenant: "abc-t1" }) })).not.toContainEqual(
      expect.stringContaining("does not reach"),
    );
  });
});

test("an installer that a killed run left is told, whatever there is to do", () => {
  const remark = expect.stringContaining("a run that was killed left an installer there");
  const reading = aHostReading({ leftovers: true, agent: anAgent() });
  expect(planHost(aHost(), reading, [])).toMatchObject({ change: null, remarks: [remark] });
  expect(planHost(aHost(), aHostReading({ leftovers: true }), []).change?.notes).toEqual([remark]);
});

describe("changes as data", () => {
  const settings = { oneagent: oneAgentSettings({ hostGroup: "g", hostTags: ["b", "a"] }) };

  test("an installation says all that is declared", () => {
    expect(planned({}, settings).change).toMatchObject({
      id: "host/web01.abc.example.com",
      action: "install",
      before: null,
      after: { environment: "abc-p1", version: "latest", hostGroup: "g", hostTags: ["a", "b"] },
      fields: ["environment", "version", "hostGroup", "hostTags"],
      notes: [],
    });
  });

  test("one that was cut off is begun again", () => {
    expect(planned({ agent: anAgent({ incomplete: true }) }).change).toMatchObject({
      action: "install",
      before: { installation: "incomplete" },
    });
  });

  test("a difference says both sides", () => {
    expect(planned({ agent: anAgent({ hostGroup: "old", hostTags: ["a", "b"] }) }, settings).change).toMatchObject({
      action: "configure",
      before: { hostGroup: "old" },
      after: { hostGroup: "g" },
      fields: ["hostGroup"],
    });
  });

  const both = "the agent restarts, and monitored applications must be restarted for it to take full effect";
  test.each<[string, Partial<ObservedAgent>, Partial<OneAgentSettings>, readonly string[]]>([
    ["another environment", { tenant: "abc-t1" }, {}, [both]],
    ["another host group", { hostGroup: "old" }, { hostGroup: "g" }, [both]],
    ["another mode", { monitoringMode: "fullstack" }, { monitoringMode: "infra-only" }, [both]],
    ["another mode and tags", { hostTags: [] }, { monitoringMode: "infra-only", hostTags: ["a"] }, [both]],
    ["a newer version", { version: "1.301.2.20250602-150703" }, { version: "1.309" }, ["the agent restarts"]],
    ["another network zone", { networkZone: "old" }, { networkZone: "z" }, ["the agent restarts"]],
    ["another proxy", { proxy: "" }, { proxy: "proxy.example.com:3128" }, ["the agent restarts"]],
    ["another name", { hostName: "" }, { hostName: "n" }, ["the agent restarts"]],
    ["tags", { hostTags: [] }, { hostTags: ["a"] }, ["the agent restarts"]],
    ["properties", { hostProperties: [] }, { hostProperties: { a: "b" } }, ["the agent restarts"]],
    ["access to logs", { systemLogsAccess: true }, { systemLogsAccess: false }, ["the agent restarts"]],
    ["no connection", { server: "https://dynatrace.example.com:443" }, {}, ["the agent restarts"]],
    ["an agent that is down", { serviceActive: false }, {}, []],
  ])("%s: what it costs on the host", (_what, agent, oneagent, notes) => {
    expect(planned({ agent: anAgent(agent) }, { oneagent: oneAgentSettings(oneagent) }).change?.notes).toEqual(notes);
  });

  test.each([
    [60, true],
    [899, true],
    [900, false],
    [null, false],
  ])("an agent that is down %s s after the start of its host may still be starting: %s", (uptime, isSaid) => {
    const { change } = planned({ agent: anAgent({ serviceActive: false }), uptime });
    expect(change?.notes).toEqual(isSaid ? [expect.stringContaining("may still be starting")] : []);
    expect(planned({ agent: anAgent({ hostGroup: "old" }), uptime }, settings).change?.notes).toHaveLength(1);
  });

  test("a removal says what is there", () => {
    expect(planned({ agent: anAgent() }, { state: "absent" }).change).toMatchObject({
      action: "uninstall",
      before: { environment: "abc-p1", version: "1.313.52.20250602-150703" },
      after: null,
      fields: [],
    });
  });

  test("an absent one without an agent is as it should be, also when its agent is nowhere", () => {
    expect(planned({}, { state: "absent" })).toEqual({ change: null, held: null, remarks: [] });
    expect(planned({ agent: anAgent({ tenant: "", incomplete: true }) }, { state: "absent" }).change).toMatchObject({
      action: "uninstall",
      before: { environment: null },
    });
  });

  test.each(["present", "absent"] as const)(
    "an agent that does not tell where it reports is held where it is %s",
    (state) => {
      expect(planned({ agent: anAgent({ tenant: null }) }, { state })).toMatchObject({
        change: null,
        held: { reason: expect.stringContaining("does not tell which environment it reports to") },
      });
      const remains = planned({ agent: anAgent({ tenant: null, incomplete: true }) }, { state });
      expect(remains.change?.action).toBe(state === "present" ? "install" : "uninstall");
    },
  );

  test("one that does not tell whether it is connected is told of, and left as it is", () => {
    expect(planned({ agent: anAgent({ server: null }) })).toMatchObject({
      change: null,
      remarks: [expect.stringContaining("does not tell whether it is connected: not compared")],
    });
    expect(planned({ agent: anAgent({ server: null, version: "1.200.1" }) }).remarks).toEqual([]);
  });
});

describe("a declared setting that the agent does not tell", () => {
  const oneagent = oneAgentSettings({ hostGroup: "web", networkZone: "site", hostTags: [] });
  const remark = `its agent (${anAgent().version}) does not tell hostGroup, networkZone: not compared`;

  test("is no difference, and said", () => {
    expect(planned({ agent: anAgent() }, { oneagent })).toEqual({ change: null, held: null, remarks: [remark] });
  });

  test("is noted on what else is to be done", () => {
    const { change } = planned({ agent: anAgent({ hostTags: ["old"] }) }, { oneagent });
    expect(change).toMatchObject({ fields: ["hostTags"], notes: ["the agent restarts", remark] });
  });
});

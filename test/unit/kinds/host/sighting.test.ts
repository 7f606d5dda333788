import { describe, expect, test } from "vitest";
import { hostList, lookFor, type SoughtHost, soughtHost } from "../../../../src/kinds/host/sighting.ts";
import { unseenProblem } from "../../../../src/kinds/host/unseen-problem.ts";
import type { ListedHost } from "../../../../src/model/observed.ts";
import { aHost, anAgent, oneAgentSettings } from "../../../support/builders.ts";

const aListedHost = (given: Partial<ListedHost> = {}): ListedHost => ({
  hostGroup: null,
  networkZone: null,
  id: "HOST-00000000000000AB",
  customName: null,
  localName: "web01",
  discoveredName: "web01.abc.example.com",
  displayName: null,
  addresses: ["192.0.2.1"],
  state: "MONITORED",
  version: "1.313.52.20250602-150703",
  ...given,
});

const sought = (given: Partial<SoughtHost> = {}): SoughtHost => ({
  hostId: null,
  name: "web01.abc.example.com",
  address: null,
  customName: null,
  version: null,
  ...given,
});

const look = (host: SoughtHost, ...listed: readonly Partial<ListedHost>[]) =>
  lookFor(host, hostList(listed.map(aListedHost)));

const seen = { seen: true };
const unknown = { seen: false, remark: null };
const nobody = { localName: null, discoveredName: null, addresses: [] };

describe("a host that knows its id", () => {
  const byId = sought({ hostId: "00000000000000ab" });

  test("is found by it, whatever it is called", () => {
    expect(look(byId, { localName: "x", discoveredName: "y" })).toEqual(seen);
  });

  test("is not found by its name", () => {
    expect(look(byId, { id: "HOST-00000000000000AC" })).toEqual(unknown);
  });

  test.each(["UNMONITORED", "CRASHED", "LOST", "SHUTDOWN", "UNEXPECTED_SHUTDOWN"])("is not seen as %s", (state) => {
    expect(look(byId, { state })).toEqual({ seen: false, remark: `it lists the host as ${state}` });
  });

  test.each([null, "MONITORED", "PRE_MONITORED", "UNKNOWN", "ANOTHER_WORD"])("is seen as %s", (state) => {
    expect(look(byId, { state })).toEqual(seen);
  });
});

describe("the version", () => {
  const updated = sought({ hostId: "00000000000000AB", version: "1.313.52.20250602-150703" });

  test("is to be the installed one or a newer one", () => {
    expect(look(updated, {})).toEqual(seen);
    expect(look(updated, { version: "1.321.0.20250905-075429" })).toEqual(seen);
    expect(look(updated, { version: "1.311.70.20250416-104152" })).toEqual({
      seen: false,
      remark: "it lists the host with version 1.311.70.20250416-104152",
    });
  });

  test("does not count where one of the two is not told", () => {
    expect(look(updated, { version: null })).toEqual(seen);
    expect(look(sought({ hostId: "00000000000000AB" }), { version: "1.0" })).toEqual(seen);
  });
});

describe("a host that does not know its id", () => {
  test.each<[string, Partial<SoughtHost>, Partial<ListedHost>]>([
    ["the name that it was given", { customName: "Shop web 01" }, { ...nobody, customName: "shop web 01" }],
    ["its own name", {}, { ...nobody, localName: "WEB01.abc.example.com" }],
    ["the name that was discovered", {}, { ...nobody, discoveredName: "web01.abc.example.com" }],
    ["its name without the domain", {}, { ...nobody, localName: "web01" }],
    ["its name with a domain", { name: "web01" }, { ...nobody, localName: "web01.abc.example.com" }],
    ["its address", { address: "192.0.2.7" }, { ...nobody, addresses: ["192.0.2.6", "192.0.2.7"] }],
    ["an address that is its name", { name: "2001:db8::1" }, { ...nobody, addresses: ["2001:DB8::1"] }],
  ])("is found by %s", (_by, host, listed) => {
    expect(look(sought(host), listed)).toEqual(seen);
  });

  test.each<[string, Partial<SoughtHost>, Partial<ListedHost>]>([
    ["of another domain", {}, { ...nobody, localName: "web01.xyz.example.com" }],
    ["that begins alike", { name: "web01" }, { ...nobody, localName: "web011" }],
    ["whose address begins alike", { name: "192.0.2.1" }, { ...nobody, localName: "192" }],
    ["without a name", { customName: null }, nobody],
  ])("is no host %s", (_which, host, listed) => {
    expect(look(sought(host), listed)).toEqual(unknown);
  });

  test("is none of several that are called so", () => {
    const twice = [{ id: "HOST-0000000000000001" }, { id: "HOST-0000000000000002" }];
    expect(look(sought(), ...twice)).toEqual({ seen: false, remark: "it lists 2 hosts of that name" });
  });

  test("is the one of that name that has not left", () => {
    const old = { id: "HOST-0000000000000001", state: "LOST" };
    expect(look(sought(), old, { id: "HOST-0000000000000002" })).toEqual(seen);
    expect(look(sought(), old)).toEqual({ seen: false, remark: "it lists the host as LOST" });
  });
});

test("what is sought is what the agent says of itself, and what is declared", () => {
  const host = aHost({ name: "web01", address: "192.0.2.1", oneagent: oneAgentSettings({ hostName: "Shop" }) });
  expect(soughtHost(host, anAgent({ hostId: "00000000000000ab" }))).toEqual({
    hostId: "00000000000000ab",
    name: "web01",
    address: "192.0.2.1",
    customName: "Shop",
    version: "1.313.52.20250602-150703",
  });
  expect(soughtHost(aHost({ oneagent: oneAgentSettings({ hostName: "" }) }), anAgent()).customName).toBeNull();
});

test("what is not seen says where to look", () => {
  expect(unseenProblem({ status: "not-seen", within: 600_000, remark: null }, "abc-p1")).toMatchObject({
    code: "not-seen",
    message: expect.stringContaining("abc-p1 has not listed the host within 10 min: look at"),
  });
  const remark = "it lists the host as LOST";
  expect(unseenProblem({ status: "not-seen", within: 90_000, remark }, "abc-p1").message).toContain(
    "within 90 s (it lists the host as LOST)",
  );
  expect(unseenProblem({ status: "elsewhere", environment: "abc-t1" }, "abc-p1")).toMatchObject({
    code: "wrong-environment",
    message: expect.stringContaining("set to abc-p1, but abc-t1 lists the host"),
  });
  expect(unseenProblem({ status: "unreadable", reason: "status 403" }, "abc-p1")).toMatchObject({
    code: "list-unreadable",
    message: expect.stringContaining("could not be read (status 403): see to it that GET /e/abc-p1/api/v1/oneagents"),
  });
  expect(unseenProblem({ status: "interrupted" }, "abc-p1").code).toBe("interrupted");
});

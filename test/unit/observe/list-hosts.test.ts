import { describe, expect, test } from "vitest";
import type { HostCommand } from "../../../src/model/inventory.ts";
import { listHosts } from "../../../src/observe/list-hosts.ts";
import type { ProgramOutcome, RunProgram } from "../../../src/ports.ts";
import {
  aCluster,
  aHost,
  anInventory,
  everything,
  oneAgentSettings,
  scopeOf,
  sshSettings,
} from "../../support/builders.ts";

const aCommand = (environment: string, line: number): HostCommand => ({
  id: `customers/abc.yaml:${line}`,
  environment,
  customer: "abc",
  cluster: "emea",
  command: ["./bin/cmdb", "--env", environment],
  ansibleGroup: null,
  ssh: sshSettings(),
  oneagent: oneAgentSettings(),
  inherited: {
    ssh: {},
    oneagent: {},
    rootCertificate: null,
    base: { root: "/srv/inventory", folder: "/srv/inventory/customers", home: "/home/user" },
  },
  place: { file: "customers/abc.yaml", line, column: 9 },
});

const inventory = anInventory({
  clusters: [aCluster(), aCluster({ name: "apac", token: { env: "DTSYNC_TOKEN_APAC" } })],
  hosts: [aHost({ name: "db01.abc.example.com", address: "10.0.0.1" })],
  hostCommands: [aCommand("abc-p1", 5), aCommand("abc-t1", 9)],
});

/** Runs nothing: gives each command what stands for its last parameter, or no output, and remembers the calls. */
function fakeRunner(outcomes: Readonly<Record<string, string | ProgramOutcome>>) {
  const calls: { readonly command: readonly string[]; readonly options: Parameters<RunProgram>[1] }[] = [];
  const run: RunProgram = async (command, options) => {
    calls.push({ command, options });
    const outcome = outcomes[command.at(-1) ?? ""] ?? "";
    return typeof outcome === "string" ? { status: "done", output: outcome } : outcome;
  };
  return { run, calls };
}

const allowed = { scope: everything, allowCommands: true, variables: {} };

async function listed(outcomes: Readonly<Record<string, string | ProgramOutcome>>) {
  const { hosts, held, warnings, incomplete } = await listHosts(inventory, { ...allowed, ...fakeRunner(outcomes) });
  return {
    hosts: hosts.map(({ name, environment }) => `${name} ${environment}`),
    held: held.map(({ scope, reason }) => `${scope}: ${reason}`),
    warnings,
    incomplete: [...incomplete],
  };
}

describe("host commands", () => {
  test("add their hosts to those of the inventory", async () => {
    const names = "web01.abc.example.com\nweb02.abc.example.com\n";
    const json = JSON.stringify([{ name: "test01.abc.example.com", address: "10.0.0.2" }]);
    expect(await listed({ "abc-p1": names, "abc-t1": json })).toEqual({
      hosts: [
        "db01.abc.example.com abc-p1",
        "web01.abc.example.com abc-p1",
        "web02.abc.example.com abc-p1",
        "test01.abc.example.com abc-t1",
      ],
      held: [],
      warnings: [],
      incomplete: [],
    });
  });

  test("run in the folder of the inventory, within limits, without the tokens of clusters", async () => {
    const runner = fakeRunner({});
    const variables = { PATH: "/bin", DTSYNC_TOKEN_EMEA: "one", DTSYNC_TOKEN_APAC: "two" };
    await listHosts(inventory, { ...allowed, variables, run: runner.run });
    expect(runner.calls[0]).toEqual({
      command: ["./bin/cmdb", "--env", "abc-p1"],
      options: {
        directory: "/srv/inventory",
        variables: { PATH: "/bin" },
        limits: { timeout: 30_000, output: 20_000_000 },
      },
    });
  });

  test("that are not allowed do not run, and their environments are incomplete", async () => {
    const runner = fakeRunner({});
    const list = await listHosts(inventory, { ...allowed, allowCommands: false, run: runner.run });
    expect(runner.calls).toEqual([]);
    expect(list.hosts).toEqual(inventory.hosts);
    expect(list.held).toEqual(
      [5, 9].map((line) => ({
        scope: `source/customers/abc.yaml:${line}`,
        reason: "commands run only with --allow-commands or DTSYNC_ALLOW_COMMANDS=1",
        items: 1,
      })),
    );
    expect(list.incomplete).toEqual(new Set(["abc-p1", "abc-t1"]));
  });

  test.each([
    ["hosts are skipped", scopeOf({ hosts: "skip" })],
    ["the run is about clusters", scopeOf({ only: ["environments", "groups"] })],
  ])("do not run where %s, and nothing is held for them", async (_what, scope) => {
    const runner = fakeRunner({});
    const list = await listHosts(inventory, { ...allowed, scope, allowCommands: false, run: runner.run });
    expect(runner.calls).toEqual([]);
    expect(list).toMatchObject({ held: [], warnings: [], incomplete: new Set() });
  });

  test("that print nothing give no hosts and a warning", async () => {
    const { held, warnings, incomplete } = await listed({ "abc-t1": "test01.abc.example.com\n" });
    expect(warnings).toEqual(["customers/abc.yaml:5: the command printed no hosts"]);
    expect([held, incomplete]).toEqual([[], []]);
  });
});

describe("a command that cannot be used is held with its reason, and the others count:", () => {
  test.each<[string, string | ProgramOutcome, string]>([
    ["it fails", { status: "ended", code: "7" }, "the command ./bin/cmdb ended with 7"],
    ["it may not be run", { status: "ended", code: "EACCES" }, "the command ./bin/cmdb ended with EACCES"],
    ["it hangs", { status: "timeout" }, "the command ./bin/cmdb did not end within 30 s"],
    ["it prints too much", { status: "too-much-output" }, "the command ./bin/cmdb printed more than 20 MB"],
    ["it is missing", { status: "not-found" }, "the command ./bin/cmdb was not found"],
    ["nobody knows", { status: "failed" }, "the command ./bin/cmdb failed"],
    ["it prints half a list", "[{", "the command printed something that begins like JSON but is not a JSON array"],
    [
      "it gives a host twice",
      "web01.abc.example.com\nweb01.abc.example.com\n",
      "the command printed the host web01.abc.example.com twice",
    ],
    [
      "it gives a host of the inventory",
      "db01.abc.example.com\n",
      "it gives the host db01.abc.example.com, whose name or address stands elsewhere too",
    ],
    [
      "it gives an address of the inventory",
      JSON.stringify([{ name: "other.example.com", address: "10.0.0.1" }]),
      "it gives the host other.example.com, whose name or address stands elsewhere too",
    ],
    [
      "it gives an address twice",
      JSON.stringify(["web01", "web02"].map((name) => ({ name, address: "10.0.0.9" }))),
      "it gives the host web02, whose name or address stands elsewhere too",
    ],
  ])("%s", async (_what, outcome, reason) => {
    expect(await listed({ "abc-p1": outcome, "abc-t1": "test01.abc.example.com\n" })).toEqual({
      hosts: ["db01.abc.example.com abc-p1", "test01.abc.example.com abc-t1"],
      held: [`source/customers/abc.yaml:5: ${reason}`],
      warnings: [],
      incomplete: ["abc-p1"],
    });
  });

  test("it gives a host that another command gave before", async () => {
    const { held, incomplete } = await listed({
      "abc-p1": "web01.abc.example.com\n",
      "abc-t1": "WEB01.abc.example.com\n",
    });
    expect(held).toHaveLength(1);
    expect(held[0]).toMatch(/^source\/customers\/abc\.yaml:9: it gives the host/);
    expect(incomplete).toEqual(["abc-t1"]);
  });
});

test("hosts may share an address on different ports, and an absent one with its successor", async () => {
  const hosts = [
    { name: "a.example.com", address: "10.0.0.9" },
    { name: "b.example.com", address: "10.0.0.9", ssh: { port: 2222 } },
    { name: "c.example.com", address: "10.0.0.9", state: "absent" },
  ];
  expect((await listed({ "abc-p1": JSON.stringify(hosts), "abc-t1": "t.example.com" })).held).toEqual([]);
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { hostConnections, sshWarnings } from "../../../src/application/open-ssh.ts";
import { aHost } from "../../support/builders.ts";
import { aContext } from "../../support/context.ts";
import { createHostileWorld, type HostileHost, startHostileHost } from "../../support/hostile-host.ts";

test("a Match that is left out is said once, with the hosts that it may concern", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dtsync-open-ssh-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "config");
  writeFileSync(
    file,
    "Host web*\n  ProxyJump gate\nMatch originalhost gate exec true\n  User x\nMatch host db tagged y\n",
  );
  const hosts = ["web01", "web02", "db"].map((name) => aHost({ name }));
  const left =
    "this Match is left out, because it runs a program or is of a kind that dtsync does not know; it may concern";
  expect(await sshWarnings(hosts, file, { variables: {} })).toEqual([
    `${file}:3: ${left} 2 hosts (web01, web02)`,
    `${file}:5: ${left} 1 host (db)`,
  ]);
  expect(await sshWarnings([], join(folder, "missing"), { variables: {} })).toEqual([]);
});

describe("the connections of a run", () => {
  const needed = () => true;

  /** A host that lets everybody in, with an SSH configuration for it and a home folder without known_hosts. */
  async function world(forChanges: boolean) {
    const web = await startHostileHost({});
    const hostile = createHostileWorld({ web01: web });
    const file = join(hostile.home, "config");
    const known = join(hostile.home, "known");
    writeFileSync(file, `${hostile.sshConfig}  UserKnownHostsFile ${known}\n`);
    const stop = new AbortController();
    const { context } = aContext({ variables: { HOME: hostile.home }, signal: stop.signal });
    const connections = hostConnections({ configFile: file, forChanges }, context);
    onTestFinished(async () => {
      connections.close();
      await web.close();
      await hostile.close();
    });
    const connect = await connections.open();
    const host = aHost({ name: "web01", ssh: { hostKeys: "accept-new", become: "none" } });
    return { web, known, stop, connections, connect: () => connect(host) };
  }
  const open = (count: number, web: HostileHost) => vi.waitFor(() => expect(web.sockets.size).toBe(count));

  test("a plan keeps none, and an apply those that it needs", async () => {
    const plan = await world(false);
    plan.connections.letGo(await plan.connect(), needed);
    await open(0, plan.web);
    const apply = await world(true);
    apply.connections.letGo(await apply.connect(), () => false);
    await open(0, apply.web);
    apply.connections.letGo(await apply.connect(), needed);
    expect((await apply.connect()).close()).toBeUndefined();
    expect(apply.web.connections()).toBe(2);
  });

  test("those to hosts that are not in the plan are closed, and all at the end or an interrupt", async () => {
    const { web, stop, connections, connect } = await world(true);
    const keepOne = async () => connections.letGo(await connect(), needed);
    await keepOne();
    connections.keepFor([{ host: "web01" }, { host: null }]);
    expect(web.sockets.size).toBe(1);
    connections.keepFor([{ host: "web02" }]);
    await open(0, web);
    await keepOne();
    stop.abort();
    await open(0, web);
    const { web: other, connections: others, connect: connectOther } = await world(true);
    others.letGo(await connectOther(), needed);
    others.close();
    await open(0, other);
  });

  test("a key that was taken for the plan is written before its host is changed, over the same connection", async () => {
    const { web, known, connections, connect } = await world(true);
    connections.letGo(await connect(), needed);
    expect(existsSync(known)).toBe(false);
    connections.beginChanges();
    (await connect()).close();
    expect(readFileSync(known, "utf8")).toContain(web.publicKey);
    expect(web.connections()).toBe(1);
  });

  test("a host whose key cannot be written is not changed over the connection that looked at it", async () => {
    const { known, web, connections, connect } = await world(true);
    connections.letGo(await connect(), needed);
    mkdirSync(known);
    connections.beginChanges();
    await expect(connect()).rejects.toMatchObject({ code: "host-key-unknown" });
    await open(0, web);
  });
});

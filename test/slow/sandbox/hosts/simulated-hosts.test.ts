import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { buildInstaller } from "../../../../src/sandbox/agent/build-installer.ts";
import {
  type SimulatedHost,
  type SimulatedHosts,
  startSimulatedHosts,
} from "../../../../src/sandbox/hosts/start-simulated-hosts.ts";
import { execute, login, runOn, sha256 } from "../../../support/ssh-client.ts";
import { communicationEndpoint } from "../../../support/stand-in-machine.ts";

let directory: string;
let fleet: SimulatedHosts;
let web: SimulatedHost;
let jump: SimulatedHost;

const listen = { address: "127.0.0.1", port: 0 };
const options = () => ({
  hosts: [
    { name: "web-1.example.com", listen, architecture: "aarch64" },
    { name: "bastion.example.com", listen, role: "jump", become: "refuses" },
  ] as const,
  directory,
  nodePath: process.execPath,
});

function find(hosts: SimulatedHosts, name: string): SimulatedHost {
  const host = hosts.hosts.get(name);
  if (!host) throw new Error(`no host ${name}`);
  return host;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "dtsync hosts-"));
  fleet = await startSimulatedHosts(options());
  web = find(fleet, "web-1.example.com");
  jump = find(fleet, "bastion.example.com");
});
afterEach(() => web.reset());
afterAll(async () => {
  await fleet.close();
  rmSync(directory, { recursive: true, force: true });
});

const identity = () => ({ identityFile: fleet.identityFile });
const run = (command: string, user = "root", input?: Uint8Array | string) =>
  runOn(web, { ...identity(), user }, command, input);

function installer(endpoint = "http://127.0.0.1:9/communication", behaviour = {}): Uint8Array {
  const presets = { endpoint, tenant: "abc-p1", tenantToken: "t".repeat(16) };
  return buildInstaller({ version: "1.313.52.20250602-150703", arch: "arm", behaviour, ...presets });
}

describe("client files", () => {
  test("say how to reach each host, and which key it shows", () => {
    expect(readFileSync(fleet.sshConfigFile, "utf8")).toBe(fleet.sshConfig);
    expect(fleet.sshConfig).toContain(`Host web-1.example.com\n  HostName ${web.address}\n  Port ${web.port}\n`);
    expect(fleet.sshConfig).toContain(`  UserKnownHostsFile ${fleet.knownHostsFile}\n`);
    expect(readFileSync(fleet.knownHostsFile, "utf8")).toBe(fleet.knownHosts);
    expect(fleet.knownHosts).toMatch(
      /^web-1\.example\.com,\[web-1\.example\.com\]:\d+,\[127\.0\.0\.1\]:\d+ ssh-ed25519 /,
    );
    expect(statSync(fleet.identityFile).mode & 0o777).toBe(0o600);
  });

  test("keys and files of a host last over a restart on the same directory", async () => {
    web.write("/var/lib/dynatrace/kept", "yes");
    const again = await startSimulatedHosts(options());
    expect(again.knownHosts.split(" ").at(-1)).toBe(fleet.knownHosts.split(" ").at(-1));
    expect(find(again, "web-1.example.com").read("/var/lib/dynatrace/kept")).toBe("yes");
    await again.close();
  });

  test("thirty hosts start, each with a key and a port of its own", async () => {
    const many = join(directory, "many");
    const hosts = Array.from({ length: 30 }, (_, index) => ({ name: `web-${index}`, listen }));
    const started = await startSimulatedHosts({ hosts, directory: many, nodePath: process.execPath });
    expect(new Set([...started.hosts.values()].map((host) => host.port)).size).toBe(30);
    expect(new Set(started.knownHosts.split("\n").map((line) => line.split(" ")[2])).size).toBe(31);
    await started.close();
  });
});

describe("login", () => {
  test("needs the generated key", async () => {
    const other = await startSimulatedHosts({ hosts: [], directory: join(directory, "other"), nodePath: "" });
    await expect(login(web, { identityFile: other.identityFile })).rejects.toThrow("authentication");
    await other.close();
  });

  test("shows the key of known_hosts, or another when told to", async () => {
    const line = fleet.knownHosts.split("\n")[0] ?? "";
    const hostKey = line.slice(line.indexOf(" ") + 1);
    (await login(web, { ...identity(), hostKey })).end();
    await web.setConnection({ changedHostKey: true });
    await expect(login(web, { ...identity(), hostKey })).rejects.toThrow("verification failed");
  });

  test("takes every user; only root is root", async () => {
    expect((await run("id -u; id -un; uname -s -m; hostname")).out).toBe("0\nroot\nLinux aarch64\nweb-1.example.com\n");
    expect((await run("id -u; id -un; sudo -n id -u; uname -sm", "deploy")).out).toBe(
      "1000\ndeploy\n0\nLinux aarch64\n",
    );
  });

  test("sudo hides the client's environment, and may ask for a password", async () => {
    expect((await run("FOO=1 sudo -n sh -c 'echo [$FOO]'; sudo -n BAR=2 sh -c 'echo $BAR'", "deploy")).out).toBe(
      "[]\n2\n",
    );
    web.setBehaviour({ SUDO: "refuses" });
    expect(await run("sudo -n true", "deploy")).toMatchObject({ code: 1, err: "sudo: a password is required\n" });
    expect((await run("sudo -n true", "root")).code).toBe(0);
    expect(await runOn(jump, { ...identity(), user: "deploy" }, "sudo -n true")).toMatchObject({ code: 1 });
  });

  test("offers no SFTP and no terminal", async () => {
    const client = await login(web, identity());
    await expect(
      new Promise((done, fail) => client.sftp((error) => (error ? fail(error) : done(0)))),
    ).rejects.toThrow();
    await expect(
      new Promise((done, fail) => client.exec("true", { pty: true }, (error) => (error ? fail(error) : done(0)))),
    ).rejects.toThrow();
    client.end();
  });

  test("opens ten sessions on one connection, not eleven", async () => {
    const client = await login(web, identity());
    const sleeping = Array.from({ length: 10 }, () => execute(client, "sleep 0.3"));
    await expect(execute(client, "true")).rejects.toThrow();
    expect((await Promise.all(sleeping)).every(({ code }) => code === 0)).toBe(true);
    expect((await execute(client, "true")).code).toBe(0);
    client.end();
  });
});

describe("commands", () => {
  test("give back output, errors, exit status and signal", async () => {
    expect(await run("echo out; echo err >&2; exit 7")).toEqual({ code: 7, signal: null, out: "out\n", err: "err\n" });
    expect(await run("kill -TERM $$")).toMatchObject({ signal: "SIGTERM" });
    expect((await run("no-such-command")).code).toBe(127);
  });

  test("have temporary files and paths of their own", async () => {
    await run("mkdir -p /opt/dynatrace && echo mine >/opt/dynatrace/x && echo t >/tmp/y && mktemp -d");
    expect(web.read("/opt/dynatrace/x")).toBe("mine\n");
    expect(web.read("/tmp/y")).toBe("t\n");
    expect(existsSync("/opt/dynatrace/x")).toBe(false);
    expect((await runOn(jump, identity(), "ls /opt/dynatrace")).code).not.toBe(0);
  });

  test("take large binary input, at the speed they read it", async () => {
    const data = randomBytes(24 * 1024 * 1024);
    const result = await run(
      "sleep 0.2; umask 077; cat >/tmp/upload; sha256sum /tmp/upload | cut -c1-64",
      "root",
      data,
    );
    expect(result.out.trim()).toBe(sha256(data));
  });

  test("need not read their input, and may print a lot", async () => {
    expect((await run("exec 0<&-; exit 3", "root", randomBytes(8 * 1024 * 1024))).code).toBe(3);
    // More than the client takes at once, so that both outputs wait for it; one of them was lost in every fourth run.
    for (let times = 0; times < 10; times += 1) {
      const { out, err } = await run("head -c 6000000 /dev/zero; echo e >&2");
      expect([out.length, err]).toEqual([6_000_000, "e\n"]);
    }
  });

  test("go on after a disconnection, until they write; then they are gone without cleaning up", async () => {
    const client = await login(web, identity());
    const file = installer("http://127.0.0.1:9/communication", { DURATION: 1, CONNECT: "never" });
    await execute(client, "cat >/tmp/installer.sh", file);
    const cut = execute(client, "sh /tmp/installer.sh");
    await expect.poll(() => web.read("/opt/dynatrace/oneagent/transaction.lock"), { interval: 20 }).toBe("");
    client.destroy();
    await expect(cut).rejects.toThrow();
    await new Promise((done) => setTimeout(done, 1500));
    // Its next line found the pipe broken.
    expect(web.read("/tmp/oneagent.lock")).not.toBeNull();
    expect(web.read("/opt/dynatrace/oneagent/agent/installer.version")).toBeNull();
    expect((await run("sh /tmp/installer.sh")).code).toBe(13);
  });

  test("get end of input but no signal when the client goes", async () => {
    const client = await login(web, identity());
    const cut = execute(client, "trap 'echo signal >/tmp/result; exit' HUP TERM; sleep 0.5; echo quiet >/tmp/result");
    await new Promise((done) => setTimeout(done, 200));
    client.destroy();
    await expect(cut).rejects.toThrow();
    await expect.poll(() => web.read("/tmp/result"), { timeout: 3000 }).toBe("quiet\n");
  });
});

describe("OneAgent over SSH", () => {
  test("is uploaded, installed, read, restarted and removed with sudo", async () => {
    const endpoint = await communicationEndpoint();
    const client = await login(web, { ...identity(), user: "deploy" });
    const ctl = "sudo -n /opt/dynatrace/oneagent/agent/tools/oneagentctl";
    expect((await execute(client, "umask 077; cat >/tmp/i.sh", installer(endpoint.url))).code).toBe(0);
    expect((await execute(client, "sh /tmp/i.sh")).code).toBe(1);
    expect((await execute(client, "sudo -n /bin/sh /tmp/i.sh --set-host-group=abc")).code).toBe(0);
    expect((await execute(client, `${ctl} --get-server`)).out).toBe(`{*${endpoint.url}}\n`);
    expect((await execute(client, "systemctl is-active oneagent")).out).toBe("active\n");
    await execute(client, `${ctl} --set-host-tag=a=b --restart-service`);
    expect(endpoint.reports.at(-1)?.host).toMatchObject({
      name: "web-1.example.com",
      architecture: "aarch64",
      tags: ["a=b"],
    });
    const before = endpoint.reports.length;
    await fleet.reconnect();
    expect(endpoint.reports.length).toBe(before + 1);
    expect(web.counters()).toEqual({ installations: 1, removals: 0, starts: 2, restarts: 1 });
    expect((await execute(client, "sudo -n /bin/sh /opt/dynatrace/oneagent/agent/uninstall.sh")).code).toBe(0);
    expect((await execute(client, "test -e /opt/dynatrace/oneagent")).code).toBe(1);
    client.end();
    await endpoint.close();
  });
});

describe("jump host", () => {
  const forward = async (address: string, port: number) => {
    const client = await login(jump, identity());
    return new Promise<{ client: typeof client; channel: import("ssh2").ClientChannel }>((done, fail) =>
      client.forwardOut("127.0.0.1", 0, address, port, (error, channel) => {
        if (!error) return done({ client, channel });
        client.end();
        fail(error);
      }),
    );
  };

  test.each(["127.0.0.1", "localhost", "web-1.example.com"])("leads to another host as %s", async (address) => {
    const { client, channel } = await forward(address, web.port);
    const result = await runOn(web, { ...identity(), socket: channel }, "hostname; cat", "input");
    expect(result.out).toBe("web-1.example.com\ninput");
    client.end();
  });

  test("leads nowhere but to loopback, and other hosts lead nowhere", async () => {
    await expect(forward("192.0.2.1", 22)).rejects.toThrow();
    await expect(forward("example.com", 22)).rejects.toThrow();
    await expect(forward("127.0.0.1", 1)).rejects.toThrow();
    const client = await login(web, identity());
    await expect(
      new Promise((done, fail) =>
        client.forwardOut("127.0.0.1", 0, jump.address, jump.port, (error) => (error ? fail(error) : done(0))),
      ),
    ).rejects.toThrow();
    client.end();
  });
});

describe("faults on the way", () => {
  test("down refuses connections and cuts open ones; up again on the same port", async () => {
    const client = await login(web, identity());
    const cut = execute(client, "sleep 5");
    await web.setConnection({ down: true });
    await expect(cut).rejects.toThrow();
    await expect(login(web, identity())).rejects.toThrow("ECONNREFUSED");
    await web.setConnection({});
    expect((await run("true")).code).toBe(0);
  });

  test("unresponsive takes the connection and says nothing", async () => {
    await web.setConnection({ unresponsive: true });
    const received = await new Promise<number>((done) => {
      let bytes = 0;
      const socket = connect(web.port, web.address);
      socket.on("data", (data) => {
        bytes += data.length;
      });
      setTimeout(() => {
        socket.destroy();
        done(bytes);
      }, 300);
    });
    expect(received).toBe(0);
    await expect(login(web, { ...identity(), readyTimeout: 300 })).rejects.toThrow("Timed out");
  });

  test("slow delays commands", async () => {
    await web.setConnection({ slowMilliseconds: 401 });
    const timers = vi.spyOn(globalThis, "setTimeout");
    try {
      expect((await run("echo late")).out).toBe("late\n");
      expect(timers.mock.calls.map(([, milliseconds]) => milliseconds)).toContain(401);
    } finally {
      timers.mockRestore();
    }
  });

  test("a connection breaks in the middle of a command, or of an upload", async () => {
    await web.setConnection({ dropAfterMilliseconds: 200 });
    await expect(run("sleep 5")).rejects.toThrow();
    await web.setConnection({ dropAfterInputBytes: 1_000_000 });
    await expect(run("cat >/tmp/part", "root", randomBytes(4_000_000))).rejects.toThrow();
    await web.setConnection({});
    const size = Number((await run("wc -c </tmp/part")).out);
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThan(4_000_000);
  });
});

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildInstaller } from "../../src/sandbox/agent/build-installer.ts";
import { startSimulatedHosts } from "../../src/sandbox/hosts/start-simulated-hosts.ts";
import { sha256 } from "../support/ssh-client.ts";
import { type SshdFleet, type SshdHost, sshdAvailable, startSshdFleet } from "../support/sshd-fleet.ts";
import { communicationEndpoint } from "../support/stand-in-machine.ts";

const availability = sshdAvailable();
const ctl = "/opt/dynatrace/oneagent/agent/tools/oneagentctl";

describe.skipIf(!availability.available)("hosts on OpenSSH", () => {
  let directory: string;
  let fleet: SshdFleet;
  let web: SshdHost;

  const find = (name: string): SshdHost => {
    const host = fleet.hosts.get(name);
    if (!host) throw new Error(`no host ${name}`);
    return host;
  };
  const begin = (parameters: readonly string[]) => startSsh(fleet.sshConfigFile, parameters);
  const ssh = (destination: string, command: string, input?: Uint8Array, ...options: string[]) =>
    runSsh(fleet.sshConfigFile, [...options, destination, ...(command === "" ? [] : [command])], input);
  const installer = (endpoint = "http://127.0.0.1:9/communication", behaviour = {}) =>
    buildInstaller({
      version: "1.313.52.20250602-150703",
      arch: "x86",
      endpoint,
      tenant: "abc-p1",
      tenantToken: "t".repeat(16),
      behaviour,
    });

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "dtsync-sshd-"));
    const hosts = [
      { name: "web-1.example.com", listen: { address: "127.77.0.1", port: 0 } },
      { name: "arm-1.example.com", listen: { address: "127.77.0.2", port: 0 }, architecture: "aarch64", user: "admin" },
      { name: "bastion.example.com", listen: { address: "127.77.0.3", port: 0 }, role: "jump" },
      { name: "inner.example.com", listen: { address: "127.77.0.4", port: 0 }, jump: "bastion.example.com" },
      { name: "locked.example.com", listen: { address: "127.77.0.5", port: 0 }, become: "refuses" },
    ] as const;
    fleet = await startSshdFleet({ hosts, directory, nodePath: process.execPath });
    web = find("web-1.example.com");
  });
  afterEach(async () => {
    await web.reset();
  });
  afterAll(async () => {
    await fleet?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("each host has its own name, users, architecture, paths and key", async () => {
    const facts = "uname -sm; id -un; hostname; sudo -n id -u";
    expect(await ssh("deploy@web-1.example.com", facts)).toEqual({
      code: 0,
      out: "Linux x86_64\ndeploy\nweb-1.example.com\n0\n",
      err: "",
    });
    expect((await ssh("arm-1.example.com", facts)).out).toBe("Linux aarch64\nadmin\narm-1.example.com\n0\n");
    await ssh("root@web-1.example.com", "mkdir /opt/dynatrace && echo a >/opt/dynatrace/x; echo b >/tmp/x; exit 3");
    expect([web.read("/opt/dynatrace/x"), web.read("/tmp/x")]).toEqual(["a\n", "b\n"]);
    expect((await ssh("arm-1.example.com", "ls /opt/dynatrace /tmp/x")).out).toBe("");
    expect(existsSync("/opt/dynatrace/x")).toBe(false);
    expect((await ssh("root@web-1.example.com", "exit 7")).code).toBe(7);
  });

  test("only root, or sudo, may change the system; sudo may be refused", async () => {
    const user = "deploy@web-1.example.com";
    expect((await ssh(user, "mkdir /opt/dynatrace")).code).not.toBe(0);
    expect((await ssh(user, "sudo -n mkdir /opt/dynatrace; ls -ld /opt/dynatrace")).out).toContain("root root");
    expect(await ssh("deploy@locked.example.com", "sudo -n true")).toMatchObject({
      code: 1,
      err: "sudo: a password is required\n",
    });
  });

  test("OneAgent is uploaded, installed, configured, installed again and removed", async () => {
    const endpoint = await communicationEndpoint();
    const user = "deploy@web-1.example.com";
    expect((await ssh(user, "umask 077; cat >/tmp/i.sh", installer(endpoint.url))).code).toBe(0);
    expect((await ssh(user, "/bin/sh /tmp/i.sh")).code).toBe(1);
    expect((await ssh(user, "/bin/sh /tmp/i.sh --set-host-group")).code).toBe(8);
    expect((await ssh(user, "/bin/sh /tmp/i.sh --version")).out).toBe("1.313.52.20250602-150703\n");
    const installed = await ssh(user, "sudo -n /bin/sh /tmp/i.sh --set-host-group=abc '--set-host-name=a<b'");
    expect(installed).toMatchObject({ code: 0, err: expect.stringContaining("Error:") });
    expect((await ssh(user, `sudo -n ${ctl} --get-server`)).out).toBe(`{*${endpoint.url}}\n`);
    expect((await ssh(user, `${ctl} --get-server`)).code).toBe(1);
    expect((await ssh(user, "cat /var/lib/dynatrace/oneagent/agent/config/deployment.conf")).code).not.toBe(0);
    const state = await ssh(user, "systemctl is-active oneagent; df -P /opt/dynatrace | tail -n 1");
    expect(state.out).toMatch(/^active\n\S+ +\d+/);
    await ssh(user, `sudo -n ${ctl} --set-host-tag=a=b --set-host-name=web --restart-service`);
    expect(endpoint.reports.at(-1)).toMatchObject({
      tenant: "abc-p1",
      host: { name: "web-1.example.com", hostGroup: "abc", customName: "web", tags: ["a=b"] },
    });
    expect((await ssh(user, "sudo -n /bin/sh /tmp/i.sh")).code).toBe(0);
    expect(web.counters()).toEqual({ installations: 2, removals: 0, starts: 3, restarts: 1 });
    expect((await ssh(user, "sudo -n /bin/sh /opt/dynatrace/oneagent/agent/uninstall.sh")).code).toBe(0);
    await endpoint.close();
    expect(web.read("/opt/dynatrace/oneagent/agent/installer.version")).toBeNull();
    expect(web.read("/var/lib/dynatrace/oneagent/agent/config/hostautotag.conf")).toBe("a=b\n");
    await ssh(user, "rm /tmp/i.sh");
    expect(readdirSync(join(web.root, "tmp"))).toEqual([]);
  });

  test("large input arrives unchanged", async () => {
    const data = randomBytes(16 * 1024 * 1024);
    const received = await ssh("root@web-1.example.com", "sha256sum | cut -c1-64", data);
    expect(received.out.trim()).toBe(sha256(data));
  });

  test("a client that goes leaves an installation to run into its broken pipe", async () => {
    await ssh("root@web-1.example.com", "cat >/tmp/i.sh", installer(undefined, { DURATION: 2, CONNECT: "never" }));
    const client = begin(["root@web-1.example.com", "/bin/sh /tmp/i.sh"]);
    const gone = new Promise((resolve) => client.on("close", resolve));
    await expect
      .poll(() => web.read("/opt/dynatrace/oneagent/transaction.lock"), { interval: 20, timeout: 30_000 })
      .toBe("");
    client.kill("SIGKILL");
    await gone;
    await new Promise((resolve) => setTimeout(resolve, 2600));
    expect(web.read("/tmp/oneagent.lock")).not.toBeNull();
    expect(web.read("/opt/dynatrace/oneagent/agent/installer.version")).toBeNull();
    expect((await ssh("root@web-1.example.com", "/bin/sh /tmp/i.sh")).code).toBe(13);
  });

  test("a jump host leads to the hosts of the fleet alone; others lead nowhere", async () => {
    expect((await ssh("deploy@inner.example.com", "hostname")).out).toBe("inner.example.com\n");
    const through = (jump: string, target: string) => ssh(`deploy@${jump}`, "", undefined, "-W", target);
    expect((await through("bastion.example.com", "127.0.0.1:9")).err).toContain("prohibited");
    const inner = `127.77.0.4:${find("inner.example.com").port}`;
    expect((await through("web-1.example.com", inner)).err).toContain("prohibited");
  });

  test("faults on the way: down, unresponsive, changed key, slow, broken", async () => {
    await web.setConnection({ down: true });
    const refused = await ssh("web-1.example.com", "true");
    expect(refused).toMatchObject({ code: 255, err: expect.stringContaining("refused") });
    await web.setConnection({ unresponsive: true });
    expect((await ssh("web-1.example.com", "true", undefined, "-o", "ConnectTimeout=1")).err).toMatch(/timed out/i);
    await web.setConnection({ changedHostKey: true });
    expect((await ssh("root@web-1.example.com", "true")).err).toContain("REMOTE HOST IDENTIFICATION HAS CHANGED");
    await web.setConnection({ slowMilliseconds: 500 });
    const start = performance.now();
    expect((await ssh("root@web-1.example.com", "echo x")).out).toBe("x\n");
    expect(performance.now() - start).toBeGreaterThan(490);
    await web.setConnection({ dropAfterMilliseconds: 300 });
    for (const user of ["root", "deploy"]) {
      expect((await ssh(`${user}@web-1.example.com`, "sleep 5")).code).toBe(255);
    }
    await web.setConnection({});
    expect((await ssh("root@web-1.example.com", "true")).code).toBe(0);
  });

  test("twenty hosts start, and leave nothing behind", async () => {
    const hosts = Array.from({ length: 20 }, (_, index) => ({
      name: `many-${index}`,
      listen: { address: `127.77.1.${index + 1}`, port: 0 },
    }));
    const many = await startSshdFleet({ hosts, directory: join(directory, "many"), nodePath: process.execPath });
    const before = inNamespaces(directory).length;
    await many.close();
    expect(before - inNamespaces(directory).length).toBe(40);
    await fleet.close();
    expect(inNamespaces(directory)).toEqual([]);
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(directory);
  });
});

describe("simulated hosts, with the system's ssh", () => {
  test("take files and commands, also through a jump host", async () => {
    const directory = mkdtempSync(join(tmpdir(), "dtsync-simulated-"));
    const listen = { address: "127.0.0.1", port: 0 };
    const hosts = [
      { name: "bastion.example.com", listen, role: "jump" },
      { name: "inner.example.com", listen, jump: "bastion.example.com", user: "deploy", architecture: "s390x" },
    ] as const;
    const fleet = await startSimulatedHosts({ hosts, directory, nodePath: process.execPath });
    const data = randomBytes(5_000_000);
    const command = "sha256sum | cut -c1-64; id -un; sudo -n uname -m; echo err >&2; exit 5";
    const result = await runSsh(fleet.sshConfigFile, ["inner.example.com", command], data);
    expect(result).toEqual({ code: 5, out: `${sha256(data)}\ndeploy\ns390x\n`, err: "err\n" });
    const through = await runSsh(fleet.sshConfigFile, ["-W", "192.0.2.1:22", "bastion.example.com"]);
    expect(through).toMatchObject({ code: 255, err: expect.stringContaining("open failed") });
    await fleet.close();
    rmSync(directory, { recursive: true, force: true });
  });
});

function startSsh(configFile: string, parameters: readonly string[]) {
  return spawn("ssh", ["-F", configFile, "-o", "BatchMode=yes", ...parameters], { stdio: "pipe" });
}

function runSsh(configFile: string, parameters: readonly string[], input?: Uint8Array) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
    const child = startSsh(configFile, parameters);
    let out = "";
    let err = "";
    child.stdout.on("data", (data) => {
      out += data;
    });
    child.stderr.on("data", (data) => {
      err += data;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
    // A command that ends before it has read everything is no failure of the test.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** Processes that were started for a fleet: they see its folders among their mounts, or have them as a parameter. */
function inNamespaces(directory: string): string[] {
  const read = (path: string) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  };
  return readdirSync("/proc").filter(
    (process) =>
      /^\d+$/.test(process) &&
      (read(`/proc/${process}/mountinfo`).includes(directory) || read(`/proc/${process}/cmdline`).includes(directory)),
  );
}

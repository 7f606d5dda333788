import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Outcome } from "../../../../src/execute/outcome.ts";
import { probeHost } from "../../../../src/kinds/host/effects/probe.ts";
import type { Host } from "../../../../src/model/inventory.ts";
import { standInCommandFolder } from "../../../../src/sandbox/hosts/stand-in-commands.ts";
import { createSshConnector } from "../../../../src/ssh/connect.ts";
import { whyNoDropbear } from "../../../support/dropbear.ts";
import { type HostWorld, startHostWorld } from "../../../support/host-world.ts";
import { silentLog } from "../../../support/log.ts";
import { type Relay, startRelay } from "../../../support/relay.ts";
import { sshClientOf, sshConfigOf } from "../../../support/ssh-settings.ts";
import { type SshdFleet, sshdAvailable, startSshdFleet } from "../../../support/sshd-fleet.ts";

const availability = sshdAvailable();
const noNamespaces = availability.available ? null : availability.reason;

/** Hosts with file systems and process numbers of their own, with a login that has to use sudo. */
describe.each([
  ["openssh", noNamespaces],
  ["dropbear", noNamespaces ?? whyNoDropbear()],
] as const)("a host behind %s", (server, missing) => {
  describe.skipIf(missing !== null)(missing === null ? "" : `(skipped: ${missing})`, () => {
    const name = "web01.example.com";
    let fleet: SshdFleet;
    let relay: Relay;
    let world: HostWorld;

    beforeAll(async () => {
      world = await startHostWorld([name], {
        padding: 2_000_000,
        // Longer than any test waits.
        lockWait: { seconds: 1, tries: 600 },
        startHosts: async ([host = ""], directory) => {
          const listen = { address: "127.0.0.1", port: 0 };
          fleet = await startSshdFleet({
            hosts: [{ name: host, listen, user: "deploy", server }],
            directory,
            nodePath: process.execPath,
          });
          relay = await startRelay(real());
          return { ...fleet, sshConfig: configThrough(relay.port) };
        },
      });
    });

    afterAll(async () => {
      await relay?.close();
      await world?.close();
    });

    beforeEach(() => real().reset());

    afterEach(() => {
      relay.setFault({});
      vi.useRealTimers();
    });

    const real = () => fleet.hosts.get(name) ?? expect.fail(`there is no host ${name}`);
    const configThrough = (port: number) =>
      fleet.sshConfig.replace(`Port ${real().port}\n`, `Port ${port}\n  HostKeyAlias ${name}\n`);
    const leftBehind = () => readdirSync(join(real().root, "tmp")).filter((file) => file.startsWith("dtsync"));
    const connectorOf = (sshConfig: string) =>
      createSshConnector(sshClientOf(sshConfigOf(sshConfig)), { taken: new Map(), write: false }, silentLog);
    const connect = () => connectorOf(configThrough(relay.port))(world.host(name));

    async function applyPlanned(host: Host): Promise<Outcome> {
      return world.apply((await world.plan(host)) ?? expect.fail("nothing is planned"), host);
    }

    test("is read, installed, configured and removed, with nothing left to plan after each", async () => {
      const unprivileged = await connect();
      expect((await unprivileged.run("id -un; mkdir /opt/dynatrace")).stdout).toBe("deploy\n");
      unprivileged.close();
      for (const host of [
        world.host(name, { oneagent: { hostGroup: "abc" } }),
        world.host(name, { oneagent: { hostGroup: "abc-web", hostTags: ["größe=€", "tier=web"] } }),
        world.host(name, { state: "absent" }),
      ]) {
        expect(await applyPlanned(host)).toEqual({ status: "done", attempts: 1 });
        expect(await world.plan(host)).toBeNull();
      }
      expect(real().counters()).toMatchObject({ installations: 1, removals: 1, restarts: 1 });
      expect(leftBehind()).toEqual([]);
    });

    test.each(["push", "pull"] as const)("takes an installer (%s) with every setting declared", async (transfer) => {
      const host = world.host(name, {
        oneagent: {
          ...{ transfer, hostGroup: "abc", networkZone: "default", monitoringMode: "infra-only", hostName: "web 01" },
          ...{ hostTags: ["tier=web"], hostProperties: { owner: "web-team" }, proxy: "", autoUpdate: false },
          ...{ appLogContentAccess: false, systemLogsAccess: false },
        },
      });
      expect(await applyPlanned(host)).toEqual({ status: "done", attempts: 1 });
      expect(await world.plan(host)).toBeNull();
    });

    test("is trusted by whichever of its host keys is known", async () => {
      const keys = [
        readFileSync(join(real().root, "etc/ssh/ssh_host_ed25519_key.pub"), "utf8"),
        ...real().otherHostKeys,
      ];
      const seen: string[] = [];
      for (const key of keys) {
        const [type = "", data = ""] = key.trim().split(" ");
        const known = join(fleet.identityFile, "..", `known_${type}`);
        writeFileSync(known, `${name} ${type} ${data}\n`);
        const config = configThrough(relay.port).replace(fleet.knownHostsFile, known);
        const shell = await connectorOf(config)(world.host(name));
        expect((await shell.run("echo here")).stdout).toBe("here\n");
        shell.close();
        seen.push(type);
      }
      const others = server === "dropbear" ? ["ecdsa-sha2-nistp256", "ssh-rsa"] : [];
      expect(seen).toEqual(["ssh-ed25519", ...others]);
    });

    test("a transfer over a slow link arrives whole", async () => {
      relay.setFault({ bytesPerSecond: 1_500_000 });
      expect(await applyPlanned(world.host(name))).toEqual({ status: "done", attempts: 1 });
    });

    test("a transfer that is cut in the middle is made once more from the start", async () => {
      relay.setFault({ cutAfterBytes: 1_000_000, cutsOnce: true });
      expect(await applyPlanned(world.host(name))).toEqual({ status: "done", attempts: 2 });
      expect(real().counters()).toMatchObject({ installations: 1 });
      await vi.waitFor(() => expect(leftBehind()).toEqual([]), { timeout: 20_000 });
    });

    test("a transfer that is cut each time is told, leaves nothing, and is made by the next run", async () => {
      const host = world.host(name);
      const change = (await world.plan(host)) ?? expect.fail("nothing is planned");
      relay.setFault({ cutAfterBytes: 1_000_000 });
      expect(await world.apply(change, host)).toMatchObject({
        status: "failed",
        attempts: 2,
        error: { code: "connection-lost" },
      });
      relay.setFault({});
      await vi.waitFor(() => expect(leftBehind()).toEqual([]), { timeout: 20_000 });
      expect(real().counters().installations).toBe(0);
      expect(await world.apply(change, host)).toEqual({ status: "done", attempts: 1 });
    });

    /** Command lines of processes on the host, which is told by its own root folder. */
    const processes = (word: string) =>
      readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .map((entry) => (existsSync(`/proc/${entry}/cmdline`) ? readFileSync(`/proc/${entry}/cmdline`, "utf8") : ""))
        .filter((line) => line.includes(word));

    const hanging = (seconds: string) =>
      `#!/bin/sh\ntrap '' TERM\nsleep ${seconds} &\nwhile :; do sleep ${seconds}; done\n`;

    test("an agent that does not answer is left by all that asked it", async () => {
      const host = world.host(name);
      await applyPlanned(host);
      const seconds = server === "openssh" ? "700001" : "700002";
      const control = join(real().root, "opt/dynatrace/oneagent/agent/lib64/oneagentctl");
      writeFileSync(control, hanging(seconds), { mode: 0o755 });
      const shell = await connect();
      await expect(probeHost(shell, host, { timeout: 2_000 })).rejects.toMatchObject({ code: "timeout" });
      await vi.waitFor(() => expect(processes(seconds)).toEqual([]), { timeout: 20_000 });
    });

    test("an installer does not stay where the new agent does not answer", async () => {
      const host = world.host(name, { ssh: { timeout: 4_000 } });
      const change = (await world.plan(host)) ?? expect.fail("nothing is planned");
      const seconds = server === "openssh" ? "700003" : "700004";
      writeFileSync(join(real().root, standInCommandFolder, "systemctl"), hanging(seconds), { mode: 0o755 });
      expect(await world.apply(change, host)).toMatchObject({ status: "uncertain", error: { code: "timeout" } });
      expect(leftBehind()).toEqual([]);
      await vi.waitFor(() => expect(processes(seconds)).toEqual([]), { timeout: 20_000 });
    });

    test("a host that crashes in the middle of an installation is finished by the next run", async () => {
      const host = world.host(name);
      const change = (await world.plan(host)) ?? expect.fail("nothing is planned");
      real().setBehaviour({ DURATION: 600 });
      const crashed = world.apply(change, host);
      await vi.waitFor(() => expect(real().read("/opt/dynatrace/oneagent/transaction.lock")).toBe(""), {
        timeout: 20_000,
      });
      await real().setConnection({ down: true });
      expect(await crashed).toMatchObject({ status: "uncertain", error: { code: "connection-lost" } });
      // What was in memory is gone; what was on disk is not.
      expect(leftBehind()).toHaveLength(1);
      expect(real().read("/tmp/oneagent.lock")).not.toBeNull();
      // The numbers of processes begin at 1 again: that of the installer may be another one's by then.
      real().write("/tmp/oneagent.lock", "999999999\ninstaller\n");
      real().setBehaviour({});
      await real().setConnection({});
      expect(await applyPlanned(host)).toEqual({ status: "done", attempts: 1 });
      expect(await world.plan(host)).toBeNull();
      expect(leftBehind()).toEqual([]);
    });

    test("a removal that waits for the lock is given up with the connection", async () => {
      expect(await applyPlanned(world.host(name))).toMatchObject({ status: "done" });
      real().setBehaviour({ EXIT_CODE: 13, EXIT_CODE_TIMES: 9_999 });
      const absent = world.host(name, { state: "absent", ssh: { timeout: 5_000 } });
      expect(await applyPlanned(absent)).toMatchObject({ status: "failed", error: { code: "timeout" } });
      await vi.waitFor(() => expect(leftBehind()).toEqual([]), { timeout: 20_000 });
      const uses = () => real().read("/var/lib/dtsync-stand-in/exit-code-uses");
      const made = uses();
      expect(made).not.toBeNull();
      await pause(2_500);
      expect(uses()).toBe(made);
      expect(real().counters().removals).toBe(0);
    });

    test("a host that is gone without a word is given up after a minute of silence", async () => {
      vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
      const shell = await connect();
      const running = shell.run("sleep 600").catch((error: unknown) => error);
      await vi.waitFor(() => expect(commandsOn(real().root)).toContain("sleep 600"), { timeout: 20_000 });
      await passQuietMinute();
      expect((await shell.run("echo here")).stdout).toBe("here\n");
      relay.loseHost();
      await passQuietMinute();
      expect(await running).toMatchObject({ code: "connection-lost" });
    });

    test("a host that takes connections and carries nothing is given up in time", async () => {
      relay.setFault({ frozen: true });
      const host = world.host(name, { ssh: { connectTimeout: 500 } });
      expect(await world.probe(host)).toMatchObject({
        status: "unreadable",
        reason: expect.stringMatching(/^unreachable: 127\.0\.0\.1:\d+ did not answer within 0\.5 s$/),
      });
    });
  });
});

/** More than a minute for the connection alone, with time for a host that is there to answer in between. */
async function passQuietMinute(): Promise<void> {
  for (let seconds = 0; seconds < 90; seconds += 15) {
    vi.advanceTimersByTime(15_000);
    await pause(50);
  }
}

/** Command lines of processes that see the files of a host. */
function commandsOn(root: string): readonly string[] {
  return readdirSync("/proc")
    .filter((process) => /^\d+$/.test(process))
    .flatMap((process) => {
      try {
        if (!readFileSync(`/proc/${process}/mountinfo`, "utf8").includes(root)) return [];
        return [readFileSync(`/proc/${process}/cmdline`, "utf8").replaceAll("\0", " ").trim()];
      } catch {
        return [];
      }
    });
}

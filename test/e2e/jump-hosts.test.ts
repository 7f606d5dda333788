import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createSshConnector, type SshConnector } from "../../src/ssh/connect.ts";
import { keepConnections } from "../../src/ssh/keep-connections.ts";
import { startEndToEnd } from "../support/end-to-end.ts";
import { silentLog } from "../support/log.ts";
import { sshClientOf, sshConfigOf } from "../support/ssh-settings.ts";
import { type SshdFleet, type SshdHost, sshdAvailable, startSshdFleet } from "../support/sshd-fleet.ts";

const availability = sshdAvailable();
const bastions = ["outer.example.com", "middle.example.com", "inner.example.com"];
const webs = Array.from({ length: 6 }, (_, index) => `web0${index + 1}.abc.example.com`);
const port = 2201;
const addressOf = (index: number) => `127.41.${index + 1}.1`;

describe.skipIf(!availability.available)(
  `three jump hosts in a row on OpenSSH${availability.available ? "" : ` (skipped: ${availability.reason})`}`,
  () => {
    let directory: string;
    let fleet: SshdFleet;
    let connect: SshConnector;

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), "dtsync-row-"));
      fleet = await startSshdFleet({
        hosts: [
          ...webs.map((name, index) => ({ name, listen: { address: addressOf(index), port }, user: "deploy" })),
          ...bastions.map((name, index) => ({
            name,
            role: "jump" as const,
            user: "ops",
            listen: { address: addressOf(webs.length + index), port },
            ...(index === 0 ? {} : { jump: bastions[index - 1] ?? "" }),
          })),
        ],
        directory,
        nodePath: process.execPath,
      });
    });

    afterAll(async () => {
      await fleet?.close();
      rmSync(directory, { recursive: true, force: true });
    });

    beforeEach(async () => {
      await Promise.all([...fleet.hosts.values()].map((host) => host.setConnection({})));
      connect = createSshConnector(
        sshClientOf(sshConfigOf(readFileSync(fleet.sshConfigFile, "utf8")), {
          home: directory,
          user: { name: "nobody", id: 65_534 },
        }),
        { taken: new Map(), write: false },
        silentLog,
      );
      return () => connect.close();
    });

    const machine = (name: string): SshdHost => {
      const found = fleet.hosts.get(name);
      if (!found) throw new Error(`there is no host ${name}`);
      return found;
    };
    const logins = (name: string) =>
      readFileSync(join(machine(name).root, "etc/ssh/sshd.log"), "utf8").match(/Accepted publickey/g)?.length ?? 0;
    /** Counts the logins from now on. */
    const countLogins = (names: readonly string[]) => {
      const before = names.map(logins);
      return () => names.map((name, index) => logins(name) - (before[index] ?? 0));
    };
    const host = (name: string, jump: readonly string[], jumpConcurrency = 20) => ({
      name,
      address: null,
      ssh: { hostKeys: "strict" as const, jump, jumpConcurrency },
    });

    test("an apply logs in once at each of them, and no more than allowed are behind the last one at once", async () => {
      const counted = countLogins(bastions);
      const countedHosts = countLogins(webs);
      const world = await startEndToEnd({
        inventory: {
          "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults:
  cluster: emea
  ssh: { user: deploy, become: sudo, jump: inner.example.com, jumpConcurrency: 4 }
`,
          "customers/abc.yaml": `customer: abc
environments:
  p1:
    hosts:
      - web[01-03].abc.example.com
      - name: web04.abc.example.com
        ssh: { jump: [outer.example.com, middle.example.com, inner.example.com] }
      - name: web05.abc.example.com
        ssh: { jump: [middle.example.com, ops@inner.example.com:${port}] }
      - web06.abc.example.com
`,
        },
        clusters: ["emea"],
        options: ["--ssh-config", fleet.sshConfigFile],
      });
      const inFlight: number[] = [];
      const sampling = setInterval(() => inFlight.push(openTo(webs.map((_, index) => addressOf(index)))), 5);
      try {
        const applied = await world.apply();
        expect(applied.report.results.filter(({ status }) => status !== "done")).toEqual([]);
      } finally {
        clearInterval(sampling);
        await world.close();
      }
      expect(counted()).toEqual([1, 1, 1]);
      // Some of those that the plan looked at are kept for the change: as many as nobody else needed the place of.
      expect(Math.max(...countedHosts())).toBe(2);
      expect(countedHosts()).toContain(1);
      // The jump host ends a connection a little after the client has let go of it: all six at once is what must not be.
      expect(Math.max(...inFlight)).toBeGreaterThan(1);
      expect(Math.max(...inFlight)).toBeLessThan(webs.length);
    });

    test("one that is killed breaks what goes through it, and is logged in at again by the next", async () => {
      const counted = countLogins(bastions);
      const row = bastions.slice(0, 2);
      const shells = await Promise.all(webs.map((name) => connect(host(name, row))));
      const running = Promise.allSettled(shells.map((shell) => shell.run("sleep 60")));
      await machine("middle.example.com").setConnection({ down: true });
      expect(await running).toEqual(
        webs.map(() => ({ status: "rejected", reason: expect.objectContaining({ code: "connection-lost" }) })),
      );
      const refused = await Promise.allSettled(webs.map((name) => connect(host(name, row, 2))));
      const reason = expect.objectContaining({
        code: "unreachable",
        message: expect.stringMatching(/^jump host middle.example.com: /),
      });
      expect(refused).toEqual(webs.map(() => ({ status: "rejected", reason })));
      await machine("middle.example.com").setConnection({});
      const shell = await connect(host(webs[0] ?? "", row));
      expect((await shell.run("hostname")).stdout).toBe("web01.abc.example.com\n");
      shell.close();
      expect(counted()).toEqual([1, 2, 0]);
    });

    test("a host that goes away between plan and change is told of, and one that is back is logged in at again", async () => {
      const kept = keepConnections(connect, silentLog);
      const web = host(webs[0] ?? "", bastions.slice(0, 1));
      const counted = countLogins([web.name, "outer.example.com"]);
      const look = async () => {
        const shell = await kept.connect(web);
        expect((await shell.run("hostname")).stdout).toBe(`${web.name}\n`);
        kept.keep(shell);
      };
      await look();
      await look();
      expect(counted()).toEqual([1, 1]);
      await machine(web.name).setConnection({ down: true });
      await expect(kept.connect(web).then((shell) => shell.run("hostname"))).rejects.toMatchObject({
        code: "unreachable",
      });
      await machine(web.name).setConnection({});
      await look();
      // It breaks while it is kept, and whoever comes next does not notice.
      await machine(web.name).setConnection({ down: true });
      await machine(web.name).setConnection({});
      await look();
      expect(counted()).toEqual([3, 1]);
      kept.close();
      await vi.waitFor(() => expect(openTo([addressOf(0)])).toBe(0), { timeout: 10_000 });
    });
  },
);

/** Connections of this machine that are open to these addresses. */
function openTo(addresses: readonly string[]): number {
  const established = "01";
  const wanted = new Set(
    addresses.map((address) => {
      const bytes = address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
      return `${bytes.reverse().join("")}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
    }),
  );
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .filter((line) => {
      const [, , remote = "", state] = line.trim().split(/\s+/);
      return state === established && wanted.has(remote);
    }).length;
}

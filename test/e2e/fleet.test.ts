import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type EndToEnd, startEndToEnd } from "../support/end-to-end.ts";
import { type SshdFleet, sshdAvailable, startSshdFleet } from "../support/sshd-fleet.ts";

const availability = sshdAvailable();
const names = [
  ...Array.from({ length: 4 }, (_, index) => `web${String(index + 1).padStart(2, "0")}.abc.example.com`),
  ...Array.from({ length: 3 }, (_, index) => `app${String(index + 1).padStart(2, "0")}.abc.example.com`),
  ...Array.from({ length: 3 }, (_, index) => `db${String(index + 1).padStart(2, "0")}.xyz.example.com`),
];

const inventory = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
  apac: { url: https://dynatrace.apac.example.com, token: { env: DTSYNC_TOKEN_APAC } }
defaults:
  cluster: emea
  ssh: { user: deploy, become: sudo }
  oneagent: { hostTags: [managed-by=dtsync] }
`,
  "customers/abc.yaml": `customer: abc
environments:
  p1:
    oneagent: { hostGroup: abc-p1 }
    hosts: ["web[01-04].abc.example.com"]
  t1:
    hosts: ["app[01-03].abc.example.com"]
`,
  "customers/xyz.yaml": `customer: xyz
cluster: apac
environments:
  p1:
    hosts: ["db[01-03].xyz.example.com"]
`,
};

describe.skipIf(!availability.available)(
  `10 hosts on OpenSSH${availability.available ? "" : ` (skipped: ${availability.reason})`}`,
  () => {
    let directory: string;
    let fleet: SshdFleet;
    let world: EndToEnd;

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), "dtsync-fleet-"));
      fleet = await startSshdFleet({
        hosts: names.map((name, index) => ({
          name,
          listen: { address: `127.40.${index + 1}.1`, port: 2200 },
          user: "deploy",
        })),
        directory,
        nodePath: process.execPath,
      });
    });

    afterAll(async () => {
      await fleet?.close();
      rmSync(directory, { recursive: true, force: true });
    });

    beforeEach(async () => {
      await Promise.all([...fleet.hosts.values()].map((host) => host.reset()));
      world = await startEndToEnd({
        inventory,
        clusters: ["emea", "apac"],
        options: ["--ssh-config", fleet.sshConfigFile],
      });
    });

    afterEach(() => world.close());

    const machine = (name: string) => {
      const found = fleet.hosts.get(name);
      if (!found) throw new Error(`there is no host ${name}`);
      return found;
    };

    const agents = () =>
      [...world.clusters.values()].flatMap((cluster) =>
        cluster.agents().map(({ environment, host }) => [host.name, environment] as const),
      );

    function expectNothingLeftBehind() {
      for (const host of fleet.hosts.values()) {
        expect(readdirSync(join(host.root, "tmp")).filter((name) => name.startsWith("dtsync"))).toEqual([]);
      }
      for (const cluster of world.clusters.values()) {
        const now = Date.now();
        const left = cluster
          .snapshot()
          .tokens.filter(
            ({ name, revoked, expires }) => name.startsWith("dtsync run") && !revoked && (expires ?? Infinity) > now,
          );
        // A token-management token cannot delete itself; it lives a quarter of an hour at most.
        expect(left.filter(({ scopes }) => !scopes.includes("apiTokens.write"))).toEqual([]);
        expect(left.every(({ created, expires }) => (expires ?? Infinity) - created <= 15 * 60_000)).toBe(true);
      }
    }

    test("deploys to every host with known_hosts checked; each agent reports to its own environment", async () => {
      const logins = () =>
        [...fleet.hosts.values()].map(
          ({ root }) => readFileSync(join(root, "etc/ssh/sshd.log"), "utf8").match(/Accepted publickey/g)?.length ?? 0,
        );
      const before = logins();
      const applied = await world.apply();
      expect(applied.report.results.filter(({ status }) => status !== "done")).toEqual([]);
      expect(applied.code).toBe(0);
      expect(logins()).toEqual(before.map((count) => count + 1));
      const expected = names.map((name) => [
        name,
        name.startsWith("web") ? "abc-p1" : name.startsWith("app") ? "abc-t1" : "xyz-p1",
      ]);
      expect([...agents()].sort()).toEqual([...expected].sort());
      const after = await world.plan(["--detailed-exitcode"]);
      expect(after.plan.changes).toEqual([]);
      expect(after.code).toBe(0);
      expectNothingLeftBehind();
      const downloads = world
        .cluster("emea")
        .requests.filter(({ path }) => /installer\/agent\/unix\/default\/version\//.test(path));
      expect(downloads).toHaveLength(1);
      const secrets = [...world.clusters.values()].flatMap((cluster) => {
        const { tokens, environments } = cluster.snapshot();
        return [...tokens.map(({ token }) => token), ...environments.map(({ tenantToken }) => tenantToken)];
      });
      const shown = applied.stdout + applied.stderr + after.stdout + after.stderr;
      expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
    });

    test("an installer that a killed run left stays where a guard refuses an apply, and goes with one that has nothing else to do", async () => {
      expect((await world.apply()).code).toBe(0);
      const left = join(machine("web01.abc.example.com").root, "tmp/dtsync.4194304.1.AbCdEfGhIj");
      mkdirSync(left);
      const declared = inventory["customers/xyz.yaml"];
      const removing = declared.replace(
        '["db[01-03]',
        '[{ name: "db[01-02].xyz.example.com", state: absent }, "db[03-03]',
      );
      world.write({ "customers/xyz.yaml": removing });
      expect((await world.apply()).code).toBe(4);
      expect(existsSync(left)).toBe(true);
      world.write({ "customers/xyz.yaml": declared });
      expect((await world.plan()).plan.changes).toEqual([]);
      expect(existsSync(left)).toBe(true);
      expect((await world.apply()).code).toBe(0);
      expectNothingLeftBehind();
    });

    test("hosts that are down, show another key, refuse sudo or are full are held with their reason; the others go on", async () => {
      await machine("web01.abc.example.com").setConnection({ down: true });
      await machine("app01.abc.example.com").setConnection({ changedHostKey: true });
      machine("db01.xyz.example.com").setBehaviour({ SUDO: "refuses" });
      machine("web02.abc.example.com").setBehaviour({ DISK: "full" });
      const { plan } = await world.plan();
      expect(plan.held.map(({ scope }) => scope)).toEqual([
        "host/app01.abc.example.com",
        "host/db01.xyz.example.com",
        "host/web01.abc.example.com",
        "host/web02.abc.example.com",
      ]);
      expect(plan.held.at(-1)?.reason).toMatch(/too little space/);
      const applied = await world.apply();
      expect(applied.code).toBe(5);
      expect(applied.report.results.filter(({ status }) => status !== "done")).toEqual([]);
      expect(agents()).toHaveLength(6);
      await machine("web01.abc.example.com").setConnection({});
      await machine("app01.abc.example.com").setConnection({});
      machine("db01.xyz.example.com").setBehaviour({});
      machine("web02.abc.example.com").setBehaviour({});
      expect((await world.apply()).code).toBe(0);
      expect((await world.plan()).plan.changes).toEqual([]);
      expectNothingLeftBehind();
    });

    test("Ctrl-C: nothing new is started, what runs is finished, tokens are revoked, the next run completes it", async () => {
      for (const host of fleet.hosts.values()) host.setBehaviour({ DURATION: "1" });
      const running = world.start(["apply", "--auto-approve", "--format", "json", "--concurrency", "3"]);
      await until(() => names.some((name) => machine(name).counters().installations > 0));
      running.child.kill("SIGINT");
      const interrupted = await running.finished;
      expect(interrupted.code).toBe(130);
      const { results } = JSON.parse(interrupted.stdout);
      expect(results.some(({ error }: { error?: { code: string } }) => error?.code === "interrupted")).toBe(true);
      expect(results.some(({ status }: { status: string }) => status === "failed")).toBe(false);
      const uncertain = results.filter(({ status }: { status: string }) => status === "uncertain");
      // What ran was finished on the host; nobody waited for its environment any more.
      expect(uncertain.every(({ error }: { error?: { code: string } }) => error?.code === "interrupted")).toBe(true);
      expectNothingLeftBehind();
      for (const host of fleet.hosts.values()) host.setBehaviour({});
      expect((await world.apply()).code).toBe(0);
      expect((await world.plan()).plan.changes).toEqual([]);
    });

    test("a canary that its environment does not list is uncertain, and nothing goes on; later it is found in order", async () => {
      const { switches } = world.cluster("emea");
      switches.agentVisibleAfter = Number.POSITIVE_INFINITY;
      const rollout = ["--set", "defaults.rollout.maxFailures=0", "--set", "defaults.rollout.seenWithin=2s"];
      const unseen = await world.apply(["--auto-approve", "--target", "abc-t1", ...rollout]);
      expect(unseen.code).toBe(5);
      expect(unseen.report.summary).toMatchObject({ uncertain: 1, skipped: 2 });
      expect(unseen.report.results.find(({ status }) => status === "uncertain")).toMatchObject({
        error: { code: "not-seen" },
      });
      expectNothingLeftBehind();
      switches.agentVisibleAfter = 0;
      const seen = await world.apply(["--auto-approve", "--target", "abc-t1", ...rollout]);
      expect([seen.code, seen.report.summary.done]).toEqual([0, 2]);
      expect((await world.plan(["--target", "abc-t1"])).plan.changes).toEqual([]);
    });

    test("that the cluster has no list of hosts is a warning of the result", async () => {
      const match = { path: "*/v1/oneagents", times: Number.POSITIVE_INFINITY };
      world.cluster("emea").addFault({ match, do: { status: 405 } });
      const { code, report } = await world.apply(["--auto-approve", "--target", "abc-t1"]);
      expect([code, report.summary.done]).toEqual([0, 4]);
      expect(report.warnings.filter((warning) => warning.includes("abc-t1 has no list of its hosts"))).toHaveLength(1);
      expectNothingLeftBehind();
    });

    test("killed at any moment and run again, it ends in the same state", async () => {
      for (const host of fleet.hosts.values()) host.setBehaviour({ DURATION: "0.3" });
      // The steps of a host are gone through one by one in ended-in-each-step.test.ts.
      for (const delay of [500, 1_300, 2_400]) {
        const running = world.start(["apply", "--auto-approve", "--concurrency", "6"]);
        await wait(delay);
        running.child.kill("SIGKILL");
        await running.finished;
      }
      // What a killed run began on a host goes on there to its end.
      await wait(1_500);
      for (const host of fleet.hosts.values()) host.setBehaviour({});
      const applied = await world.apply();
      expect(applied.report.results.filter(({ status }) => status !== "done")).toEqual([]);
      expect((await world.plan(["--detailed-exitcode"])).code).toBe(0);
      expect(agents()).toHaveLength(10);
      expectNothingLeftBehind();
    });
  },
);

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (condition()) return;
    await wait(100);
  }
  throw new Error("it did not happen within 30 s");
}

import { existsSync, lstatSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  communicationEndpoint,
  type StandInMachine,
  standInMachine,
  tenantToken,
} from "../../../support/stand-in-machine.ts";

const older = "1.299.40.20240801-101010";
const newer = "1.321.51.20250905-075429";
const agent = "/opt/dynatrace/oneagent/agent";
const config = "/var/lib/dynatrace/oneagent/agent/config";

let machine: StandInMachine;
beforeEach(() => {
  machine = standInMachine();
});
afterEach(() => machine.remove());

function exists(path: string): boolean {
  return existsSync(join(machine.files.root, path));
}

describe("installation", () => {
  test("lays out program, settings and log, and ends with 0", async () => {
    const result = await machine.install(machine.installer(), "--set-host-group=abc");
    expect(result.code).toBe(0);
    expect(result.out.split("\n").filter(Boolean)).toSatisfy((lines: string[]) =>
      lines.every((line) => /^\d\d:\d\d:\d\d /.test(line)),
    );
    expect(machine.files.read(`${agent}/installer.version`)).toBe("1.313.52.20250602-150703\n");
    const mode = (path: string) => statSync(join(machine.files.root, path)).mode & 0o777;
    expect(mode(`${agent}/uninstall.sh`)).toBe(0o750);
    expect(mode(`${config}/deployment.conf`)).toBe(0o660);
    expect(lstatSync(join(machine.files.root, agent, "tools/oneagentctl")).isSymbolicLink()).toBe(true);
    expect(machine.files.read(`${config}/agent.state`)).toBe("RUNNING\n");
    expect(exists("/tmp/oneagent.lock")).toBe(false);
    expect(exists("/opt/dynatrace/oneagent/transaction.lock")).toBe(false);
    expect(machine.files.counters()).toEqual({ installations: 1, removals: 0, starts: 1, restarts: 0 });
  });

  test("keeps a log for root alone, without secrets", async () => {
    const proxy = "--set-proxy=user:pa%20ss@proxy.example.com:8080";
    await machine.install(machine.installer(), `--set-tenant-token=${tenantToken}`, proxy);
    const folder = join(machine.files.root, "var/log/dynatrace/oneagent/installer");
    const [name = ""] = readdirSync(folder);
    expect(name).toMatch(/^installation_\d+\.log$/);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const log = readFileSync(join(folder, name), "utf8");
    expect(log).toContain("--set-tenant-token=*** --set-proxy=***@proxy.example.com:8080");
    expect(log).not.toContain(tenantToken);
    expect(log).not.toContain("pa%20ss");
  });

  test("prints version and usage without root", async () => {
    const file = machine.installer();
    expect(await machine.installAs("deploy", file, "--version")).toMatchObject({
      code: 0,
      out: "1.313.52.20250602-150703\n",
    });
    expect(await machine.installAs("deploy", file, "-h")).toMatchObject({ code: 0 });
  });

  test("removes the lock of a running installation when root asks for the version", async () => {
    machine.files.write("/tmp/oneagent.lock", "1\ninstaller\n");
    const file = machine.installer();
    await machine.installAs("deploy", file, "--version");
    expect(exists("/tmp/oneagent.lock")).toBe(true);
    await machine.install(file, "--version");
    expect(exists("/tmp/oneagent.lock")).toBe(false);
  });

  test("refuses to touch a machine that is not simulated", async () => {
    const result = await machine.shell(`DTSYNC_STAND_IN_ROOT= /bin/sh ${machine.installer()}`);
    expect(result).toMatchObject({ code: 1 });
    expect(result.err).toContain("no simulated host");
  });
});

describe("presets and command line", () => {
  test("presets are applied at each run, and the command line wins", async () => {
    await machine.install(machine.installer({ tenant: "abc-p1" }), "--set-tenant=abc-t1");
    expect((await machine.ctl("--get-tenant")).out).toBe("abc-t1\n");
    await machine.install(machine.installer({ tenant: "abc-p1" }));
    expect((await machine.ctl("--get-tenant")).out).toBe("abc-p1\n");
    expect((await machine.ctl("--get-tenant-token")).out).toBe(`${tenantToken}\n`);
  });

  test("a file without the presets part leaves the agent without a cluster", async () => {
    const file = machine.installer();
    const text = readFileSync(file);
    writeFileSync(file, text.subarray(0, text.indexOf("----PARAMETERS\nPARAM_SERVER")));
    expect((await machine.install(file)).code).toBe(0);
    expect((await machine.ctl("--get-tenant")).out).toBe("\n");
  });

  test("an upgrade keeps settings, tags and the host id", async () => {
    await machine.install(machine.installer({ version: older }), "--set-host-group=abc", "--set-host-tag=tier=web");
    const id = (await machine.ctl("--get-host-id")).out;
    expect(id).toMatch(/^[0-9a-f]{16}\n$/);
    expect((await machine.install(machine.installer({ version: newer }))).code).toBe(0);
    expect((await machine.ctl("--version")).out).toBe(`${newer}\n`);
    expect((await machine.ctl("--get-host-group")).out).toBe("abc\n");
    expect((await machine.ctl("--get-host-tags")).out).toBe("tier=web\n");
    expect((await machine.ctl("--get-host-id")).out).toBe(id);
  });

  test.each(["--set-host-name=a<b", "--set-host-group=dt.abc", "--set-unheard-of=1", "--remove-host-tag=none"])(
    "a refused %s is reported and the exit code is 0",
    async (setting) => {
      const result = await machine.install(machine.installer(), setting, "--set-network-zone=zone-1");
      expect(result.code).toBe(0);
      expect(result.err).toMatch(/^\d\d:\d\d:\d\d Error: /);
      expect((await machine.ctl("--get-network-zone")).out).toBe("zone-1\n");
    },
  );

  test("REJECT makes oneagentctl refuse a setting", async () => {
    machine.files.setBehaviour({ REJECT: "host-group" });
    const result = await machine.install(machine.installer(), "--set-host-group=abc");
    expect(result).toMatchObject({ code: 0, err: expect.stringContaining("--set-host-group") });
    expect((await machine.ctl("--get-host-group")).out).toBe("\n");
    expect((await machine.ctl("--set-host-group=abc")).code).toBe(1);
  });
});

describe("exit codes", () => {
  test.each([
    "UNKNOWN=1",
    "INSTALL_PATH=",
    "--set-host-group",
    "--what",
    "INSTALL_PATH=relative",
    "INSTALL_PATH=/",
    "INSTALL_PATH=/apps/one agent",
    "LOG_PATH=/var/lib/dynatrace/logs",
    "GROUP=wheel",
    "USER=ab",
    "NON_ROOT_MODE=2",
    "install_path=/apps",
  ])("8 for %s", async (parameter) => {
    expect((await machine.install(machine.installer(), parameter)).code).toBe(8);
    expect(exists("/opt/dynatrace")).toBe(false);
  });

  test("1 without root", async () => {
    expect((await machine.installAs("deploy", machine.installer())).code).toBe(1);
    expect((await machine.shell(`sudo -n /bin/sh ${machine.installer()}`, "deploy")).code).toBe(0);
  });

  test("13 while another installation holds the lock, which stays", async () => {
    machine.files.write("/tmp/oneagent.lock", "1\ninstaller\n");
    expect((await machine.install(machine.installer())).code).toBe(13);
    expect(machine.files.read("/tmp/oneagent.lock")).toBe("1\ninstaller\n");
  });

  test("13 for the second of two installations at once, locks are there meanwhile", async () => {
    const file = machine.installer({ behaviour: { CONNECT: "never", DURATION: 1 } });
    const first = machine.install(file);
    await expect.poll(() => exists("/opt/dynatrace/oneagent/transaction.lock"), { interval: 10 }).toBe(true);
    expect(machine.files.read("/tmp/oneagent.lock")).toMatch(/^\d+\ninstaller-default-x86\.sh\n$/);
    expect((await machine.install(file)).code).toBe(13);
    expect((await first).code).toBe(0);
  });

  test("18 for an older version, 0 for the same one", async () => {
    const file = machine.installer({ version: newer });
    await machine.install(file);
    expect((await machine.install(machine.installer({ version: older }))).code).toBe(18);
    expect((await machine.ctl("--version")).out).toBe(`${newer}\n`);
    expect((await machine.install(file)).code).toBe(0);
  });

  test("versions are compared as numbers", async () => {
    await machine.install(machine.installer({ version: "1.99.10.20200101-000000" }));
    expect((await machine.install(machine.installer({ version: "1.313.2.20250101-000000" }))).code).toBe(0);
  });

  test("6 on a full disk, 16 without signature part, 19 on another architecture", async () => {
    machine.files.setBehaviour({ DISK: "full" });
    expect((await machine.install(machine.installer())).code).toBe(6);
    const space = await machine.shell("df -P -k /");
    expect(space.out.split("\n")[1]?.split(/\s+/)[3]).toBe("0");
    machine.files.setBehaviour({});
    expect((await machine.install(machine.installer({ signaturePart: "missing" }))).code).toBe(16);
    expect((await machine.install(machine.installer({ arch: "arm" }))).code).toBe(19);
    expect(exists("/tmp/oneagent.lock")).toBe(false);
  });

  test.each([7, 9, 10, 13, 14, 15, 16, 17, 18, 19, 20, 21])("%i on demand, before anything changes", async (code) => {
    machine.files.setBehaviour({ EXIT_CODE: code });
    expect((await machine.install(machine.installer())).code).toBe(code);
    expect(exists("/opt/dynatrace")).toBe(false);
  });

  test("an injected code a limited number of times", async () => {
    machine.files.setBehaviour({ EXIT_CODE: 13, EXIT_CODE_TIMES: 1 });
    expect((await machine.install(machine.installer())).code).toBe(13);
    expect((await machine.install(machine.installer())).code).toBe(0);
  });

  test("2 comes after the installation, 12 in its middle with the transaction left open", async () => {
    machine.files.setBehaviour({ EXIT_CODE: 12 });
    expect((await machine.install(machine.installer())).code).toBe(12);
    expect(exists("/opt/dynatrace/oneagent/transaction.lock")).toBe(true);
    expect(exists(`${agent}/installer.version`)).toBe(false);
    machine.files.setBehaviour({ EXIT_CODE: 2 });
    expect((await machine.install(machine.installer())).code).toBe(2);
    expect(exists(`${agent}/installer.version`)).toBe(true);
  });
});

describe("service and connection", () => {
  test("reports to the first endpoint that answers, which is then marked", async () => {
    const endpoint = await communicationEndpoint();
    const file = machine.installer({ behaviour: {} });
    const server = `--set-server=http://127.0.0.1:9/communication;${endpoint.url}`;
    const result = await machine.install(file, server, "--set-host-tag=tier=web", "--set-host-name=we\\b 1");
    expect(result.out).toContain(`has successfully connected to Dynatrace Cluster Node ${endpoint.url}`);
    expect((await machine.ctl("--get-server")).out).toBe(`{http://127.0.0.1:9/communication;*${endpoint.url}}\n`);
    const id = (await machine.ctl("--get-host-id")).out.trim();
    expect(endpoint.reports).toHaveLength(1);
    expect(endpoint.reports[0]).toMatchObject({
      tenant: "abc-p1",
      tenantToken,
      host: {
        name: "web-1.example.com",
        customName: "we\\b 1",
        autoUpdate: true,
        id,
        version: "1.313.52.20250602-150703",
        hostGroup: "",
        networkZone: "default",
        monitoringMode: "fullstack",
        tags: ["tier=web"],
        properties: [],
      },
    });
    await machine.ctl("--restart-service");
    await machine.shell("systemctl stop oneagent");
    await endpoint.close();
    expect(endpoint.reports.map((report) => report.availability)).toEqual(["MONITORED", "MONITORED", "UNMONITORED"]);
  });

  test("reports with Node.js what bash cannot", async () => {
    const endpoint = await communicationEndpoint();
    // Only addresses in small letters are left to bash.
    const url = endpoint.url.replace("127.0.0.1", "LOCALHOST");
    const result = await machine.install(machine.installer({ endpoint: url, behaviour: {} }));
    await endpoint.close();
    expect(result.code).toBe(0);
    expect(endpoint.reports).toHaveLength(1);
  });

  test.each([
    ["refused by the cluster", 403, {}],
    ["CONNECT=never", 200, { CONNECT: "never" }],
  ] as const)("not connected, exit 0: %s", async (_case, status, behaviour) => {
    const endpoint = await communicationEndpoint(status);
    machine.files.setBehaviour({ CONNECT_WAIT: 0, ...behaviour });
    const result = await machine.install(machine.installer({ endpoint: endpoint.url, behaviour: {} }));
    expect(result).toMatchObject({ code: 0, err: expect.stringContaining("not connected") });
    expect((await machine.ctl("--get-server")).out).toBe(`{${endpoint.url}}\n`);
    await endpoint.close();
    expect((await machine.shell("systemctl is-active oneagent")).out).toBe("active\n");
  });

  test("connects later, when the delay is over", async () => {
    const endpoint = await communicationEndpoint();
    machine.files.setBehaviour({ CONNECT_WAIT: 0, CONNECT_DELAY: 2 });
    await machine.install(machine.installer({ endpoint: endpoint.url, behaviour: {} }));
    expect((await machine.ctl("--get-server")).out).toBe(`{${endpoint.url}}\n`);
    const marked = async () => (await machine.ctl("--get-server")).out;
    await expect.poll(marked, { timeout: 5000, interval: 200 }).toBe(`{*${endpoint.url}}\n`);
    await endpoint.close();
  });

  test("a service that does not start is an error with exit 0", async () => {
    const result = await machine.install(machine.installer({ behaviour: { SERVICE_START: "fails" } }));
    expect(result).toMatchObject({ code: 0, err: expect.stringContaining("Error: Failed to start") });
    expect(await machine.shell("systemctl is-active oneagent")).toMatchObject({ code: 3, out: "failed\n" });
    machine.files.setBehaviour({ SERVICE_START: "fails" });
    expect((await machine.shell("systemctl start oneagent")).code).toBe(1);
    machine.files.setBehaviour({});
    expect((await machine.shell("systemctl start oneagent")).code).toBe(0);
  });

  test("systemctl knows states and needs root for changes", async () => {
    expect((await machine.shell("systemctl is-active oneagent")).code).toBe(4);
    await machine.install(machine.installer());
    expect((await machine.shell("systemctl stop oneagent", "deploy")).code).toBe(1);
    expect((await machine.shell("sudo -n systemctl stop oneagent.service", "deploy")).code).toBe(0);
    expect(await machine.shell("systemctl is-active oneagent")).toMatchObject({ code: 3, out: "inactive\n" });
    expect((await machine.shell("systemctl restart oneagent")).code).toBe(0);
    expect((await machine.shell("systemctl is-active --quiet oneagent")).out).toBe("");
    expect(machine.files.counters()).toMatchObject({ starts: 2, restarts: 1 });
  });
});

describe("custom paths, removal, volume", () => {
  test("a custom install path is reached through a link, which stays after removal and blocks the next", async () => {
    const file = machine.installer();
    const parameters = ["INSTALL_PATH=/apps/dynatrace/oneagent", "LOG_PATH=/logs/dynatrace"] as const;
    expect((await machine.install(file, ...parameters)).code).toBe(0);
    expect(lstatSync(join(machine.files.root, "opt/dynatrace/oneagent")).isSymbolicLink()).toBe(true);
    expect(exists("/apps/dynatrace/oneagent/agent/installer.version")).toBe(true);
    expect(exists("/logs/dynatrace/installer")).toBe(true);
    expect((await machine.install(file)).code).toBe(0);
    expect((await machine.install(file, "INSTALL_PATH=/apps/other")).code).toBe(1);
    expect((await machine.shell(`/bin/sh ${machine.files.root}${agent}/uninstall.sh`)).code).toBe(0);
    expect(lstatSync(join(machine.files.root, "opt/dynatrace/oneagent")).isSymbolicLink()).toBe(true);
    expect((await machine.install(file, ...parameters)).code).toBe(1);
  });

  test("uninstall.sh removes the program and keeps id, tags, properties and monitoring mode", async () => {
    const file = machine.installer();
    const settings = ["--set-host-tag=a", "--set-host-property=b=c", "--set-monitoring-mode=infra-only"];
    await machine.install(file, ...settings);
    const id = (await machine.ctl("--get-host-id")).out;
    const uninstall = `/bin/sh ${machine.files.root}${agent}/uninstall.sh`;
    expect((await machine.shell(uninstall, "deploy")).code).toBe(1);
    machine.files.write("/tmp/oneagent.lock", "1\ninstaller\n");
    expect((await machine.shell(uninstall)).code).toBe(13);
    await machine.shell(`rm ${machine.files.root}/tmp/oneagent.lock`);
    expect((await machine.shell(uninstall)).code).toBe(0);
    for (const path of ["/opt/dynatrace/oneagent", `${config}/deployment.conf`, `${config}/agent.state`]) {
      expect(exists(path)).toBe(false);
    }
    expect(exists("/var/log/dynatrace/oneagent/installer")).toBe(true);
    expect(machine.files.counters().removals).toBe(1);
    await machine.install(file);
    expect((await machine.ctl("--get-host-id")).out).toBe(id);
    expect((await machine.ctl("--get-host-tags")).out).toBe("a\n");
    expect((await machine.ctl("--get-host-properties")).out).toBe("b=c\n");
    expect((await machine.ctl("--get-monitoring-mode")).out).toBe("infra-only\n");
  });

  test("prints as much as it is told to", async () => {
    machine.files.setBehaviour({ OUTPUT_LINES: 5000 });
    expect((await machine.install(machine.installer())).out.split("\n").length).toBeGreaterThan(5000);
  });
});

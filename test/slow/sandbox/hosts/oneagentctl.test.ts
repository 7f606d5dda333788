import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type StandInMachine, standInMachine } from "../../../support/stand-in-machine.ts";

let machine: StandInMachine;
beforeAll(async () => {
  machine = standInMachine();
  await machine.install(machine.installer());
});
afterAll(() => machine.remove());

async function get(name: string): Promise<string> {
  const result = await machine.ctl(`--get-${name}`);
  expect(result).toMatchObject({ code: 0, err: "" });
  return result.out.replace(/\n$/, "");
}

describe("getters", () => {
  test.each([
    ["host-group", ""],
    ["host-name", ""],
    ["host-tags", ""],
    ["host-properties", ""],
    ["proxy", ""],
    ["no-proxy", ""],
    ["network-zone", "default"],
    ["monitoring-mode", "fullstack"],
    ["infra-only", "false"],
    ["host-id-source", "auto"],
    ["auto-update-enabled", "true"],
    ["auto-injection-enabled", "true"],
    ["app-log-content-access", "true"],
    ["system-logs-access-enabled", "true"],
    ["extensions-ingest-port", "14499"],
    ["extensions-statsd-port", "18125"],
    ["watchdog-portrange", "50000:50100"],
    ["fips-enabled", "false"],
    ["osagent-cap-setuid-enabled", "true"],
    ["deployment-metadata", ""],
    ["dump-capture-enabled", "true"],
    ["tenant", "abc-p1"],
    ["server", "{http://127.0.0.1:9/communication}"],
  ])("--get-%s of a fresh installation", async (name, value) => {
    expect(await get(name)).toBe(value);
  });

  test("an unknown one gives a non-zero exit", async () => {
    expect(await machine.ctl("--get-host-group-id")).toMatchObject({ code: 1, out: "" });
    expect((await machine.ctl("--get-infra-only-mode-enabled")).code).toBe(1);
  });

  test.each([
    ["each", "abc-p1\ndefault\n"],
    ["first", "abc-p1\n"],
    ["reversed", "default\nabc-p1\n"],
  ])("several in one call, with the switch GETTERS=%s", async (GETTERS, answer) => {
    machine.files.setBehaviour({ GETTERS });
    expect((await machine.ctl("--get-tenant", "--get-network-zone")).out).toBe(answer);
    machine.files.setBehaviour({});
  });

  test("root only", async () => {
    const ctl = `${machine.files.root}/opt/dynatrace/oneagent/agent/tools/oneagentctl`;
    expect(await machine.shell(`${ctl} --get-tenant`, "deploy")).toMatchObject({ code: 1, out: "" });
    expect((await machine.shell(`sudo -n ${ctl} --get-tenant`, "deploy")).out).toBe("abc-p1\n");
  });

  test("an old agent knows no monitoring mode, only infra-only", async () => {
    machine.files.setBehaviour({ AGENT_VERSION_MODE: "old" });
    expect((await machine.ctl("--get-monitoring-mode")).code).toBe(1);
    expect((await machine.ctl("--set-monitoring-mode=discovery")).code).toBe(1);
    expect((await machine.ctl("--set-infra-only=true")).code).toBe(0);
    expect(await get("infra-only")).toBe("true");
    machine.files.setBehaviour({});
    expect(await get("monitoring-mode")).toBe("infra-only");
  });
});

describe("value rules", () => {
  const long = (length: number) => "x".repeat(length);
  test.each<[name: string, accepted: readonly string[], refused: readonly string[]]>([
    ["host-group", ["abc-p1", "a_b.c", long(100), ""], [long(101), "dt.abc", "a b", "ä", "a/b"]],
    ["network-zone", ["zone-1.a", long(256), ""], [".zone", "a b", long(257)]],
    ["host-name", ["web 1", "ü", long(256), ""], ["a<b", "a>b", "a&b", "a\nb", "a\rb", "a'b", 'a"b', "#a", long(257)]],
    ["monitoring-mode", ["discovery", "infra-only", "fullstack"], ["", "full-stack", "FULL_STACK"]],
    [
      "proxy",
      ["proxy.example.com:8080", "u%20:p@proxy:1", "no_proxy", ""],
      ["proxy", "http://proxy:80", "a b:1", "p:x"],
    ],
    ["auto-update-enabled", ["false", "true"], ["", "yes", "1"]],
    ["app-log-content-access", ["false", "true"], ["no"]],
    ["extensions-ingest-port", ["1", "65535"], ["0", "65536", "", "x", "-1"]],
    ["watchdog-portrange", ["1024:1027", "50000:50100"], ["1024:1026", "1023:1100", "60000:50000", "50000", "1:2:3"]],
    [
      "host-id-source",
      ["fqdn", "auto;namespace=a-b", "mac-addresses"],
      ["", "dns", "auto;namespace=", "auto;namespace=a b"],
    ],
    ["tenant", ["abc-p1"], ["", "a b"]],
    ["tenant-token", ["token"], [""]],
    [
      "server",
      ["https://a:443/communication;https://b/communication", "{https://a/communication}{https://b/communication}"],
      ["", "https://a:443", "a:443/communication", "{*https://a/communication}", "https://a/communication;x"],
    ],
    ["deployment-metadata", ["a=b"], ["a", "=b"]],
  ])("--set-%s", async (name, accepted, refused) => {
    const before = await get(name);
    for (const value of refused) {
      expect(await machine.ctl(`--set-${name}=${value}`), JSON.stringify(value)).toMatchObject({
        code: 1,
        err: expect.stringContaining("Error:"),
      });
      expect(await get(name)).toBe(before);
    }
    for (const value of accepted) {
      expect((await machine.ctl(`--set-${name}=${value}`)).code, JSON.stringify(value)).toBe(0);
    }
  });

  test.each(["host-tag", "host-property"])("--set-%s", async (name) => {
    for (const value of ["", "a b", "#a=b", "a=b=c", "=b", long(257)]) {
      expect((await machine.ctl(`--set-${name}=${value}`)).code, JSON.stringify(value)).toBe(1);
    }
    expect((await machine.ctl(`--set-${name}=${long(256)}`)).code).toBe(0);
    expect((await machine.ctl(`--remove-${name}=${long(256)}`)).code).toBe(0);
  });

  test("FIPS mode can be set at installation alone", async () => {
    expect((await machine.ctl("--set-fips-enabled=true")).code).toBe(1);
    expect((await machine.install(machine.installer(), "--set-fips-enabled=true")).err).not.toContain("fips");
    expect(await get("fips-enabled")).toBe("true");
  });

  test("empty values bring defaults back; what is read may differ from what was set", async () => {
    await machine.ctl("--set-network-zone=Zone-A", "--set-host-group=abc", "--set-proxy=user:pass@proxy:8080");
    expect([await get("network-zone"), await get("host-group"), await get("proxy")]).toEqual([
      "zone-a",
      "abc",
      "proxy:8080",
    ]);
    await machine.ctl("--set-network-zone=", "--set-host-group=", "--set-proxy=no_proxy");
    expect([await get("network-zone"), await get("host-group"), await get("proxy")]).toEqual(["default", "", ""]);
  });
});

describe("several changes and restarts", () => {
  test("values may follow their option; one refused setting does not hinder the others", async () => {
    const result = await machine.ctl(
      "--set-host-group",
      "g1",
      "--set-host-name=a<b",
      "--set-host-tag",
      "k=v",
      "--what",
    );
    expect(result).toMatchObject({ code: 1, err: expect.stringContaining("--set-host-name") });
    expect([await get("host-group"), await get("host-tags")]).toEqual(["g1", "k=v"]);
    expect((await machine.ctl("--set-host-group")).code).toBe(1);
  });

  test("tags add up, also with the same key; removal of a missing one fails after removing the others", async () => {
    await machine.ctl("--set-host-tag=k=w", "--set-host-tag=k=w", "--set-host-tag=plain");
    expect(await get("host-tags")).toBe("k=v\nk=w\nplain");
    const result = await machine.ctl("--remove-host-tag=none", "--remove-host-tag=k=v", "--remove-host-tag=plain");
    expect(result.code).toBe(1);
    expect(await get("host-tags")).toBe("k=w");
    expect((await machine.ctl("--remove-host-tag=k=w")).code).toBe(0);
  });

  test("settings become effective with the one restart of --restart-service", async () => {
    const effective = () => machine.files.read("/var/lib/dynatrace/oneagent/agent/runtime/effective/hostgroup.conf");
    await machine.ctl("--set-host-group=before", "--restart-service");
    const { restarts } = machine.files.counters();
    await machine.ctl("--set-host-group=after");
    expect(await get("host-group")).toBe("after");
    expect(effective()).toBe("group=before\n");
    await machine.ctl("--set-host-name=x", "--set-host-tag=y", "--restart-service");
    expect(effective()).toBe("group=after\n");
    expect(machine.files.counters().restarts).toBe(restarts + 1);
  });

  test("another host-id source makes another host once it is effective", async () => {
    await machine.ctl("--set-host-id-source=auto", "--restart-service");
    const id = await get("host-id");
    await machine.ctl("--set-host-id-source=fqdn");
    expect(await get("host-id")).toBe(id);
    await machine.ctl("--restart-service");
    expect(await get("host-id")).toMatch(/^[0-9a-f]{16}$/);
    expect(await get("host-id")).not.toBe(id);
  });

  test("a restart that fails is reported", async () => {
    machine.files.setBehaviour({ SERVICE_START: "fails" });
    expect((await machine.ctl("--restart-service")).code).toBe(1);
    machine.files.setBehaviour({});
    expect((await machine.ctl("--restart-service")).code).toBe(0);
  });
});

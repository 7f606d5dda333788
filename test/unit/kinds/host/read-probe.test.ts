import fc from "fast-check";
import { expect, test } from "vitest";
import { readProbe } from "../../../../src/kinds/host/effects/read-probe.ts";
import { HostError } from "../../../../src/ssh/host-error.ts";
import { parseSections } from "../../../../src/ssh/remote-script.ts";

const marker = "#dtsync-00112233";

function read(...lines: readonly string[]) {
  const output = ["platform", "Linux x86_64", "lock free", "agent absent", ...lines, "end"];
  const names =
    /^(?:platform|lock free|agent absent|user .*|memory|space|mounts|downloader .*|checksum .*|reach .*|end)$/;
  return readProbe(
    parseSections(output.map((line) => (names.test(line) ? `${marker} ${line}` : line)).join("\n"), marker),
  );
}

const df = "Filesystem 1024-blocks Used Available Capacity Mounted on";

test("what an installer would meet", () => {
  const { site } = read(
    ...["user 0", "memory", "4096000"],
    ...[
      "space",
      df,
      "/dev/mapper/a b 9 1 2048000 1% /opt",
      "tmpfs 9 1 -5 100% /tmp dir",
      "a 9 1 8192 1% /var",
      "a 9 1 8192 1% /var",
    ],
    ...[
      "mounts",
      "/dev/x / ext4 rw 0 0",
      "a /var ext4 ro 0 0",
      "/dev/a /opt ext4 ro,noexec 0 0",
      "tmpfs /tmp\\040dir tmpfs rw,nosuid 0 0",
    ],
    ...["downloader wget", "checksum none", "reach no"],
  );
  expect(site).toEqual({
    userId: 0,
    memory: 4_000,
    installPlace: { mountPoint: "/opt", free: 2_000, readOnly: true, noExecution: true, noSetUid: false },
    temporaryPlace: { mountPoint: "/tmp dir", free: 0, readOnly: false, noExecution: false, noSetUid: true },
    dataPlace: { mountPoint: "/var", free: 8, readOnly: true, noExecution: false, noSetUid: false },
    logPlace: { mountPoint: "/var", free: 8, readOnly: true, noExecution: false, noSetUid: false },
    downloader: "wget",
    checksum: false,
    reachesCluster: false,
  });
});

test("what it does not tell is not known, and never the opposite", () => {
  expect(
    read("user x", "memory", "lots", "space", df, "/dev/a 9 1 5 1% /", "mounts", "downloader fetch", "checksum maybe")
      .site,
  ).toEqual({
    userId: null,
    memory: null,
    installPlace: null,
    temporaryPlace: null,
    dataPlace: null,
    logPlace: null,
    downloader: null,
    checksum: null,
    reachesCluster: null,
  });
  const mountless = read("user 0", "space", df, ...Array(4).fill("a 9 1 5 1% /"), "mounts").site;
  expect(mountless?.installPlace).toEqual({
    mountPoint: "/",
    free: 0,
    readOnly: null,
    noExecution: null,
    noSetUid: null,
  });
  expect(read().site).toBeNull();
});

test.each([
  ["proxy.example.com:3128", "proxy.example.com:3128"],
  ["bob@proxy.example.com:3128", "bob@proxy.example.com:3128"],
  ["bob:pass@proxy.example.com:3128", "bob:(secret)@proxy.example.com:3128"],
  ["http://bob:p@ss:w/ord@proxy.example.com:3128", "http://bob:(secret)@proxy.example.com:3128"],
  [":pass@proxy.example.com:3128", ":(secret)@proxy.example.com:3128"],
  ["", ""],
])("the proxy %s is known as %s", (told, known) => {
  const output = ["platform Linux x86_64", "lock free", "agent present", "control there", "transaction none"];
  const lines = [
    ...output,
    "version 0",
    "1.313",
    "tenant 0",
    "abc-p1",
    "server 0",
    "https://a",
    "proxy 0",
    told,
    "end",
  ];
  const sections = lines.map((line) =>
    /^(?:abc-p1|1.313|https:.*|.*example.*|)$/.test(line) ? line : `${marker} ${line}`,
  );
  expect(readProbe(parseSections(sections.join("\n"), marker)).agent?.proxy).toBe(known);
});

/** An agent that answers as given, each line by line. */
function readAgent(answers: Readonly<Record<string, readonly string[]>>) {
  const told = {
    version: ["1.321.51.20250905-075429"],
    tenant: ["abc-p1"],
    server: ["{*https://a:443/communication}"],
  };
  const sections = ["platform Linux x86_64", "lock free", "agent present", "control there", "transaction none"];
  const lines = Object.entries({ ...told, ...answers }).flatMap(([name, said]) => [`${marker} ${name} 0`, ...said]);
  const output = [...sections.map((section) => `${marker} ${section}`), ...lines, `${marker} end`];
  return readProbe(parseSections(output.join("\n"), marker)).agent;
}

const warning = "Warning: something";

test.each<[string, string, readonly string[]]>([
  ["version", "--version", ["Dynatrace OneAgent 1.321.51.20250905-075429"]],
  ["version", "--version", [warning, "1.321.51.20250905-075429"]],
  ["tenant", "--get-tenant", [warning, "abc-p1"]],
  ["tenant", "--get-tenant", ["abc p1"]],
  ["server", "--get-server", ["not configured"]],
  ["server", "--get-server", [warning, "{*https://a:443/communication}"]],
  ["hostId", "--get-host-id", ["HOST-00000000000000AB"]],
  ["infraOnly", "--get-infra-only", ["yes"]],
  ["hostGroup", "--get-host-group", [warning]],
  ["networkZone", "--get-network-zone", ["default", "default"]],
  ["monitoringMode", "--get-monitoring-mode", ["Full stack"]],
  ["hostName", "--get-host-name", [warning, "Shop"]],
  ["hostTags", "--get-host-tags", [warning, "a=b"]],
  ["hostProperties", "--get-host-properties", ["a=b", warning]],
  ["autoUpdate", "--get-auto-update-enabled", ["enabled"]],
  ["appLogContentAccess", "--get-app-log-content-access", ["1"]],
  ["systemLogsAccess", "--get-system-logs-access-enabled", [warning]],
])("an agent's answer for the %s (%s) without its form is none: %j", (name, getter, said) => {
  const error = { code: "unclear-answer", message: expect.stringContaining(`answers ${getter} with something else`) };
  expect(() => readAgent({ [name]: said })).toThrow(expect.objectContaining(error));
});

test("what stands in place of a proxy is not shown, because it may be one with its password", () => {
  const shown = (said: readonly string[]) => {
    try {
      return JSON.stringify(readAgent({ proxy: said }));
    } catch (error) {
      return String(error);
    }
  };
  expect(shown([warning, "bob:pass@proxy.example.com:3128"])).toMatch(/answers --get-proxy with something else/);
  expect(shown([warning, "bob:pass@proxy.example.com:3128"])).not.toContain("pass");
});

test("whatever agents really answer has its form, also where nothing is set", () => {
  const set = {
    hostId: ["1a2b3c4d5e6f7a8b"],
    hostGroup: ["abc_p1.x-y"],
    networkZone: ["default"],
    monitoringMode: ["infra-only"],
    hostName: ["Shop – web 1 (main)"],
    hostTags: ["key", "a=b", "url=https://x/?y=z"],
    hostProperties: ["owner=", "k"],
    proxy: ["no_proxy"],
    autoUpdate: ["true"],
    appLogContentAccess: ["false"],
    systemLogsAccess: ["true"],
  };
  expect(readAgent(set)).toMatchObject({
    version: "1.321.51.20250905-075429",
    tenant: "abc-p1",
    hostId: "1a2b3c4d5e6f7a8b",
    hostTags: set.hostTags,
    autoUpdate: true,
    appLogContentAccess: false,
  });
  const unset = Object.fromEntries(Object.keys(set).map((name) => [name, [""]]));
  expect(readAgent(unset)).toMatchObject({ hostId: null, hostGroup: "", hostTags: [], proxy: "", autoUpdate: null });
  expect(
    readAgent({ server: ["{*https://[2001:db8::1]:9999/communication;https://b/communication}{https://c}"] }),
  ).toMatchObject({
    tenant: "abc-p1",
  });
  expect(readAgent({ server: [""], tenant: [""] })).toMatchObject({ incomplete: true });
});

test("a version that the installation left counts only in its form", () => {
  const left = (text: string) => readAgent({ version: [""], installed: [text] })?.version;
  expect(left("1.313.52.20250602-150703")).toBe("1.313.52.20250602-150703");
  expect(left("OneAgent 1.313")).toBeNull();
});

test("whatever a host prints, it is read or refused", () => {
  const word = fc.constantFrom(
    ...["platform", "lock free", "lock held", "agent present", "agent absent", "control there", "transaction none"],
    ...["tenant 0", "server 0", "version 1", "user 0", "memory", "space", "mounts", "end", "user"],
  );
  const line = fc.oneof(
    word.map((text) => `${marker} ${text}`),
    fc.string(),
    fc.constant("a 1 1 1 1% /"),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      try {
        const facts = readProbe(parseSections(lines.join("\n"), marker));
        expect(typeof facts.locked).toBe("boolean");
      } catch (error) {
        expect(error).toBeInstanceOf(HostError);
      }
    }),
  );
});

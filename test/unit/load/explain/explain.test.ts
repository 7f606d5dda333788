import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { environmentChangeId } from "../../../../src/kinds/environment/change.ts";
import { groupChangeId } from "../../../../src/kinds/group/change.ts";
import { hostChangeId } from "../../../../src/kinds/host/change.ts";
import { explainItem } from "../../../../src/load/explain/explain-item.ts";
import { findItem } from "../../../../src/load/explain/find-item.ts";
import { createLoadNotes } from "../../../../src/load/explain/load-notes.ts";
import { type LoadOptions, loadInventory } from "../../../../src/load/load-inventory.ts";
import { parseDuration } from "../../../../src/load/settings/setting-values.ts";
import type { ExplainedSetting, Explanation, ValueSource } from "../../../../src/model/explanation.ts";
import type { Inventory } from "../../../../src/model/inventory.ts";
import { describeAll, type Files, settingsFile, withFiles } from "../load-files.ts";

interface Loaded {
  readonly inventory: Inventory;
  readonly explain: (text: string) => Explanation;
}

/** Loads valid files and hands over what explains their items. */
function withLoaded<Result>(
  files: Files,
  run: (loaded: Loaded) => Result,
  options: Partial<LoadOptions> = {},
): Promise<Result> {
  return withFiles({ "dtsync.yaml": settingsFile, ...files }, async (directory) => {
    const all = { directory, set: [], rootCertificate: null, home: "/home/user", ...options };
    const notes = createLoadNotes();
    const { inventory, diagnostics } = await loadInventory({ ...all, notes });
    if (inventory === null) throw new Error(describeAll(diagnostics));
    const explain = (text: string): Explanation => {
      const found = findItem(inventory, text);
      if ("message" in found) throw new Error(`${found.message} | ${found.hint}`);
      return explainItem(notes, inventory, found.item);
    };
    return run({ inventory, explain });
  });
}

const at = (source: ValueSource | null): string =>
  source === null ? "default" : source.set === undefined ? `${source.file}:${source.line}` : `--set ${source.set}`;

/** `value @ source < overridden @ source`, elements as a list. */
function line({ value, source, overrides, elements }: ExplainedSetting): string {
  const own = elements
    ? `[${elements.map((element) => `${String(element.value)} @ ${at(element.source)}`).join(", ")}]`
    : JSON.stringify(value);
  return [`${own} @ ${at(source)}`, ...overrides.map((one) => `${JSON.stringify(one.value)} @ ${at(one.source)}`)].join(
    " < ",
  );
}

const lines = ({ settings }: Explanation): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(settings).map(([path, setting]) => [path, line(setting)]));

const settings = `version: 1
clusters:
  emea: { url: https://emea.example.com, token: { env: A } }
  apac: { url: https://apac.example.com, token: { env: B } }
roles:
  viewer: [VIEWER]
  operator: [viewer, LOG_VIEWER]
groups:
  - name: "{customer}-ops"
    previously: "{customer}-old"
    ldapGroupNames: ["cn={customer}"]
    access:
      "{customer}-*": operator
      "*-p1": [VIEWER]
defaults:
  cluster: emea
  environment:
    tags: [all]
    quotas:
      hostUnits:
        maxLimit: 100
  oneagent:
    hostTags: [tier=any]
    transfer: push
  ssh:
    user: deploy
    port: 2022
  rollout:
    canary: 3
`;

const customer = `customer: abc
cluster: apac
environment:
  tags: [retail, all]
oneagent:
  transfer: null
environments:
  p1:
    tags: [own]
    quotas:
      hostUnits: null
    ssh: null
    hosts:
      - web[01-02].example.com
      - name: db01.example.com
        address: 192.0.2.7
        state: absent
        ssh:
          port: 2222
        oneagent:
          hostTags: [tier=db]
      - file: ../hosts/list.txt
      - { file: ../hosts/fleet.ini, format: ansible, ssh: { user: ops } }
  legacy:
    id: Old-One
    state: disabled
    cluster: emea
  gone1:
    state: absent
groups:
  - name: audit
    clusters: [emea, apac]
    state: absent
`;

const files: Files = {
  "dtsync.yaml": settings,
  "customers/abc.yaml": customer,
  "hosts/list.txt": "# list\nlist01.example.com\n",
  "hosts/fleet.ini": "[all]\nfleet01.example.com ansible_port=2200 ansible_host=192.0.2.9\n",
};

describe("explain", () => {
  test("an environment: every level, nulls, lists that add up and defaults", async () => {
    await withLoaded(files, ({ explain }) => {
      expect(lines(explain("abc-p1"))).toEqual({
        id: '"abc-p1" @ customers/abc.yaml:8',
        name: '"abc p1" @ default',
        cluster: '"apac" @ customers/abc.yaml:2 < "emea" @ dtsync.yaml:16',
        customer: '"abc" @ customers/abc.yaml:1',
        state: '"enabled" @ default',
        "quotas.hostUnits.maxLimit": "null @ customers/abc.yaml:11 < 100 @ dtsync.yaml:21",
        tags: "[all @ dtsync.yaml:18, retail @ customers/abc.yaml:4, own @ customers/abc.yaml:9] @ customers/abc.yaml:9",
        "oneagent.hostTags": "[tier=any @ dtsync.yaml:23] @ dtsync.yaml:23",
        "oneagent.signature": '"auto" @ default',
        "oneagent.transfer": '"auto" @ default < null @ customers/abc.yaml:6 < "push" @ dtsync.yaml:24',
        "ssh.hostKeys": '"strict" @ default',
        "ssh.port": "null @ customers/abc.yaml:12 < 2022 @ dtsync.yaml:27",
        "ssh.user": 'null @ customers/abc.yaml:12 < "deploy" @ dtsync.yaml:26',
        "rollout.batch": '"25%" @ default',
        "rollout.canary": "3 @ dtsync.yaml:29",
        "rollout.concurrency": "50 @ default",
        "rollout.maxFailures": '"10%" @ default',
        "rollout.seenWithin": '"10m" @ default',
      });
    });
  });

  test("what was loaded, whatever becomes of the files", async () => {
    const explain = await withLoaded(files, (loaded) => loaded.explain);
    expect(lines(explain("abc-p1"))["ssh.port"]).toBe("null @ customers/abc.yaml:12 < 2022 @ dtsync.yaml:27");
    expect(lines(explain("list01.example.com"))["name"]).toBe('"list01.example.com" @ hosts/list.txt:2');
    expect(lines(explain("abc-ops"))["customer"]).toBe('"abc" @ customers/abc.yaml:1');
  });

  test("an environment with an id of its own that is disabled, and one that is absent", async () => {
    await withLoaded(files, ({ explain }) => {
      const own = explain("environment/OLD-one");
      expect(own.id).toBe("environment/Old-One");
      expect(lines(own)).toMatchObject({
        id: '"Old-One" @ customers/abc.yaml:25',
        cluster: '"emea" @ customers/abc.yaml:27 < "apac" @ customers/abc.yaml:2 < "emea" @ dtsync.yaml:16',
        state: '"disabled" @ customers/abc.yaml:26',
      });
      expect(lines(explain("abc-gone1"))["state"]).toBe('"absent" @ customers/abc.yaml:29');
    });
  });

  test("hosts: of a map, of a range, of a list, of an Ansible inventory", async () => {
    await withLoaded(files, ({ explain }) => {
      expect(lines(explain("db01.example.com"))).toEqual({
        name: '"db01.example.com" @ customers/abc.yaml:15',
        address: '"192.0.2.7" @ customers/abc.yaml:16',
        cluster: '"apac" @ customers/abc.yaml:2 < "emea" @ dtsync.yaml:16',
        environment: '"abc-p1" @ customers/abc.yaml:8',
        customer: '"abc" @ customers/abc.yaml:1',
        state: '"absent" @ customers/abc.yaml:17',
        "oneagent.hostTags": "[tier=any @ dtsync.yaml:23, tier=db @ customers/abc.yaml:21] @ customers/abc.yaml:21",
        "oneagent.signature": '"auto" @ default',
        "oneagent.transfer": '"auto" @ default < null @ customers/abc.yaml:6 < "push" @ dtsync.yaml:24',
        "ssh.hostKeys": '"strict" @ default',
        "ssh.port": "2222 @ customers/abc.yaml:19 < null @ customers/abc.yaml:12 < 2022 @ dtsync.yaml:27",
        "ssh.user": 'null @ customers/abc.yaml:12 < "deploy" @ dtsync.yaml:26',
      });
      expect(lines(explain("host/WEB02.example.com"))["name"]).toBe('"web02.example.com" @ customers/abc.yaml:14');
      expect(lines(explain("list01.example.com"))["name"]).toBe('"list01.example.com" @ hosts/list.txt:2');
      expect(lines(explain("fleet01.example.com"))).toMatchObject({
        address: '"192.0.2.9" @ hosts/fleet.ini:2',
        "ssh.port": "2200 @ hosts/fleet.ini:2 < null @ customers/abc.yaml:12 < 2022 @ dtsync.yaml:27",
        "ssh.user": '"ops" @ customers/abc.yaml:23 < null @ customers/abc.yaml:12 < "deploy" @ dtsync.yaml:26',
      });
    });
  });

  test("a group: what its template was filled with, and the keys and roles behind each permission", async () => {
    await withLoaded(files, ({ explain }) => {
      const { id, settings: explained } = explain("abc-ops");
      expect(id).toBe("group/apac/abc-ops");
      expect(explained["name"]).toEqual({
        value: "abc-ops",
        source: { file: "dtsync.yaml", line: 9 },
        overrides: [],
        template: "{customer}-ops",
      });
      expect(explained["previously"]).toMatchObject({ value: ["abc-old"], template: "{customer}-old" });
      expect(explained["ldapGroupNames"]).toMatchObject({ value: ["cn=abc"], source: { line: 11 } });
      expect(explained["cluster"]).toMatchObject({ value: "apac", source: { line: 12 } });
      const viewer = { role: "viewer", source: { file: "dtsync.yaml", line: 6 } };
      const operator = { role: "operator", source: { file: "dtsync.yaml", line: 7 } };
      const wide = { source: { file: "dtsync.yaml", line: 13 }, key: "{customer}-*" };
      const narrow = { source: { file: "dtsync.yaml", line: 14 }, key: "*-p1" };
      expect(explained["access.abc-p1"]).toEqual({
        value: ["LOG_VIEWER", "VIEWER"],
        source: { file: "dtsync.yaml", line: 13 },
        overrides: [],
        elements: [
          { value: "LOG_VIEWER", ...wide, roles: [operator] },
          { value: "VIEWER", ...wide, roles: [operator, viewer] },
          { value: "VIEWER", ...narrow, roles: [] },
        ],
      });
    });
  });

  test("a group: what environments have to be like, so that it reaches them", async () => {
    const files = {
      "dtsync.yaml": `${settingsFile}groups:
  - name: noc
    access: { "*": VIEWER }
    match:
      stage: [p, z]
      labels: { type: ccv2 }
`,
      "customers/abc.yaml": "customer: abc\nlabels: { type: ccv2 }\nenvironments: { p1: {} }\n",
    };
    await withLoaded(files, ({ explain }) => {
      const { "match.stage": stage, "match.labels.type": type } = explain("group/emea/noc").settings;
      const lines = settingsFile.split("\n").length;
      expect([stage, type].map((setting) => [setting?.value, setting?.source?.line])).toEqual([
        [["p", "z"], lines + 4],
        ["ccv2", lines + 5],
      ]);
    });
  });

  test("a group that is absent, of a customer's own file", async () => {
    await withLoaded(files, ({ explain }) => {
      expect(lines(explain("group/emea/audit"))).toEqual({
        name: '"audit" @ customers/abc.yaml:31',
        cluster: '"emea" @ customers/abc.yaml:32',
        customer: '"abc" @ customers/abc.yaml:1',
        state: '"absent" @ customers/abc.yaml:33',
      });
    });
  });

  test("what --set gives, and what the file has in its place", async () => {
    const set = [
      { path: "defaults.ssh.user", value: "root", text: "defaults.ssh.user=root" },
      { path: "defaults.ssh.port", value: null, text: "defaults.ssh.port=null" },
      { path: "defaults.environment.tags", value: ["set"], text: "defaults.environment.tags=[set]" },
      { path: "defaults.rollout.batch", value: "10%", text: "defaults.rollout.batch=10%" },
      { path: "defaults.oneagent", value: { transfer: "pull" }, text: "defaults.oneagent={ transfer: pull }" },
    ];
    const plainCustomer = "customer: abc\nenvironments:\n  p1: { tags: [own] }\n";
    await withLoaded(
      { "dtsync.yaml": settings, "customers/abc.yaml": plainCustomer },
      ({ explain }) => {
        expect(lines(explain("abc-p1"))).toMatchObject({
          "ssh.user": '"root" @ --set defaults.ssh.user < "deploy" @ dtsync.yaml:26',
          "ssh.port": "null @ --set defaults.ssh.port < 2022 @ dtsync.yaml:27",
          tags: '[set @ --set defaults.environment.tags, own @ customers/abc.yaml:3] @ customers/abc.yaml:3 < ["all"] @ dtsync.yaml:18',
          "rollout.batch": '"10%" @ --set defaults.rollout.batch',
          "oneagent.transfer": '"pull" @ --set defaults.oneagent < "push" @ dtsync.yaml:24',
        });
      },
      { set },
    );
  });

  test("the root certificate of the environment variable", async () => {
    const body = "customer: abc\nenvironments: { p1: {} }\n";
    await withLoaded(
      { "customers/abc.yaml": body },
      ({ explain }) => {
        const { settings: explained } = explain("abc-p1");
        expect(explained["oneagent.rootCertificate"]).toEqual({
          value: "/etc/root.pem",
          source: null,
          overrides: [],
          variable: "DTSYNC_ROOT_CERTIFICATE",
        });
      },
      { rootCertificate: "/etc/root.pem" },
    );
  });
});

describe("the item that a text names", () => {
  const world: Files = {
    "dtsync.yaml": `${settingsFile}groups:
  - { name: noc, access: { "*": viewer } }
  - { name: "a/b", clusters: [emea] }
`,
    "customers/abc.yaml":
      "customer: abc\nenvironments:\n  p1: { hosts: [web01, { command: [./cmdb] }, '2001:db8::1'] }\n  p2: { cluster: apac }\n",
    "customers/noc.yaml": "customer: xyz\nenvironments:\n  old: { id: web01 }\n",
  };

  test.each([
    ["abc-p1", "environment/abc-p1"],
    ["ENVIRONMENT/ABC-P1", "environment/abc-p1"],
    ["group/apac/NOC", "group/apac/noc"],
    ["apac/noc", "group/apac/noc"],
    ["a/b", "group/emea/a%2Fb"],
    ["group/emea/a%2Fb", "group/emea/a%2Fb"],
    ["group/emea/a/b", "group/emea/a%2Fb"],
    ["host/web01", "host/web01"],
    ["2001:DB8:0::1", "host/2001:db8::1"],
  ])("%s is %s", async (text, id) => {
    await withLoaded(world, ({ explain }) => expect(explain(text).id).toBe(id));
  });

  test.each([
    ["noc", 'several items | Did you mean "group/apac/noc" or "group/emea/noc"?'],
    ["web01", 'several items | Did you mean "environment/web01" or "host/web01"?'],
    ["abc-p11", 'no item "abc-p11" | Did you mean "environment/abc-p1"?'],
    ["host/web02", 'no item "host/web02" | Did you mean "host/web01"?'],
    ["db01.example.com", "are not known here"],
    ["abc", 'abc is a customer; did you mean "environment/abc-p1" or "environment/abc-p2"?'],
    ["constructor", "Name an environment id, a group or a host"],
    ["\u001b[31m", '"\\u{1b}[31m"'],
  ])("%j is refused with a hint", async (text, message) => {
    await withLoaded(world, ({ explain }) => expect(() => explain(text)).toThrow(message));
  });
});

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });
/** The members, each of which may be left out, or be null where a nearer level may take something away. */
const section = <Shape extends object>(members: { [Key in keyof Shape]: fc.Arbitrary<Shape[Key]> }) =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record(
        Object.fromEntries(
          Object.entries<fc.Arbitrary<unknown>>(members).map(([key, value]) => [key, fc.option(value, { freq: 5 })]),
        ),
        { requiredKeys: [] },
      ),
    },
    { weight: 1, arbitrary: fc.constant(null) },
  );
const words = fc.uniqueArray(fc.constantFrom("one", "two", "three=3"), { maxLength: 3 });
const limits = (name: string) =>
  section({ [name]: section({ maxLimit: fc.oneof(fc.nat(99), fc.constant("unlimited")) }) });

const levelsOf = {
  oneagent: section({
    version: fc.constantFrom("latest", "1.313"),
    hostTags: words,
    hostProperties: section({ owner: fc.constantFrom("dba", "web"), "a.b": fc.constant("c") }),
    installerArguments: words,
    autoUpdate: fc.boolean(),
    transfer: fc.constantFrom("push", "pull"),
    signature: fc.constantFrom("skip", "auto"),
  }),
  ssh: section({
    user: fc.constantFrom("root", "deploy"),
    port: fc.integer({ min: 1, max: 65_535 }),
    jump: fc.oneof(fc.constant("bastion"), fc.constant(["outer", "inner"])),
    identityFile: fc.constantFrom("~/.ssh/key", "/etc/key"),
    hostKeys: fc.constantFrom("strict", "accept-new"),
    timeout: fc.constantFrom("30s", "5m"),
  }),
};
const rollout = section({
  concurrency: fc.integer({ min: 1, max: 9 }),
  canary: fc.nat(5),
  batch: fc.constantFrom("5%", "50%"),
});
const ownSettings = {
  tags: words,
  trial: fc.boolean(),
  quotas: limits("hostUnits"),
  storage: limits("transactionStorage"),
  state: fc.constantFrom("enabled", "disabled"),
};
const upper = {
  environment: maybe(section(ownSettings)),
  rollout: maybe(rollout),
  cluster: maybe(fc.constantFrom("emea", "apac")),
};
const some = <Shape extends object>(members: { [Key in keyof Shape]: fc.Arbitrary<Shape[Key]> }) => fc.record(members);
const below = { oneagent: maybe(levelsOf.oneagent), ssh: maybe(levelsOf.ssh) };

const access = fc.dictionary(
  fc.constantFrom("*", "{customer}-*", "*-p?", "?b*"),
  fc.oneof(fc.constantFrom("viewer", "operator", "MANAGE_SETTINGS"), fc.subarray(["viewer", "operator", "LOG_VIEWER"])),
);

const randomFiles = fc
  .record({
    defaults: some({ ...below, ...upper, cluster: fc.constant("emea") }),
    customer: some({ ...below, ...upper }),
    environments: fc.dictionary(
      fc.constantFrom("p1", "p2", "t1"),
      some({
        ...below,
        ...Object.fromEntries(Object.entries(ownSettings).map(([key, value]) => [key, maybe<unknown>(value)])),
        rollout: maybe(rollout),
        cluster: maybe(fc.constantFrom("emea", "apac")),
        name: maybe(fc.constant("Named")),
        hosts: fc.array(some(below), { maxLength: 3 }),
      }),
    ),
    access,
  })
  .map(({ defaults, customer, environments, access: keys }): Files => {
    const named = Object.entries(environments).map(([key, { hosts, ...body }]): [string, unknown] => [
      key,
      { ...body, hosts: hosts.map((host, index) => ({ name: `h${index}[1-2].${key}.example.com`, ...host })) },
    ]);
    const groups = [
      { name: "{customer}-ops", access: keys },
      { name: "noc", access: keys },
    ];
    const { "{customer}-*": _, ...wide } = keys;
    const text = (value: unknown) => stringify(value, { aliasDuplicateObjects: false });
    return {
      "dtsync.yaml":
        settingsFile.replace(/defaults:[\s\S]*$/, "") +
        text({ defaults, groups: [groups[0], { ...groups[1], access: wide }] }),
      "customers/abc.yaml": text({ customer: "abc", ...customer, environments: Object.fromEntries(named) }),
    };
  });

/** Values by path; maps are gone into, lists are not. */
function flat(value: unknown, path = ""): readonly (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[path, value]];
  if (path === "oneagent.hostProperties" && Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, path === "" ? key : `${path}.${key}`));
}

const amountText = (value: unknown): unknown =>
  typeof value !== "object" || value === null
    ? value
    : "count" in value
      ? value.count
      : "percent" in value
        ? `${String(value.percent)}%`
        : value;

/** The settings as the inventory resolves them, in the terms of the explanation; what is not declared is left out. */
function resolvedSettings(resolved: object): Readonly<Record<string, unknown>> {
  const entries = Object.entries(resolved).flatMap(([name, part]) =>
    name === "rollout"
      ? Object.entries(part as object).map(([key, value]) => [`rollout.${key}`, amountText(value)] as const)
      : flat(part, name),
  );
  return Object.fromEntries(
    entries
      .filter(([path, value]) => value !== undefined && !(value === null && !/^(?:quotas|storage)/.test(path)))
      .map(([path, value]) => [path, value === null ? "unlimited" : value]),
  );
}

function explainedSettings({ settings: explained }: Explanation): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(explained)
      .filter(([, { value }]) => value !== null)
      .map(([path, { value }]) => {
        if (path === "ssh.jump") return [path, typeof value === "string" ? [value] : value];
        if (/^ssh\..*[tT]imeout$|seenWithin$/.test(path)) return [path, parseDuration(String(value))];
        return [path, value];
      }),
  );
}

/** The line that a source names must have the key, and for items of lists the item. */
function expectSourcesFit(explanation: Explanation, texts: Files): void {
  const lineAt = ({ file, line: number }: ValueSource): string => String(texts[file]).split("\n")[number - 1] ?? "";
  for (const [path, { source, overrides, elements = [] }] of Object.entries(explanation.settings)) {
    if (!/^(?:oneagent|ssh|rollout|quotas|storage|tags|trial|state|cluster)/.test(path)) continue;
    if (path === "state" && explanation.id.startsWith("host/")) continue;
    for (const one of [source, ...overrides.map((overridden) => overridden.source)]) {
      const keys = ["environment", "oneagent.hostProperties.a.b", ...path.split(".")];
      if (one)
        expect(
          keys.some((key) => lineAt(one).includes(`${key.replace(/^.*Properties\./, "")}:`)),
          `${path} ${at(one)}`,
        ).toBe(true);
    }
    for (const element of elements) expect(lineAt(element.source)).toContain(String(element.value));
  }
}

describe("laws of explaining", () => {
  test("explained values are the resolved ones, and their sources have them", async () => {
    await fc.assert(
      fc.asyncProperty(randomFiles, async (texts) => {
        await withLoaded(texts, ({ inventory, explain }) => {
          for (const {
            id,
            customer,
            cluster,
            state,
            defaultName,
            settings: own,
            rollout: roll,
          } of inventory.environments) {
            const explanation = explain(environmentChangeId(id));
            const { name = defaultName, ...rest } = own;
            const {
              oneagent: _,
              ssh: __,
              ...expected
            } = resolvedSettings({
              id,
              name,
              cluster,
              customer,
              state: state ?? "enabled",
              ...rest,
              rollout: roll,
            });
            const shown = Object.entries(explainedSettings(explanation)).filter(
              ([path]) => !/^(?:oneagent|ssh)\./.test(path),
            );
            expect(Object.fromEntries(shown)).toEqual(expected);
            expectSourcesFit(explanation, texts);
          }
          for (const { name, environment, customer, cluster, state, oneagent, ssh } of inventory.hosts) {
            const explanation = explain(hostChangeId(name));
            expect(explainedSettings(explanation)).toEqual(
              resolvedSettings({ name, environment, customer, cluster, state, oneagent, ssh }),
            );
            expectSourcesFit(explanation, texts);
          }
          for (const group of inventory.groups) {
            const { settings: explained } = explain(groupChangeId(group.cluster, group.name));
            for (const [id, permissions] of group.access ?? []) {
              const { value, elements = [] } = explained[`access.${id}`] ?? {};
              expect(value).toEqual(permissions);
              expect([...new Set(elements.map((element) => element.value))]).toEqual(permissions);
            }
            const reached = Object.keys(explained).filter((path) => path.startsWith("access."));
            expect(reached).toEqual([...(group.access?.keys() ?? [])].map((id) => `access.${id}`));
          }
        });
      }),
      { numRuns: 30 },
    );
  });
});

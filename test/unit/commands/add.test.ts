import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadInventory } from "../../../src/load/load-inventory.ts";
import { createAjv } from "../../../src/load/schema/compile-schemas.ts";
import { readDocumentSchema } from "../../../src/load/schema/document-schemas.ts";
import { type EditWorld, withEditWorld } from "../../support/edit-world.ts";
import { realClock } from "../../support/host-world.ts";

const settings = `version: 1
clusters:
  emea: { url: https://emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
  apac: { url: https://apac.example.com, token: { env: DTSYNC_TOKEN_APAC } }
defaults: { cluster: emea }
`;

const abc = `# yaml-language-server: $schema=../../../schema/customer.schema.json
customer: abc
name: ABC Retail  # as on the contract

environments:
  p1:
    # web first
    hosts:
      - web[01-04].abc.example.com
      - name: db01.abc.example.com
        address: 192.0.2.7
        ssh: { user: root }
      - { name: old01.abc.example.com, state: absent }
  t1: { hosts: [test01.abc.example.com] }

groups: []
`;

const files = {
  "dtsync.yaml": settings,
  "customers/retail/abc.yaml": abc,
  "customers/grown.yaml": `customer: grown
environmentId: ccv2-cust-{customer}-{key}
environments:
  d1: {}
  lists:
    id: grown-lists
    hosts:
      - file: ../hosts/grown.txt
        ssh: { user: list }
      - { file: ../hosts/ansible.ini, format: ansible }
`,
  "hosts/grown.txt": "# ours\nlist[01-03].example.com  # three\nlist09.example.com\n",
  "hosts/ansible.ini": "ans01.example.com\n",
};

const inWorld = <Result>(use: (world: EditWorld) => Promise<Result>, more = {}) =>
  withEditWorld({ ...files, ...more }, use);

const p1 = "--environment=abc-p1";

test("dtsync add writes no file that would be too large to be read", () =>
  inWorld(
    async ({ run, read }) => {
      const before = read("customers/large.yaml");
      const { code, output } = await run("add", "host", "web01.large.example.com", "--environment=large-p1");
      expect([code, read("customers/large.yaml")]).toEqual([3, before]);
      expect(output).toContain("the file is larger than 1 MB");
    },
    { "customers/large.yaml": `customer: large\n${"# what fills a file\n".repeat(49_998)}environments:\n  p1: {}\n` },
  ));

describe("dtsync add environment", () => {
  test("declares one in the file of its customer, and says which lines came", () =>
    inWorld(async ({ run, read }) => {
      const words = ["add", "environment", "abc-p2", "--name", "ABC 2", "--tag", "a:b", "--label", "type=ccv2"];
      const more = ["--host", "app[01-02].abc.example.com", "--host", "db02.abc.example.com", "--cluster", "apac"];
      const { code, output, errors } = await run(...words, ...more);
      expect(errors).toBe("1 file changed.\n");
      expect(output).toBe(`customers/retail/abc.yaml:15
  +   p2:
  +     name: ABC 2
  +     cluster: apac
  +     labels:
  +       type: ccv2
  +     tags:
  +       - a:b
  +     hosts:
  +       - app[01-02].abc.example.com
  +       - db02.abc.example.com
`);
      expect(code).toBe(0);
      const text = read("customers/retail/abc.yaml");
      const added = output.split("\n").flatMap((line) => (line.startsWith("  + ") ? [`${line.slice(4)}\n`] : []));
      expect(text).toBe(abc.replace("\ngroups", `${added.join("")}\ngroups`));
      expect(await run(...words, ...more)).toEqual({
        code: 0,
        output: "",
        errors: "Nothing to do: the inventory says so already.\n",
      });
      expect((await run("fmt", "--check")).output).not.toContain("abc.yaml");
    }));

  test("makes the file of a new customer, with the schema for editors", () =>
    inWorld(async ({ run, read }) => {
      const words = ["add", "environment", "new-d1", "--customer-name", "New & Co", "--cluster", "emea"];
      expect((await run(...words)).code).toBe(0);
      expect(read("customers/new.yaml")).toBe(`# yaml-language-server: $schema=../../schema/customer.schema.json
customer: new
name: New & Co
environments:
  d1:
    hosts: []
`);
      expect((await run("validate")).code).toBe(0);
      expect((await run(...words)).errors).toContain("Nothing to do");
    }));

  test("finds customer and key by the template of ids, and asks where several fit", () =>
    inWorld(
      async ({ run, read }) => {
        expect((await run("add", "environment", "ccv2-cust-grown-p1")).code).toBe(0);
        expect(read("customers/grown.yaml")).toContain("  p1:\n    hosts: []\n");
        expect(await run("add", "environment", "ab1")).toMatchObject({
          code: 3,
          errors: expect.stringContaining("ab1 is not made as ids are here: by {customer}-{key}"),
        });
        expect(await run("add", "environment", "abc-old", "--id", "19a963a7")).toMatchObject({ code: 0 });
        expect(read("customers/retail/abc.yaml")).toContain('  old:\n    id: "19a963a7"\n    hosts: []\n');
        expect(await run("add", "environment", "abc-de-x", "--id", "x1")).toMatchObject({
          code: 3,
          errors: expect.stringMatching(/abc \(key de-x\), abc-de \(key x\)\nSay which one with --customer/),
        });
        expect((await run("add", "environment", "abc-de-x", "--id", "x1", "--customer", "abc-de")).code).toBe(0);
        expect((await run("add", "environment", "abd-p1", "--customer", "adc")).errors).toContain("--customer");
      },
      { "customers/abc-de.yaml": "customer: abc-de\n" },
    ));

  test("gives a new customer the template of others that says most of its id, and says so", () =>
    inWorld(
      async ({ run, read }) => {
        const added = await run("add", "environment", "ccv2-cust-newcust-west-p1");
        expect(added).toMatchObject({
          code: 0,
          errors:
            "The new customer newcust gets the environmentId that 1 other customer has: ccv2-cust-{customer}-west-{key}\n1 file changed.\n",
        });
        expect(read("customers/newcust.yaml")).toContain(
          "customer: newcust\nenvironmentId: ccv2-cust-{customer}-west-{key}\nenvironments:\n  p1:\n",
        );
        const words = ["add", "environment", "ccv2-cust-other-p1", "--format", "json"];
        expect(JSON.parse((await run(...words)).output)).toMatchObject({ notes: [expect.stringContaining("other")] });
        const own = ["add", "environment", "ccv2-cust-third-p1", "--customer", "ccv2-cust-third"];
        expect(await run(...own)).toMatchObject({ code: 0, errors: "1 file changed.\n" });
        expect(read("customers/ccv2-cust-third.yaml")).not.toContain("environmentId");
        expect((await run("validate")).code).toBe(0);
      },
      {
        "customers/harbour.yaml":
          "customer: harbour\nenvironmentId: ccv2-cust-{customer}-west-{key}\nenvironments: { p1: {} }\n",
      },
    ));

  test("says which labels it lacks by which groups match", () =>
    inWorld(
      async ({ run }) => {
        const note =
          "No label type was set, and {environment}-standard, noc reach only environments that have it: --label type=ccv2\n";
        expect((await run("add", "environment", "abc-p2")).errors).toBe(`${note}1 file changed.\n`);
        expect((await run("add", "environment", "new-p1")).errors).toBe(`${note}1 file changed.\n`);
        expect((await run("add", "environment", "abc-p3", "--label", "type=x")).errors).toBe("1 file changed.\n");
        expect((await run("add", "environment", "lab-p1")).errors).toBe("1 file changed.\n");
      },
      {
        "dtsync.yaml": `${settings}groups:
  - { name: "{environment}-standard", match: { labels: { type: [ccv2, ccv3] } }, access: { "{environment}": VIEWER } }
`,
        "groups/noc.yaml": 'groups: [{ name: noc, match: { labels: { type: "*" } }, access: { "*": VIEWER } }]\n',
        "customers/lab.yaml": "customer: lab\nlabels: { type: ccv2 }\nenvironments: {}\n",
      },
    ));

  test("adds what one lacks that is declared, and changes nothing that is declared otherwise", () =>
    inWorld(async ({ run, read }) => {
      expect(
        (await run("add", "environment", "abc-t1", "--name", "T", "--tag", "x", "--host", "test02.abc.example.com"))
          .code,
      ).toBe(0);
      expect(read("customers/retail/abc.yaml")).toContain(
        "  t1: { name: T, tags: [x], hosts: [test01.abc.example.com, test02.abc.example.com] }\n",
      );
      for (const [option, words] of [
        ["--name=U", 'already, with the name "T"'],
        ["--cluster=apac", "already, on the cluster emea"],
        ["--customer=grown", "already, for the customer abc"],
        ["--customer-name=X", 'has the name "ABC Retail"'],
      ]) {
        const { code, errors } = await run("add", "environment", "abc-t1", option ?? "");
        expect([code, errors]).toEqual([3, expect.stringContaining(words ?? "")]);
      }
    }));

  test("gives one that takes no inherited tags or labels what is asked for, and nothing that it took away", () =>
    inWorld(
      async ({ run, read, folder }) => {
        const declared = async (id: string) => {
          const { inventory } = await loadInventory({
            directory: folder,
            set: [],
            rootCertificate: null,
            home: folder,
          });
          const found = inventory?.environments.find((environment) => environment.id === id);
          return { tags: found?.settings.tags ?? [], labels: found?.labels };
        };
        const words = ["--tag", "x", "--label", "type=ccv2"];
        expect((await run("add", "environment", "own-p1", ...words)).code).toBe(0);
        expect(await declared("own-p1")).toEqual({ tags: ["x"], labels: { type: "ccv2" } });
        expect(read("customers/own.yaml")).toContain("labels: { type: ccv2, site: null, tier: null }");
        expect((await run("add", "environment", "own-p1", ...words)).errors).toContain("Nothing to do");
        expect((await run("add", "environment", "led-p1", "--label", "tier=b")).code).toBe(0);
        expect((await declared("led-p1")).labels).toEqual({ tier: "b" });
        const before = read("customers/led.yaml");
        expect(await run("add", "environment", "led-p1", ...words)).toMatchObject({
          code: 3,
          errors: expect.stringContaining("tags: null of led-p1 takes the inherited tags away"),
        });
        const host = await run("add", "host", "old.example.com", "--environment", "led-p1", "--user", "root");
        expect([host.code, host.errors]).toEqual([
          3,
          expect.stringContaining("ssh: null of old.example.com takes the"),
        ]);
        expect(read("customers/led.yaml")).toBe(before);
      },
      {
        "dtsync.yaml": settings.replace(
          "{ cluster: emea }",
          "{ cluster: emea, labels: { site: a }, environment: { tags: [common] }, ssh: { port: 2222 } }",
        ),
        "customers/own.yaml":
          "customer: own\nlabels: { tier: a, type: x }\nenvironment: { tags: null }\n" +
          "environments:\n  p1: { labels: null, tags: null }\n",
        "customers/led.yaml":
          "customer: led\nenvironments:\n  p1:\n    labels: null\n    tags: null\n" +
          "    hosts:\n      - { name: old.example.com, ssh: null, state: absent }\n",
      },
    ));

  test("takes environments and hosts as plans show them", () =>
    inWorld(async ({ run, read }) => {
      const words = ["add", "environment", "environment/abc-t1", "--host", "host/test02.abc.example.com"];
      expect((await run(...words)).code).toBe(0);
      expect((await run("add", "host", "host/test03.abc.example.com", "--environment=environment/abc-t1")).code).toBe(
        0,
      );
      expect(read("customers/retail/abc.yaml")).toContain(
        "t1: { hosts: [test01.abc.example.com, test02.abc.example.com, test03.abc.example.com] }",
      );
      expect((await run("add", "environment", "environment/abc-p2")).code).toBe(0);
      expect(read("customers/retail/abc.yaml")).toContain("  p2:\n    hosts: []\n");
      expect((await run("add", "environment", "abc-old", "--id", "environment/grown")).code).toBe(0);
      expect(read("customers/retail/abc.yaml")).toContain("  old:\n    id: grown\n");
    }));

  test("writes nothing that validate would refuse, nor with --dry-run", () =>
    inWorld(async ({ run, read }) => {
      const taken = await run("add", "environment", "abc-p2", "--host", "web01.abc.example.com");
      expect(taken.code).toBe(3);
      expect(taken.output).toContain("is declared in customers/retail/abc.yaml:9 too");
      expect(taken.errors).toBe("Nothing was written: the inventory would be invalid.\n");
      const dry = await run("add", "environment", "abc-p2", "--dry-run");
      expect(dry).toMatchObject({ code: 0, errors: "1 file would change; nothing was written.\n" });
      expect(dry.output).toContain("  +   p2:\n");
      expect(read("customers/retail/abc.yaml")).toBe(abc);
      expect((await run("add", "environment", "abc-p2", "--cluster", "nowhere", "--format", "json")).output).toContain(
        '"format": "dtsync-validate/1"',
      );
    }));
});

describe("dtsync add host", () => {
  test("declares hosts in an environment, those of a range that are missing", () =>
    inWorld(async ({ run, read }) => {
      expect((await run("add", "host", "web[03-06].abc.example.com", "web01.abc.example.com", p1)).code).toBe(0);
      expect(read("customers/retail/abc.yaml")).toContain("state: absent }\n      - web[05-06].abc.example.com\n  t1:");
      expect((await run("add", "host", "web[01-06].abc.example.com", p1)).errors).toContain("Nothing to do");
    }));

  test("with settings of its own, and again where it was absent", () =>
    inWorld(async ({ run, read }) => {
      const own = ["--address", "192.0.2.9", "--user", "root", "--port", "2222", "--host-group", "db"];
      expect((await run("add", "host", "db02.abc.example.com", p1, ...own)).code).toBe(0);
      expect(read("customers/retail/abc.yaml")).toContain(`      - name: db02.abc.example.com
        address: 192.0.2.9
        ssh:
          user: root
          port: 2222
        oneagent:
          hostGroup: db
  t1:`);
      expect((await run("add", "host", "db02.abc.example.com", p1, ...own)).errors).toContain("Nothing to do");
      expect((await run("add", "host", "db02.abc.example.com", p1, "--port", "22")).errors).toContain(
        "already, with other settings",
      );
      expect((await run("add", "host", "old01.abc.example.com", p1)).code).toBe(0);
      expect(read("customers/retail/abc.yaml")).toContain("      - old01.abc.example.com\n");
    }));

  test("says what is missing or not for it", () =>
    inWorld(async ({ run }) => {
      expect(await run("add", "host", "web09.example.com")).toMatchObject({
        code: 3,
        errors: expect.stringContaining("name it with --environment"),
      });
      expect((await run("add", "host", "web09.example.com", "--environment", "abc-p9")).errors).toContain(
        "there is no environment abc-p9",
      );
      expect((await run("add", "host", "a", p1, "--tag", "x")).errors).toContain("--tag is not for dtsync add host");
      expect((await run("add", "environment", "abc-p2", "--host-group", "x")).errors).toContain(
        "--host-group is not for",
      );
      expect((await run("add", "environment", "abc-p2", "abc-p3")).errors).toContain("one environment");
    }));
});

describe("dtsync remove host", () => {
  test("changes several files, or none where one of them cannot be written", () =>
    inWorld(async ({ run, read, folder }) => {
      chmodSync(join(folder, "customers/grown.yaml"), 0o444);
      const { code, errors } = await run("remove", "host", "list02.example.com", "web02.abc.example.com");
      expect({ code, errors }).toEqual({
        code: 1,
        errors: expect.stringMatching(
          /grown\.yaml cannot be written \(it is read-only\); the files are as they were before/,
        ),
      });
      for (const path of ["customers/retail/abc.yaml", "customers/grown.yaml", "hosts/grown.txt"] as const)
        expect(read(path)).toBe(files[path]);
    }));

  test("declares it absent, out of its range, with what is needed to reach it", () =>
    inWorld(async ({ run, read }) => {
      const hosts = ["web02.abc.example.com", "db01.abc.example.com", "test01.abc.example.com"];
      expect((await run("remove", "host", ...hosts)).code).toBe(0);
      expect(read("customers/retail/abc.yaml")).toBe(
        abc
          .replace("web[01-04]", "web[01,03-04]")
          .replace("        ssh: { user: root }\n", "        ssh: { user: root }\n        state: absent\n")
          .replace(
            "old01.abc.example.com, state: absent }\n",
            (found) => `${found}      - { name: web02.abc.example.com, state: absent }\n`,
          )
          .replace("[test01.abc.example.com]", "[{ name: test01.abc.example.com, state: absent }]"),
      );
      expect(await run("remove", "host", ...hosts)).toMatchObject({ code: 0, output: "" });
      expect((await run("remove", "host", "host/web[01,03-04].abc.example.com")).code).toBe(0);
      expect(read("customers/retail/abc.yaml")).toContain(
        '- { name: "web[01,03-04].abc.example.com", state: absent }\n',
      );
      expect((await run("validate")).code).toBe(0);
    }));

  test("takes it out of a list of names, and refuses one of an Ansible inventory", () =>
    inWorld(async ({ run, read }) => {
      expect((await run("remove", "host", "list02.example.com", "list09.example.com")).code).toBe(0);
      expect(read("hosts/grown.txt")).toBe("# ours\nlist[01,03].example.com  # three\n");
      expect(read("customers/grown.yaml")).toContain(
        "- name: list02.example.com\n        ssh:\n          user: list\n        state: absent\n",
      );
      expect((await run("validate")).code).toBe(0);
      expect(await run("remove", "host", "ans01.example.com")).toMatchObject({
        code: 3,
        errors: expect.stringContaining("comes from the Ansible inventory hosts/ansible.ini"),
      });
      expect((await run("remove", "host", "lst01.example.com")).errors).toContain("Did you mean");
      expect((await run("remove", "host", "a b")).errors).toContain("is not a host name or range");
    }));
});

describe("a host that comes back", () => {
  const withHosts = (hosts: string, more: Readonly<Record<string, string>> = {}) => ({
    ...files,
    "customers/retail/abc.yaml": `customer: abc\ncluster: emea\nenvironments:\n  p1:\n    hosts:\n${hosts}`,
    ...more,
  });

  test("keeps what it has of its own besides what is given", () =>
    withEditWorld(
      withHosts(
        "      - { name: a.example.com, ssh: { user: root, identityFile: ~/.ssh/k }, oneagent: { hostTags: [a] }, state: absent }\n",
      ),
      async ({ run, read }) => {
        expect((await run("add", "host", "a.example.com", p1, "--port", "2222", "--host-group", "g")).code).toBe(0);
        const text = read("customers/retail/abc.yaml");
        for (const kept of ["user: root", "identityFile: ~/.ssh/k", "port: 2222", "hostTags: [a]", "hostGroup: g"])
          expect(text).toContain(kept);
        expect(text).not.toContain("absent");
        expect((await run("validate")).code).toBe(0);
      },
    ));

  test("does so as a range that was removed, whole or in part", () =>
    withEditWorld(withHosts("      - web[01-04].example.com\n"), async ({ run, read }) => {
      const whole = read("customers/retail/abc.yaml");
      expect((await run("remove", "host", "web[01-04].example.com")).code).toBe(0);
      expect((await run("add", "host", "web[01-04].example.com", p1)).code).toBe(0);
      expect(read("customers/retail/abc.yaml")).toBe(whole);
      expect((await run("remove", "host", "web[01-04].example.com")).code).toBe(0);
      expect((await run("add", "host", "web[02-03].example.com", p1)).code).toBe(0);
      expect(read("customers/retail/abc.yaml")).toContain("      - web[02-03].example.com\n");
      expect(read("customers/retail/abc.yaml")).toContain('{ name: "web[01,04].example.com", state: absent }');
      expect((await run("validate")).code).toBe(0);
    }));

  test("has the settings of the list that it was in, also of one among the files of customers", () =>
    withEditWorld(
      withHosts("      - { file: list.txt, oneagent: { hostGroup: g } }\n", {
        "customers/retail/list.txt": "h1.example.com\nh2.example.com\n",
      }),
      async ({ run, read }) => {
        expect(await run("remove", "host", "h1.example.com")).toMatchObject({ code: 0 });
        expect(read("customers/retail/list.txt")).toBe("h2.example.com\n");
        expect((await run("add", "host", "h1.example.com", p1)).code).toBe(0);
        expect((await run("explain", "h1.example.com")).output).toMatch(/hostGroup +g/);
      },
    ));
});

describe("changing an inventory", () => {
  test("keeps the byte order mark of a file, and makes none", () =>
    inWorld(
      async ({ run, read, folder }) => {
        const [p1, grown] = ["--environment=marked-p1", "--environment=grown-lists"];
        expect((await run("add", "host", "b.example.com", p1)).output).not.toContain("customer: marked");
        expect((await run("suspend", "marked-p1", "--until", "2999-01-01", "--why", "moves")).code).toBe(0);
        expect((await run("remove", "host", "list09.example.com")).code).toBe(0);
        expect((await run("add", "host", "list11.example.com", grown)).code).toBe(0);
        const text = read("customers/marked.yaml");
        expect([text.indexOf("\ufeff"), text.lastIndexOf("\ufeff")]).toEqual([0, 0]);
        expect(text).toContain("hosts: [a.example.com, b.example.com]");
        expect(read("hosts/grown.txt")).toBe("\ufefflist01.example.com\n");
        expect(read("customers/grown.yaml")).not.toContain("\ufeff");
        const loose = text.replace("customer: marked", "customer:   marked");
        writeFileSync(join(folder, "customers/marked.yaml"), loose);
        expect((await run("fmt")).code).toBe(0);
        expect(read("customers/marked.yaml")).toBe(text);
      },
      {
        "customers/marked.yaml": "\ufeffcustomer: marked\nenvironments:\n  p1:\n    hosts: [a.example.com]\n",
        "hosts/grown.txt": "\ufefflist01.example.com\nlist09.example.com\n",
      },
    ));

  test("of two at once, none is lost", () =>
    withEditWorld(
      files,
      async ({ run, read }) => {
        const names = ["a1", "a2", "a3"].map((name) => `${name}.example.com`);
        const codes = await Promise.all(names.map(async (name) => (await run("add", "host", name, p1)).code));
        expect(codes).toEqual([0, 0, 0]);
        for (const name of names) expect(read("customers/retail/abc.yaml")).toContain(`- ${name}\n`);
      },
      { clock: realClock },
    ));

  test("prints the faults of one that is invalid before", () =>
    inWorld(async ({ run, folder }) => {
      writeFileSync(join(folder, "customers/retail/abc.yaml"), `${abc}mistake: 1\n`);
      const { code, output } = await run("add", "host", "a.example.com", p1);
      expect([code, output]).toEqual([3, expect.stringContaining("mistake")]);
    }));
});

describe("dtsync suspend and resume", () => {
  const clock = { ...realClock, now: () => new Date("2026-11-26T10:00:00Z") };
  const suspend = (...more: readonly string[]) => ["suspend", "abc-p1", "--why", "migration freeze", ...more];

  test("declare and take away that an environment is not changed for a while", () =>
    withEditWorld(
      files,
      async ({ run, read }) => {
        const { code, output } = await run(...suspend("--until", "2026-12-01"));
        expect([code, output]).toEqual([
          0,
          `customers/retail/abc.yaml:7
  +     suspended:
  +       until: 2026-12-01
  +       reason: migration freeze
`,
        ]);
        expect((await run(...suspend("--until", "2026-12-01"))).errors).toContain("Nothing to do");
        const explained = await run("explain", "abc-p1");
        expect(explained.output).toMatch(/suspended\.until +2026-12-01 .*customers\/retail\/abc.yaml:7/);
        expect((await run("list", "environments")).output).toMatch(/^abc-p1 .* 2026-12-01 /m);
        // As plans show it.
        expect((await run("suspend", "environment/abc-t1", "--until", "2026-11-26", "--why", "x")).code).toBe(0);
        expect((await run("validate")).output).not.toContain("suspension-over");
        expect((await run("resume", "abc-p1")).code).toBe(0);
        expect((await run("resume", "environment/abc-t1")).code).toBe(0);
        expect(read("customers/retail/abc.yaml")).toBe(abc);
        expect((await run("resume", "abc-p1")).errors).toContain("Nothing to do");
      },
      { clock },
    ));

  test("refuse a day that is over or none, and an environment whose customer is suspended", () =>
    withEditWorld(
      {
        ...files,
        "customers/all.yaml":
          "customer: all\nsuspended: { until: 2026-12-01, reason: x }\nenvironments: { p1: {}, t1: { suspended: { until: 2026-12-02, reason: y } } }\n",
      },
      async ({ run }) => {
        expect(await run(...suspend("--until", "2026-11-25"))).toMatchObject({
          code: 3,
          errors: expect.stringContaining("is over already"),
        });
        for (const day of ["2026-02-30", "tomorrow"])
          expect((await run(...suspend("--until", day))).errors).toContain("--until takes the last day");
        expect((await run("suspend", "abc-p1", "--until", "2026-12-01")).errors).toContain("--why says the reason");
        expect((await run("resume", "all-p1")).errors).toContain(
          "all-p1 is suspended with all of its customer in customers/all.yaml:2",
        );
        expect((await run("resume", "all-t1")).errors).toContain(
          "all-t1 is suspended with all of its customer in customers/all.yaml",
        );
        expect((await run("resume", "all-p9")).errors).toContain("there is no environment all-p9");
      },
      { clock },
    ));

  test("give what the schema of the report says", () =>
    withEditWorld(
      files,
      async ({ run }) => {
        const check = createAjv(false)
          .addSchema(readDocumentSchema("plan"))
          .addSchema(readDocumentSchema("validate"))
          .compile(JSON.parse(readFileSync(new URL("../../../schema/edit.schema.json", import.meta.url), "utf8")));
        for (const words of [
          suspend("--until", "2026-12-01", "--dry-run"),
          ["resume", "abc-p1"],
          ["add", "environment", "new-d1"],
        ]) {
          const document: unknown = JSON.parse((await run(...words, "--format", "json")).output);
          expect(check(document), JSON.stringify(check.errors)).toBe(true);
        }
      },
      { clock },
    ));
});

import { describe, expect, test } from "vitest";
import { expandHostCommandOutput } from "../../../../src/load/hosts/host-command.ts";
import { canonicalHost, expandHostNames, isHostName } from "../../../../src/load/hosts/host-names.ts";
import type { HostCommand } from "../../../../src/model/inventory.ts";
import { type Files, fakeToken, loadFiles, loadValid, placesOf, withoutTheRest } from "../load-files.ts";

const customer = (hosts: string, more = ""): Files => ({
  "customers/abc.yaml": `customer: abc\nenvironments:\n  p1:\n${more}    hosts:\n${hosts}`,
});

const names = async (hosts: string, files: Files = {}): Promise<readonly string[]> =>
  (await loadValid({ ...customer(hosts), ...files })).hosts.map(({ name }) => name);

describe("names and ranges", () => {
  test.each([
    ["web01", ["web01"]],
    ["WEB[01-03].Example.com", ["web01.example.com", "web02.example.com", "web03.example.com"]],
    ["web[1,3,7-9]", ["web1", "web3", "web7", "web8", "web9"]],
    ["r[1-2]s[08-10]", ["r1s08", "r1s09", "r1s10", "r2s08", "r2s09", "r2s10"]],
    ["a[0-2]", ["a0", "a1", "a2"]],
    ["a[0-10]", Array.from({ length: 11 }, (_, index) => `a${index}`)],
    ["web[8-11]", ["web8", "web9", "web10", "web11"]],
    ["10.0.0.[1-2]", ["10.0.0.1", "10.0.0.2"]],
    ["2001:DB8::1", ["2001:db8::1"]],
    ["[01-02]web", ["01web", "02web"]],
    ["_odd-name_.x", ["_odd-name_.x"]],
  ])("%s", (text, expanded) => {
    expect(expandHostNames(text)).toEqual({ names: expanded });
  });

  test.each([
    "web[01-9]",
    "web[0-09]",
    "web[00-100]",
    "web[1-]",
    "web[b-a]",
    "web[3-1]",
    "web[]",
    "web[1",
    "web1]",
    "web[[1-2]]",
    "web[1-10001]",
  ])("%s is a fault", (text) => {
    expect(expandHostNames(text)).toHaveProperty("message");
  });

  test("ten thousand hosts are the most", () => {
    expect(expandHostNames("web[00001-10000]")).toMatchObject({ names: { length: 10_000 } });
    expect(expandHostNames(`${"[1-99]".repeat(20)}`)).toHaveProperty("message");
    expect(expandHostNames("[1-999999999999999]")).toHaveProperty("message");
  });

  test("host names and addresses", () => {
    for (const name of ["a", "1.2.3.4", "::1", "a_b-c.d", "_x"]) expect(isHostName(name), name).toBe(true);
    for (const name of ["", ".a", "-a", "a.", "a b", "fe80::1%eth0", "a/b", "a:22", "x".repeat(254)]) {
      expect(isHostName(name), name).toBe(false);
    }
    expect(canonicalHost("2001:DB8:0:0::1")).toBe(canonicalHost("2001:db8::1"));
  });
});

describe("uniqueness", () => {
  test("by name, by address with port, and by address that is another's name", async () => {
    const result = await loadFiles(
      customer(`      - web01
      - { name: Web01, address: 192.0.2.1 }
      - { name: a, address: 192.0.2.7 }
      - { name: b, address: 192.0.2.7, ssh: { port: 2222 } }
      - { name: c, address: 192.0.2.7, ssh: { port: 22 } }
      - { name: d, address: WEB01 }
      - { name: e, address: 192.0.2.7, state: absent }
`),
    );
    expect(placesOf(result)).toEqual([
      "customers/abc.yaml:6:9 duplicate-host",
      "customers/abc.yaml:9:9 duplicate-address",
      "customers/abc.yaml:10:9 duplicate-address",
    ]);
  });
});

describe("files of hosts", () => {
  test("a name or range a line, with comments, settings of the item, and places in the file", async () => {
    const inventory = await loadValid({
      ...customer("      - { file: ../hosts/web.txt, ssh: { user: web }, oneagent: { hostGroup: web } }\n"),
      "hosts/web.txt": "\ufeff# web\r\n\r\nweb[1-2]\r\n  APP1  # moved\r\n",
    });
    expect(inventory.hosts).toMatchObject([
      { name: "app1", place: { file: "hosts/web.txt", line: 4, column: 3 } },
      { name: "web1", ssh: { user: "web" }, oneagent: { hostGroup: "web" }, place: { line: 3, column: 1 } },
      { name: "web2" },
    ]);
  });

  test("an Ansible inventory in INI form", async () => {
    const file = `; a comment
plain01
[web]
web[01:03].example.com ansible_user=www other="a # b" # comment
web09.example.com:2222
[db]
db-[a:c] ansible_host=192.0.2.9 ansible_port=2200
[site:children]
web
[site:vars]
ansible_user = "deploy"
[all:vars]
ansible_port=1022
`;
    const item = (group: string) => `      - { file: ../hosts.ini, format: ansible, group: ${group} }\n`;
    const inventory = await loadValid({ ...customer(item("site")), "hosts.ini": file });
    expect(inventory.hosts.map(({ name, address, ssh }) => [name, address, ssh.user, ssh.port])).toEqual([
      ["web01.example.com", null, "www", 1022],
      ["web02.example.com", null, "www", 1022],
      ["web03.example.com", null, "www", 1022],
      ["web09.example.com", null, "deploy", 2222],
    ]);
    expect(
      await names("      - { file: ../hosts.ini, format: ansible, group: ungrouped }\n", { "hosts.ini": file }),
    ).toEqual(["plain01"]);
    expect(placesOf(await loadFiles({ ...customer(item("db")), "hosts.ini": file }))).toEqual([
      "hosts.ini:7:1 duplicate-address",
    ]);
  });

  test("an Ansible inventory in YAML form, which is then no stray file", async () => {
    const { inventory, diagnostics, summary } = await loadFiles({
      ...customer("      - { file: ../hosts/all.yml, format: ansible }\n"),
      "hosts/all.yml": `all:
  vars: { ansible_user: deploy }
  hosts:
    top01:
  children:
    web:
      vars: { ansible_port: 2222, other: { nested: [1] } }
      hosts:
        web[1:2]:
        web3: { ansible_user: www, ansible_host: 192.0.2.1 }
`,
    });
    expect(withoutTheRest(diagnostics)).toEqual([]);
    expect(summary.files).toBe(3);
    expect(
      inventory?.hosts.map(({ name, address, ssh, place }) => [name, address, ssh.user, ssh.port, place.line]),
    ).toEqual([
      ["top01", null, "deploy", undefined, 4],
      ["web1", null, "deploy", 2222, 9],
      ["web2", null, "deploy", 2222, 9],
      ["web3", "192.0.2.1", "www", 2222, 10],
    ]);
  });

  test("a group that contains itself is a fault where the circle closes", async () => {
    const files = {
      ...customer("      - { file: ../hosts.ini, format: ansible, group: a }\n"),
      "hosts.ini": "[a:children]\nb\n[b:children]\na\n[b]\nweb01\n",
    };
    const result = await loadFiles(files);
    expect(placesOf(result)).toEqual(["hosts.ini:4:1 invalid-host-list"]);
    expect(withoutTheRest(result.diagnostics)[0]?.message).toBe('the group "a" is below itself');
  });
});

describe("commands", () => {
  const load = async (more = ""): Promise<HostCommand> => {
    const inventory = await loadValid({
      "customers/abc.yaml": `customer: abc
oneagent: { hostTags: [customer=abc], hostGroup: abc }
ssh: { user: deploy, port: 2222 }
environments:
  p1:
    hosts:
      - command: [./bin/cmdb, --env, abc-p1]
        oneagent: { hostGroup: cmdb }
${more}`,
    });
    const [command] = inventory.hostCommands;
    if (!command) throw new Error("no command");
    return command;
  };

  test("are not run and not counted, and know where they stand", async () => {
    expect(await load()).toMatchObject({
      id: "customers/abc.yaml:7",
      environment: "abc-p1",
      customer: "abc",
      cluster: "emea",
      command: ["./bin/cmdb", "--env", "abc-p1"],
      oneagent: { hostGroup: "cmdb", hostTags: ["customer=abc"] },
      ssh: { user: "deploy", port: 2222 },
    });
  });

  test("give hosts from lines", async () => {
    expect(expandHostCommandOutput(await load(), "# cmdb\nweb[01-02]\n\nAPP01\n")).toMatchObject({
      hosts: [
        { name: "web01", environment: "abc-p1", oneagent: { hostGroup: "cmdb" } },
        { name: "web02" },
        { name: "app01" },
      ],
    });
    expect(expandHostCommandOutput(await load(), " \n")).toEqual({ hosts: [] });
  });

  test("give hosts from a JSON array of names and host maps, which have settings of their own", async () => {
    const output = JSON.stringify([
      "web[1-2]",
      { name: "DB1", address: "192.0.2.1", ssh: { user: null, port: 22 }, oneagent: { hostTags: ["tier=db"] } },
      { name: "old1", state: "absent" },
    ]);
    const result = expandHostCommandOutput(await load(), output);
    expect(result).toMatchObject({
      hosts: [
        { name: "web1" },
        { name: "web2" },
        {
          name: "db1",
          address: "192.0.2.1",
          ssh: { port: 22, hostKeys: "strict" },
          oneagent: { hostGroup: "cmdb", hostTags: ["customer=abc", "tier=db"], transfer: "auto" },
        },
        { name: "old1", state: "absent" },
      ],
    });
    expect("hosts" in result && result.hosts[2]?.ssh).not.toHaveProperty("user");
    expect(expandHostCommandOutput(await load(), "[]")).toEqual({ hosts: [] });
  });

  test.each([
    ["a bad name", "web 01\n"],
    ["half of JSON", '["web01",'],
    ["an unknown key", '[{"name":"web01","adress":"x"}]'],
    ["a source", '[{"command":["rm"]}]'],
    ["something else", "[42]"],
    ["a host twice", "web01\nWEB01\n"],
    ["a control character", "web01\u001b[0m\n"],
    ["a range of too many", "web[1-20000]\n"],
    ["too much", `${"web01\n".repeat(900_000)}`],
    ["a path out of the inventory", '[{"name":"a","oneagent":{"rootCertificate":"../../root.pem"}}]'],
  ])("are unusable when they print %s", async (_, output) => {
    expect(expandHostCommandOutput(await load(), output)).toEqual({
      reason: expect.stringMatching(/^the command printed /),
    });
  });

  test("do not repeat a secret", async () => {
    const result = expandHostCommandOutput(await load(), `${fakeToken()}\n`);
    expect(result).toEqual({ reason: "the command printed a secret" });
  });
});

test("hosts of an absent environment are a fault, commands and files too", async () => {
  const result = await loadFiles({
    ...customer(
      "      - { name: a, state: absent }\n      - { command: [list] }\n      - { file: ../hosts.txt }\n",
      "    state: absent\n",
    ),
    "hosts.txt": "web01\n",
  });
  expect(placesOf(result)).toEqual([
    "customers/abc.yaml:7:9 hosts-of-absent-environment",
    "hosts.txt:1:1 hosts-of-absent-environment",
  ]);
});

import { describe, expect, test } from "vitest";
import { lookThroughVariableFolders } from "../../../../src/load/hosts/ansible-variable-folders.ts";
import { createPositions } from "../../../../src/load/yaml/positions.ts";
import { type Files, loadFiles, loadValid, placesOf, withoutTheRest } from "../load-files.ts";

const load = (name: string, text: string, more: Files = {}) =>
  loadFiles({
    "customers/abc.yaml": `customer: abc\nenvironments:\n  p1:\n    hosts:\n      - { file: ../hosts/${name}, format: ansible }\n`,
    [`hosts/${name}`]: text,
    ...more,
  });

const reached = async (name: string, text: string) => {
  const { inventory } = await load(name, text);
  return inventory?.hosts.map(({ address, ssh }) => [address, ssh.port, ssh.user]);
};

const messages = async (...given: Parameters<typeof load>) =>
  withoutTheRest((await load(...given)).diagnostics).map(
    ({ severity, message, hint }) => `${severity} ${message} ${hint}`,
  );

describe("the older names of variables", () => {
  test("count where the others are not set", async () => {
    const text = "web01 ansible_ssh_host=10.0.0.11 ansible_ssh_port=2222 ansible_ssh_user=deploy\n";
    expect(await reached("h.ini", text)).toEqual([["10.0.0.11", 2222, "deploy"]]);
  });

  test("lose at the same level, with a warning, and win where they are set nearer to the host", async () => {
    const twice = "web01 ansible_ssh_user=older ansible_user=today\n";
    expect(await reached("h.ini", twice)).toEqual([[null, undefined, "today"]]);
    expect(placesOf(await load("h.ini", twice))).toEqual(["hosts/h.ini:1:1 ansible-variables"]);
    const nearer = "[web]\nweb01 ansible_ssh_user=nearer\n[web:vars]\nansible_user=group\n";
    expect(await reached("h.ini", nearer)).toEqual([[null, undefined, "nearer"]]);
  });
});

describe("what a file has that is not read", () => {
  test.each<[string, Files, RegExp]>([
    [
      "beside it",
      { "hosts/group_vars/all.yml": "---\nansible_user: deploy\n" },
      /^error hosts\/group_vars\/all.yml counts for Ansible, and is not read here: it sets ansible_user .*ansible-inventory, -i, hosts\/h.ini, --list\], format: ansible/,
    ],
    ["of hosts", { "hosts/host_vars/web01": "ansible_host: 10.0.0.1\n" }, /host_vars\/web01 .*it sets ansible_host/],
    [
      "in a folder of a group, by an old name, in JSON",
      { "hosts/group_vars/web/x/ports.json": '{"ansible_ssh_port": 2222}' },
      /web\/x\/ports.json .*it sets ansible_ssh_port/,
    ],
    [
      "through a merge key",
      { "hosts/group_vars/all.yml": "base: &b { ansible_port: 2222 }\n<<: *b\n" },
      /it sets ansible_port/,
    ],
    ["with a template", { "hosts/group_vars/all.yml": 'ansible_host: "{{ ip }}"\n' }, /it sets ansible_host/],
    [
      "beside its folder, where playbooks are",
      { "group_vars/all.yml": "ansible_user: deploy\n" },
      /^error group_vars\/all.yml .*-i, hosts\/h.ini, --playbook-dir, ., --list\]/,
    ],
    ["that cannot be read", { "hosts/group_vars/all.yml": "a: [\n" }, /^error hosts\/group_vars\/all.yml counts/],
  ])("variables that count in a folder %s are a fault that names the exact way", async (_where, more, message) => {
    const found = await load("h.ini", "web01\n", more);
    expect(withoutTheRest(found.diagnostics).map(({ file, line }) => [file, line])).toEqual([
      ["customers/abc.yaml", 5],
    ]);
    expect((await messages("h.ini", "web01\n", more)).join()).toMatch(message);
  });

  test("other variables in such folders are passed over in silence", async () => {
    const more = {
      "hosts/group_vars/all.yml":
        "---\nntp: [a, b]\nansible_become: true\nnested: { ansible_user: x }\nansible_port:\n",
      "hosts/group_vars/web/vault.yml": "password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3061\n",
      "hosts/host_vars/web01.yml": "",
      "hosts/host_vars/notes.txt": "ansible_user: deploy\n",
      "hosts/host_vars/.web01.yml.swp": "ansible_user: deploy\n",
      "hosts/host_vars/web01.yml~": "ansible_user: deploy\n",
      host_vars: "a file",
    };
    const { inventory, diagnostics } = await load("h.ini", "web01\n", more);
    expect(withoutTheRest(diagnostics)).toEqual([]);
    expect(inventory?.hosts).toHaveLength(1);
  });

  test("an encrypted file of variables is a warning that names the exact way", async () => {
    const vault = { "hosts/group_vars/all.yml": "$ANSIBLE_VAULT;1.1;AES256\n3061\n" };
    const found = await messages("h.ini", "web01\n", vault);
    expect(found).toEqual([
      expect.stringMatching(/^warning hosts\/group_vars\/all.yml is encrypted.*ansible-inventory/),
    ]);
  });

  test("a connection without SSH is one warning for all hosts", async () => {
    const found = await messages("h.ini", "[web]\nweb[1:3]\n[web:vars]\nansible_connection=local\n");
    expect(found).toEqual([expect.stringContaining('warning ansible_connection of "web1" and 2 more is "local"')]);
  });

  test.each([
    ["a program", "h", "#!/bin/sh\necho\n", "a program that prints"],
    ["an encrypted file", "h.yml", "$ANSIBLE_VAULT;1.1;AES256\n3061\n", "is encrypted"],
    ["a plugin", "h.yml", "plugin: constructed\n", "the configuration of an inventory plugin"],
    [
      "an encrypted user",
      "h.yml",
      "a:\n  hosts:\n    w:\n      ansible_user: !vault |\n        3061\n",
      "an encrypted value",
    ],
  ])("%s is a fault that names the exact way", async (_what, name, text, message) => {
    const found = await messages(name, text);
    expect(found[0]).toContain(message);
    expect(found[0]).toContain(`{ command: [ansible-inventory, -i, hosts/${name}, --list], format: ansible }`);
  });
});

describe("bounds", () => {
  test("variables beside or above the inventories of many customers are looked through once", () => {
    const reads: string[] = [];
    const context = {
      variableFindings: new Map(),
      filesBelow: (path: string) => (path === "/i/hosts/group_vars" ? { files: [`${path}/all.yml`] } : null),
      readText: (path: string) => {
        reads.push(path);
        return { positions: createPositions(path, "ansible_user: deploy\n") };
      },
    };
    for (const name of ["abc", "def", "ghi"]) {
      const found = lookThroughVariableFolders(`/i/hosts/${name}/h.ini`, "/i", context);
      expect(found).toMatchObject([{ isFault: true, playbookFolder: "hosts" }]);
    }
    expect(lookThroughVariableFolders("/i/hosts/h.ini", "/i", context)).toMatchObject([{ playbookFolder: null }]);
    expect(reads).toEqual(["/i/hosts/group_vars/all.yml"]);
  });

  const lines = (count: number): string =>
    Array.from(
      { length: count },
      (_, index) => `    web${index}: { ansible_user: deploy, note: "${"x".repeat(60)}" }\n`,
    ).join("");

  test("an inventory of more than 1 MB is read, one of more than 5 MB is not", async () => {
    const text = `all:\n  hosts:\n${lines(12_000)}`;
    expect(text.length).toBeGreaterThan(1_000_000);
    expect((await load("h.yml", text)).summary).toMatchObject({ errors: 0, hosts: 12_000 });
    expect(placesOf(await load("h.yml", `${text}#${"x".repeat(5_000_000)}\n`))).toEqual([
      "customers/abc.yaml:5:17 file-too-large",
      "hosts/h.yml:1:1 not-read",
    ]);
  });

  test("aliases and merge keys that multiply are a fault", async () => {
    const steps = Array.from(
      { length: 40 },
      (_, index) => `  v${index + 1}: &v${index + 1}\n    <<: [*v${index}, *v${index}]\n    k${index}: 1\n`,
    );
    const text = `x:\n  vars: &v0 { a: 1 }\ny:\n${steps.join("")}z:\n  vars: *v40\n`;
    expect(await messages("h.yml", text)).toContainEqual(expect.stringContaining("stand for too much"));
  });

  test("a long row of groups below each other comes to an end", async () => {
    const row = Array.from({ length: 5000 }, (_, index) => `[g${index}:children]\ng${index + 1}\n`).join("");
    const { hosts } = await loadValid({
      "customers/abc.yaml":
        "customer: abc\nenvironments:\n  p1:\n    hosts:\n      - { file: ../h.ini, format: ansible, group: g0 }\n",
      "h.ini": `${row}[g5000]\nweb01\n[g4999:vars]\nansible_user=deep\n[g0:vars]\nansible_user=high\n`,
    });
    expect(hosts.map(({ ssh }) => ssh.user)).toEqual(["deep"]);
  });
});

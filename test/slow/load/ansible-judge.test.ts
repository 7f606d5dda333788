import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { createSuggestionHint } from "../../../src/load/diagnostics/suggest.ts";
import { ansibleHostList } from "../../../src/load/hosts/ansible-hosts.ts";
import { readAnsibleList } from "../../../src/load/hosts/ansible-list.ts";
import type { ListedHost } from "../../../src/load/hosts/host-list.ts";
import { parseAnsible } from "../../../src/load/hosts/parse-ansible.ts";
import { type InventoryText, type Judgement, judge, noAnsible } from "../../support/ansible-judge.ts";
import { stricter, texts } from "./ansible-texts.ts";
import { randomIni, randomYaml } from "./random-inventories.ts";

/*
 * Law: an Ansible inventory gives the hosts, groups, addresses, ports and users that Ansible takes from it, or is a fault.
 * What Ansible refuses is a fault.
 */

if (noAnsible !== null && process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(noAnsible);

interface Reading {
  readonly faults: readonly string[];
  hostsOf(group: string): readonly object[];
}

function read({ name, text }: InventoryText): Reading {
  const list = ansibleHostList(parseAnsible(text, name), createSuggestionHint());
  const all = list.hostsOf(null);
  const found = [...list.diagnostics, ...all.diagnostics].filter(({ rule }) => rule === undefined);
  return {
    faults: found.map(({ offset, message }) => `${offset}: ${message}`),
    hostsOf: (group) => described(list.hostsOf(group).hosts),
  };
}

const described = (hosts: readonly ListedHost[]): readonly object[] =>
  hosts
    .map(({ name: host, address = null, ssh = {} }) => ({ host, address, port: null, user: null, ...ssh }))
    .sort((left, right) => (left.host < right.host ? -1 : 1));

/** The same from Ansible's answer. */
function hostsOf({ groups, hosts }: NonNullable<Judgement>, group: string): readonly object[] {
  const textOf = (value: unknown): string | null => (value === undefined || value === null ? null : String(value));
  return [...(groups[group] ?? [])].sort().map((host) => {
    const value = (name: string): string | null =>
      textOf(hosts[host]?.[`ansible_${name}`]) ?? textOf(hosts[host]?.[`ansible_ssh_${name}`]);
    const port = value("port");
    return { host, address: value("host"), port: port === null ? null : Number(port), user: value("user") };
  });
}

function compare(text: InventoryText, judgement: Judgement): void {
  const found = read(text);
  if (judgement === null) {
    expect(found.faults, text.text).not.toEqual([]);
    return;
  }
  expect(found.faults, text.text).toEqual([]);
  for (const group of Object.keys(judgement.groups))
    expect(found.hostsOf(group), `${group} of ${text.text}`).toEqual(hostsOf(judgement, group));
}

describe.skipIf(noAnsible !== null)(`Ansible's own answers${noAnsible === null ? "" : ` (${noAnsible})`}`, () => {
  let judgements: readonly Judgement[];
  beforeAll(async () => {
    judgements = await judge([...texts, ...stricter]);
  }, 120_000);

  test.each(texts.map((text, index) => ({ ...text, index })))("$index $name $text", ({ index, ...text }) => {
    expect(judgements).toHaveLength(texts.length + stricter.length);
    compare(text, judgements[index] ?? null);
  });

  test("of the texts many are taken and many refused", () => {
    const refused = judgements.slice(0, texts.length).filter((judgement) => judgement === null).length;
    expect(refused).toBeGreaterThan(30);
    expect(texts.length - refused).toBeGreaterThan(60);
  });

  test.each(stricter.map((text, index) => ({ ...text, index })))("a fault here: $name $text", ({ index, ...text }) => {
    expect(judgements[texts.length + index], "Ansible takes it").not.toBeNull();
    expect(read(text).faults).not.toEqual([]);
  });

  test.each([
    ["INI", randomIni],
    ["YAML", randomYaml],
  ])(
    "random inventories in %s give the same, or are faults",
    async (_form, inventory) => {
      const counts = { taken: 0, read: 0, refused: 0 };
      const law = fc.asyncProperty(fc.array(inventory, { minLength: 100, maxLength: 100 }), async (batch) => {
        const answers = await judge(batch);
        expect(answers).toHaveLength(batch.length);
        for (const [index, text] of batch.entries()) {
          const answer = answers[index] ?? null;
          const isFaulty = read(text).faults.length > 0;
          if (answer === null) counts.refused += 1;
          else counts.taken += 1;
          if (answer === null || !isFaulty) compare(text, answer);
          if (answer !== null && !isFaulty) counts.read += 1;
        }
      });
      await fc.assert(law, { numRuns: 2, endOnFailure: true });
      expect(counts.refused).toBeGreaterThan(20);
      expect(counts.read).toBeGreaterThan(counts.taken / 3);
    },
    120_000,
  );

  test("what ansible-inventory --list prints gives the same as the file", () => {
    const directory = mkdtempSync(join(tmpdir(), "dtsync-ansible-"));
    try {
      const text = `${withGroups}\n`;
      writeFileSync(join(directory, "hosts.ini"), text);
      const printed = spawnSync("ansible-inventory", ["-i", "hosts.ini", "--list"], {
        cwd: directory,
        encoding: "utf8",
        env: { PATH: process.env["PATH"], HOME: directory, LC_ALL: "C.UTF-8" },
      });
      for (const group of ["all", "web", "db", "ungrouped", "empty", "site"]) {
        const list = readAnsibleList(printed.stdout, group);
        if ("wrong" in list) throw new Error(list.wrong);
        expect(described(list.hosts), group).toEqual(read({ name: "hosts.ini", text }).hostsOf(group));
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

const withGroups = `
top01 ansible_host=10.0.0.1
[web]
web[01:03] ansible_port=2222
[db]
db01 ansible_ssh_port=2200
web03
[empty]
[site:children]
web
empty
[all:vars]
ansible_user=deploy`;

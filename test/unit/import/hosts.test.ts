import { describe, expect, test } from "vitest";
import { takeHosts } from "../../../src/import/take-hosts.ts";
import type { EstateHost } from "../../../src/model/estate.ts";
import { anEstate, estateHost, importInto, observedEnvironment } from "../../support/import-world.ts";

const environments = ["abc-p1", "abc-t1", "xyz-p1"].map((id) => observedEnvironment({ id }));
const names = (...list: readonly string[]): readonly EstateHost[] => list.map((name) => estateHost(name));
const estateWith = (hosts: Readonly<Record<string, readonly EstateHost[]>>) => [
  anEstate({ environments, hosts: new Map(Object.entries(hosts)) }),
];
const remark = (remarks: readonly { readonly about: string; readonly items: readonly string[] }[], word: string) =>
  remarks.find(({ about }) => about.includes(word))?.items;
const settings =
  "version: 1\nclusters:\n  emea: { url: https://emea.example.com, token: { env: DTSYNC_TOKEN } }\ndefaults: { cluster: emea }\n";
const xyz = "customer: xyz\nenvironments:\n  p1: { hosts: [] }\n";
const abc = `# By hand.
customer: abc
oneagent: { networkZone: frankfurt }   # all of them

environments:
  p1:
    oneagent: { hostGroup: abc-p1 }
    hosts:
      - web[01-02].example.com   # the first two
      # db01 is to follow
      - db[01-02].example.com

  # to be had
  t1:
groups: []
`;
const declared = { "dtsync.yaml": settings, "customers/abc.yaml": abc, "customers/xyz.yaml": xyz };

describe("hosts of environments that are declared already", () => {
  test("are added to their lists as ranges, with what differs from what these start from, and no line besides", async () => {
    const inProduction = { hostGroup: "abc-p1", networkZone: "frankfurt" };
    const hosts = {
      "abc-p1": [
        ...["web01", "web02", "web03", "web04", "web05"].map((name) => estateHost(`${name}.example.com`, inProduction)),
        ...["api01", "api02"].map((name) => estateHost(name, { ...inProduction, hostGroup: "abc-api" })),
        estateHost("mail", { networkZone: "milan" }),
      ],
      "abc-t1": [estateHost("test01", { hostGroup: "abc-t1", networkZone: "frankfurt" })],
      "xyz-p1": [],
    };
    const { inventory, texts, proposal } = await importInto(estateWith(hosts), declared);
    const added = `      - web[03-05].example.com
      - name: api[01-02]
        oneagent:
          hostGroup: abc-api
      - name: mail
        oneagent:
          hostGroup: null
          networkZone: milan
`;
    const ofTest = "    hosts:\n      - name: test01\n        oneagent:\n          hostGroup: abc-t1\n";
    const lastHost = "      - db[01-02].example.com\n";
    expect(texts["customers/abc.yaml"]).toBe(
      abc.replace(lastHost, lastHost + added).replace("  t1:\n", `  t1:\n${ofTest}`),
    );
    expect(texts["customers/xyz.yaml"]).toBe(xyz);
    expect(proposal.counts).toMatchObject({ environments: 0, hosts: 7 });
    expect(proposal.remarks).toEqual([]);
    const agentOf = (name: string) => inventory.hosts.find((host) => host.name === name)?.oneagent;
    expect(agentOf("web04.example.com")).toMatchObject(inProduction);
    expect(agentOf("mail")?.hostGroup).toBeUndefined();
    expect(agentOf("api02")).toMatchObject({ hostGroup: "abc-api", networkZone: "frankfurt" });
    expect((await importInto(estateWith(hosts), texts)).proposal).toMatchObject({ files: [], counts: { hosts: 0 } });
  });

  test("come beside new environments of the same customer", async () => {
    const hosts = { "abc-p1": names("web03"), "abc-t1": names("test01") };
    const { texts } = await importInto(estateWith(hosts), {
      ...declared,
      "customers/abc.yaml": "customer: abc\nenvironments: { p1: { hosts: [web01] } }\n",
    });
    expect(texts["customers/abc.yaml"]).toBe(
      "customer: abc\nenvironments: { p1: { hosts: [web01, web03] }, t1: { name: abc-t1, hosts: [test01] } }\n",
    );
  });

  test("are not added where one is declared under any of its names or addresses", async () => {
    const ours = `customer: abc
environments:
  p1:
    hosts:
      - { file: ../hosts/abc.txt }
      - web[01-09].example.com
      - { name: db01, address: 10.1.2.3 }
      - { name: "2001:db8::1", oneagent: { hostName: Shop } }
      - { name: old01.example.com, state: absent }
  t1: { hosts: [] }
`;
    const hosts = {
      "abc-p1": [
        ...names("web07.example.com", "web08", "old01", "listed02.example.com"),
        estateHost("db-main.example.com", { addresses: ["10.9.9.9", "10.1.2.3"] }),
        estateHost("shop.example.com", { otherNames: ["shop"] }),
        estateHost("six", { addresses: ["2001:DB8:0::1"] }),
        estateHost("db01.example.com"),
      ],
      // Short names are the same in many places.
      "xyz-p1": names("web08", "db01.other.example.com"),
      "abc-t1": [estateHost("web09.example.com")],
    };
    const { texts, proposal } = await importInto(estateWith(hosts), {
      ...declared,
      "customers/abc.yaml": ours,
      "hosts/abc.txt": "listed[01-03].example.com\n",
    });
    expect(texts["customers/abc.yaml"]).toBe(ours);
    expect(texts["customers/xyz.yaml"]).toContain("hosts: [db01.other.example.com, web08]");
    expect(remark(proposal.remarks, "declared in another environment")).toEqual([
      "abc-t1: web09.example.com (web09.example.com in abc-p1)",
    ]);
  });

  test("are told where a command lists hosts, and not added there", async () => {
    const web06 = [estateHost("web06", { hostGroup: "abc-p1", networkZone: "frankfurt" })];
    const ours = abc.replace("  t1:\n", "  t1: { hosts: [{ command: [./cmdb] }] }\n");
    const hosts = { "abc-p1": web06, "abc-t1": names("test01", "test02") };
    const { texts, proposal } = await importInto(estateWith(hosts), { ...declared, "customers/abc.yaml": ours });
    expect(texts["customers/abc.yaml"]).toBe(
      ours.replace("      - db[01-02].example.com\n", "      - db[01-02].example.com\n      - web06\n"),
    );
    expect(remark(proposal.remarks, "a command lists hosts")).toEqual(["abc-t1: test[01-02]"]);
    expect(proposal.counts.hosts).toBe(1);
  });

  test("are told where a file cannot be changed, and added elsewhere in it", async () => {
    const ours = `customer: abc
environments:
  p1: { hosts: &all [web01] }
  t1: { hosts: [test01], tags: [] }
  t2: { oneagent: { hostTags: *all }, hosts: [test02] }
`;
    const hosts = { "abc-p1": names("web02"), "abc-t1": names("test03") };
    const { texts, proposal } = await importInto(estateWith(hosts), { ...declared, "customers/abc.yaml": ours });
    expect(texts["customers/abc.yaml"]).toBe(ours.replace("[test01]", "[test01, test03]"));
    expect(remark(proposal.remarks, "added in place")).toEqual([
      expect.stringMatching(/^hosts of abc-p1 in customers\/abc\.yaml: .* has the anchor &all/),
    ]);
    expect(proposal.counts.hosts).toBe(1);
  });

  test("are left out, and told, where the inventory would be invalid with them", async () => {
    const full = Array.from({ length: 10 }, (_, index) => `h${index}-[0000-9999]`).join(", ");
    const ours = `customer: abc\nenvironments:\n  p1: { hosts: [${full.replaceAll(/h\S+\]/g, '"$&"')}] }\n`;
    const { texts, proposal } = await importInto(estateWith({ "abc-p1": names("web01") }), {
      ...{ "dtsync.yaml": settings, "customers/abc.yaml": ours },
      "customers/more.yaml":
        "customer: more\nenvironments: { p1: { id: xyz-p1, hosts: [] }, t1: { id: abc-t1, hosts: [] } }\n",
    });
    expect(texts["customers/abc.yaml"]).toBe(ours);
    expect(remark(proposal.remarks, "could not be proven")).toEqual(["abc-p1: web01"]);
    expect(proposal.files).toEqual([]);
  });
});

test("new environments that cannot be added in place are told, and not counted", async () => {
  const ours = "customer: abc\nenvironments: &all\n  p1: { hosts: [] }\nlabels: {}\ngroups: []\n";
  const { proposal, texts } = await importInto(estateWith({}), {
    ...declared,
    "customers/abc.yaml": ours.replace("&all", "!!map"),
  });
  expect(texts["customers/abc.yaml"]).toBe(ours.replace("&all", "!!map"));
  expect(remark(proposal.remarks, "added in place")).toEqual([
    'abc-t1 in customers/abc.yaml: "environments" has the YAML tag !!map',
  ]);
  expect(proposal.counts.environments).toBe(0);
});

test("hosts of a new environment with the same settings of their own are ranges, too", async () => {
  const hosts = [
    ...["web01", "web02"].map((name) => estateHost(name, { hostGroup: "web" })),
    ...["db01", "db02"].map((name) => estateHost(name, { hostGroup: "db" })),
  ];
  const { texts } = await importInto(estateWith({ "abc-p1": hosts }));
  const text = Object.values(texts).join("\n");
  for (const [range, group] of [
    ["web[01-02]", "web"],
    ["db[01-02]", "db"],
  ])
    expect(text).toContain(`- name: ${range}\n        oneagent:\n          hostGroup: ${group}\n`);
});

const unset = { state: "MONITORED", hostGroup: null, networkZone: null, version: null };

test("a host that has no other name is declared by the one that people see, and one without any leaves no environment empty", () => {
  const nameless = { id: "HOST-1", localName: null, discoveredName: null, customName: null, addresses: [], ...unset };
  const { hosts, remarks } = takeHosts(
    new Map([
      ["abc-p1", [{ ...nameless, displayName: "WEB01.example.com" }]],
      ["abc-t1", [{ ...nameless, displayName: "Web shop 1" }]],
      ["abc-d1", []],
    ]),
  );
  expect(hosts.get("abc-p1")).toEqual([estateHost("web01.example.com")]);
  expect(remarks).toEqual([
    { about: "hosts without a name that can be declared: left out", items: ['abc-t1: "web shop 1" (HOST-1)'] },
    { about: "enabled environments without hosts", items: ["abc-d1"] },
  ]);
});

test("all names and addresses of a host are kept", () => {
  const listed = { id: "HOST-1", localName: "WEB01", discoveredName: "web01.example.com", customName: "web01" };
  const rest = { displayName: "Web shop 1", addresses: ["10.1.2.3"], ...unset };
  const { hosts } = takeHosts(new Map([["abc-p1", [{ ...listed, ...rest }]]]));
  expect(hosts.get("abc-p1")).toEqual([
    estateHost("web01", { otherNames: ["web01.example.com"], addresses: ["10.1.2.3"] }),
  ]);
});

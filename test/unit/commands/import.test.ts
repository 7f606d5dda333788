import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedEstate } from "../../../src/sandbox/seed-estate.ts";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";
import { faultsBySchema } from "../../support/output-schemas.ts";

const settings = `# Ours.
version: 1
clusters:
  emea: # the only one
    url: https://emea.example.com
    token: { env: DTSYNC_TOKEN_EMEA }
`;

let world: CommandWorld;
beforeAll(async () => {
  world = await startCommandWorld({ "dtsync.yaml": settings }, seedEstate(0, 60));
});
afterAll(() => world.close());

const inventory = () => join(world.directory, "inventory");
const read = (path: string): string => readFileSync(join(inventory(), path), "utf8");
const filesThere = (): readonly string[] =>
  readdirSync(inventory(), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".yaml"))
    .sort();
function begin(): void {
  for (const folder of ["customers", "groups"]) rmSync(join(inventory(), folder), { recursive: true, force: true });
  writeFileSync(join(inventory(), "dtsync.yaml"), settings);
}
const planIsEmpty = async () => {
  const { code, document } = await world.run(["plan", "--detailed-exitcode"]);
  expect(document).toMatchObject({ changes: [], held: [], unmanaged: { emea: { environments: [], groups: [] } } });
  expect(code).toBe(0);
};

describe("an import", () => {
  test("declares all that a cluster has, so that a plan is empty, and touches nothing that was there", async () => {
    begin();
    const warned: string[] = [];
    const warning = ({ message }: Error) => void warned.push(message);
    process.on("warning", warning);
    const { code, document } = await world.run(["import", "--all"]);
    process.off("warning", warning);
    expect(code).toBe(0);
    // More requests wait at once than Node.js takes for a leak.
    expect(warned).toEqual([]);
    expect(faultsBySchema("import", document)).toEqual([]);
    expect(document).toMatchObject({
      format: "dtsync-import/1",
      written: true,
      clusters: { emea: { environments: 60, reason: null } },
      templates: [
        { template: "ccv2-cust-{customer}-{key}", environments: 30, customers: 6 },
        { template: "{customer}-{key}", environments: 27, customers: 9 },
      ],
      remarks: [
        { about: expect.stringContaining("not there"), items: ["emea/auditors of 2019 on gone0-p1"] },
        { about: "groups that policies give rights, which dtsync neither shows nor changes", items: ["emea/security"] },
        { about: expect.stringContaining("id of their own"), items: { length: 3 } },
      ],
    });
    expect(read("groups/imported.yaml").split("\n").slice(0, 4)).toEqual([
      "# Written by dtsync import. What a person should know of it:",
      "# - groups that policies give rights, which dtsync neither shows nor changes",
      "#     emea/security",
      "",
    ]);
    expect(read("customers/other.yaml")).toContain("#     emea/auditors of 2019 on gone0-p1\n");
    expect(read("groups/imported.yaml")).toContain("managementZones:\n          Web shop: LOG_VIEWER\n");
    expect(read("dtsync.yaml").startsWith(settings)).toBe(true);
    await planIsEmpty();
    // Tokens that make tokens cannot delete themselves, and expire within a quarter of an hour.
    const left = world.cluster
      .snapshot()
      .tokens.filter(({ name, revoked }) => !revoked && name.startsWith("dtsync run"));
    expect(left.filter(({ name }) => !/ management \d+$/.test(name))).toEqual([]);
    expect(await world.run(["import", "--cluster", "emea"])).toMatchObject({ code: 0, document: { files: [] } });
  });

  test("adds to what is declared already what is missing, without changing a line", async () => {
    begin();
    mkdirSync(join(inventory(), "customers"));
    const own = "# By hand.\ncustomer: aab   # the second\nenvironments:\n  t1: { name: Customer AAB t1 }\n";
    writeFileSync(join(inventory(), "customers/mine.yaml"), own);
    writeFileSync(
      join(inventory(), "dtsync.yaml"),
      `${settings}defaults:\n  environment: { tags: [operated] }\n  cluster: emea\n`,
    );
    const { code, document } = await world.run(["import", "--all"]);
    expect({ code, remarks: (document as { remarks: readonly unknown[] }).remarks }).toMatchObject({ code: 0 });
    const lines = read("customers/mine.yaml").split("\n");
    for (const line of own.trimEnd().split("\n")) expect(lines).toContain(line);
    expect(lines.length).toBeGreaterThan(own.split("\n").length);
    const plan = await world.run(["plan"]);
    expect(plan.document).toMatchObject({ unmanaged: { emea: { environments: [], groups: [] } } });
    // What was declared by hand differs by itself.
    const changes = (plan.document as { changes: readonly { id: string }[] }).changes.map(({ id }) => id);
    expect(changes).toEqual(["environment/aab-t1"]);
  });

  test("with --dry-run shows the files and writes none", async () => {
    begin();
    const { code, output } = await world.run(["import", "--all", "--dry-run", "--format", "text"]);
    expect(code).toBe(0);
    expect(output).toContain("+++ customers/aaa.yaml");
    expect(output).toContain("+environmentId: ccv2-cust-{customer}-{key}");
    expect(output).toContain("Would write");
    expect(filesThere()).toEqual(["dtsync.yaml"]);
  });

  test("asks tags and tables whose environments are", async () => {
    begin();
    const table = world.write("owners.csv", "# id,customer,stage\nlab0,Laboratory,t7\n");
    const { code, document } = await world.run([
      "import",
      "--all",
      "--customer-from",
      "tag:^customer=(.+)$",
      "--customer-from",
      table,
    ]);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      templates: [
        { template: "{customer}-{key}", environments: 27 },
        { template: "ccv2-cust-{customer}-east-{key}", environments: 10, customers: 2 },
        { template: "ccv2-cust-{customer}-north-{key}", environments: 10 },
        { template: "ccv2-cust-{customer}-west-{key}", environments: 10 },
      ],
    });
    expect(read("customers/amber00.yaml")).toContain("environmentId: ccv2-cust-{customer}-east-{key}\n");
    expect(read("customers/amber00.yaml")).toContain("\n  p1:\n");
    expect(read("customers/laboratory.yaml")).toContain("id: lab0");
    await planIsEmpty();
    const again = await world.run(["import", "--all", "--dry-run", "--customer-from", "id:^(lab)0$"]);
    const { remarks } = again.document as { readonly remarks: readonly { readonly about: string }[] };
    expect(remarks.map(({ about }) => about)).toContain(
      "environments of which --customer-from says nothing: whose they are was told by their ids",
    );
  });

  describe("of hosts", () => {
    const agents = ["web01", "web02", "web03"].map((name, index) => ({
      environment: "aaa-d1",
      host: {
        name: `${name}.example.com`,
        id: `00000000000000A${index}`,
        version: "1.313.52.20250602-150703",
        hostGroup: "aaa",
      },
      ...{
        firstSeen: Date.now() - 1_000,
        lastSeen: Date.now(),
        availability: "MONITORED" as const,
        detailedAvailability: "MONITORED",
      },
    }));

    test("declares those that environments list, and leaves no token", async () => {
      const own = await startCommandWorld({ "dtsync.yaml": settings }, { ...seedEstate(0, 12), agents });
      try {
        const { code, document } = await own.run(["import", "--all", "--hosts"]);
        // All that it took, tokens and their end included.
        const requests = own.cluster.requests.length;
        expect({ code, document }).toMatchObject({
          code: 0,
          document: { summary: { hosts: 3 }, clusters: { emea: { requests } } },
        });
        const text = readFileSync(join(own.directory, "inventory/customers/aaa.yaml"), "utf8");
        expect(text).toContain("- web[01-03].example.com");
        expect(text).toContain("hostGroup: aaa");
        expect(
          own.cluster.snapshot().tokens.filter(({ revoked, scopes }) => !revoked && scopes.includes("DataExport")),
        ).toEqual([]);
      } finally {
        await own.close();
      }
    });

    test("adds those of environments that were declared before, and the second time none", async () => {
      const own = await startCommandWorld({ "dtsync.yaml": settings }, { ...seedEstate(0, 12), agents });
      try {
        await own.run(["import", "--all"]);
        const place = join(own.directory, "inventory/customers/aaa.yaml");
        const before = readFileSync(place, "utf8");
        const { document } = await own.run(["import", "--all", "--hosts"]);
        expect(document).toMatchObject({
          summary: { environments: 0, hosts: 3 },
          files: [{ path: "customers/aaa.yaml", action: "change" }],
        });
        const added = "    hosts:\n      - name: web[01-03].example.com\n        oneagent:\n          hostGroup: aaa\n";
        const after = readFileSync(place, "utf8");
        expect(after).toContain(added);
        expect(after.replace(added, "")).toBe(before);
        expect((await own.run(["import", "--all", "--hosts"])).document).toMatchObject({ files: [] });
        expect((await own.run(["plan"])).document).toMatchObject({ changes: [], held: [] });
      } finally {
        await own.close();
      }
    });
  });

  test("declares each host that nobody declares once, however many clusters there are", async () => {
    const agent = {
      environment: "aaa-d1",
      host: {
        name: "web01.example.com",
        id: "00000000000000A0",
        version: "1.313.52.20250602-150703",
        hostGroup: "aaa",
      },
      ...{ firstSeen: Date.now() - 1_000, lastSeen: Date.now() },
      ...{ availability: "MONITORED" as const, detailedAvailability: "MONITORED" },
    };
    const twoClusters = `${settings}  apac: { url: https://apac.example.com, token: { env: DTSYNC_TOKEN_APAC } }\n`;
    const emea = await startCommandWorld({ "dtsync.yaml": twoClusters }, { ...seedEstate(0, 12), agents: [agent] });
    const apac = await startCommandWorld({}, seedEstate(1, 12));
    try {
      const variables = {
        HOME: emea.directory,
        DTSYNC_TOKEN_EMEA: emea.cluster.clusterToken,
        DTSYNC_TOKEN_APAC: apac.cluster.clusterToken,
      };
      const words = ["import", "--all", "--set", `clusters.apac.url=${apac.url}`];
      expect(await emea.run(words, { variables })).toMatchObject({ code: 0 });
      const { document } = await emea.run([...words, "--hosts"], { variables });
      expect(document).toMatchObject({ summary: { hosts: 1 } });
      const text = readFileSync(join(emea.directory, "inventory/customers/aaa.yaml"), "utf8");
      expect(text.match(/web01\.example\.com/g)).toHaveLength(1);
    } finally {
      await Promise.all([emea.close(), apac.close()]);
    }
  });

  test("that cannot read everything of a cluster writes nothing of it", async () => {
    begin();
    const fault = world.cluster.addFault({ match: { path: /\/groups/, times: 1 }, do: { status: 403 } });
    const { code } = await world.run(["import", "--all"]);
    expect(fault.hits()).toBe(1);
    expect(code).toBe(1);
    expect(filesThere()).toEqual(["dtsync.yaml"]);
  });

  test.each([
    [["import"], /which clusters/],
    [["import", "--all", "--cluster", "emea"], /which clusters/],
    [["import", "--cluster", "apac"], /no cluster apac/],
    [["import", "--all", "--customer-from", "tag:("], /customer-from/],
    [["import", "--all", "--customer-from", "missing.csv"], /cannot be read/],
  ])("%j is a usage error", async (words, message) => {
    begin();
    const { code, errors } = await world.run(words);
    expect(code).toBe(3);
    expect(errors).toMatch(message);
  });

  test("says which groups of the inventory are in its way", async () => {
    begin();
    const template = '  - name: "{customer}-operators"\n    access: { "{customer}-*": [VIEWER] }\n';
    writeFileSync(join(inventory(), "dtsync.yaml"), `${settings}groups:\n${template}`);
    const { code, errors } = await world.run(["import", "--all"]);
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining("for these, too: dtsync.yaml:") });
    expect(filesThere()).toEqual(["dtsync.yaml"]);
  });

  test("that is made again declares the rights that new groups have on what is declared already", async () => {
    begin();
    await world.run(["import", "--all"]);
    const [first = "", second = ""] = world.cluster
      .snapshot()
      .environments.map(({ id }) => id)
      .sort();
    world.cluster.setGroup("newcomers", { accessRight: { VIEWER: [first, second] } });
    world.cluster.setGroup("newcomer", { accessRight: { VIEWER: [first], LOG_VIEWER: [first] } });
    const { code, document } = await world.run(["import", "--all"]);
    expect(code).toBe(0);
    expect(JSON.stringify((document as { remarks: readonly unknown[] }).remarks)).not.toContain("newcomer");
    const listed = (await world.run(["list", "groups", "--format", "json"])).output;
    expect(listed).toContain('"newcomers"');
    await planIsEmpty();
    for (const name of ["newcomer", "newcomers"]) world.cluster.setGroup(name, { accessRight: {} });
    const { changes } = (await world.run(["plan"])).document as { changes: readonly { id: string }[] };
    expect(changes.map(({ id }) => id).sort()).toEqual(
      [`newcomer/${first}`, `newcomers/${first}`, `newcomers/${second}`].map((id) => `permission/emea/${id}`).sort(),
    );
    for (const name of ["newcomer", "newcomers"]) world.cluster.removeGroup(name);
  });

  test("leaves odd groups alone, and does not repeat the secret in a name", async () => {
    begin();
    world.cluster.setGroup("https://deploy:pass-word@example.com");
    world.cluster.setGroup("renamed later", { name: "Team A" });
    world.cluster.setGroup("team_a");
    const { code, output } = await world.run(["import", "--all", "--format", "json"]);
    expect(code).toBe(0);
    expect(output).toContain("emea/[secret]");
    expect(output).toContain("emea/Team A (id teama)");
    expect(output).not.toContain("pass-word");
    for (const name of ["https://deploy:pass-word@example.com", "Team A", "team_a"]) world.cluster.removeGroup(name);
    await planIsEmpty();
  });

  test("begins with customers that are there without a dtsync.yaml, and proves what it writes with them", async () => {
    begin();
    rmSync(join(inventory(), "dtsync.yaml"));
    mkdirSync(join(inventory(), "customers"));
    const own = "customer: aab\ncluster: emea\nenvironments:\n  t1: {}\n";
    writeFileSync(join(inventory(), "customers/mine.yaml"), own);
    const first = ["import", "--cluster", "emea", "--url", "https://emea.example.com"];
    expect(await world.run(first)).toMatchObject({ code: 0 });
    expect(read("customers/mine.yaml").startsWith(own.trimEnd())).toBe(true);
    await planIsEmpty();
  });

  test("says that no temporary folder can be made where there is no inventory yet", async () => {
    const { TMPDIR } = process.env;
    process.env["TMPDIR"] = join(world.directory, "nothing");
    try {
      const words = ["import", "--cluster", "emea", "--url", "https://emea.example.com", "--inventory"];
      const { code, errors } = await world.run([...words, join(world.directory, "new")]);
      expect({ code, errors }).toEqual({ code: 1, errors: expect.stringMatching(/^no folder for temporary files/) });
    } finally {
      if (TMPDIR === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = TMPDIR;
    }
  });

  test("of an inventory that is invalid prints its faults", async () => {
    begin();
    writeFileSync(join(inventory(), "dtsync.yaml"), `${settings}rolls: {}\n`);
    expect(await world.run(["import", "--all"])).toMatchObject({ code: 3, document: { valid: false } });
    expect(existsSync(join(inventory(), "customers"))).toBe(false);
  });
});

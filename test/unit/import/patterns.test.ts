import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { customerRule } from "../../../src/application/customer-rule.ts";
import { asRemark } from "../../../src/import/findings.ts";
import { foldHosts } from "../../../src/import/fold-hosts.ts";
import { countTemplates, findIdTemplates } from "../../../src/import/id-templates.ts";
import { customerIdOf, placeEnvironments } from "../../../src/import/place-environments.ts";
import { findRoles, leanRights } from "../../../src/import/rights.ts";
import { closePermissions } from "../../../src/kinds/group/permissions.ts";
import { expandHostNames } from "../../../src/load/hosts/host-names.ts";
import { anEstate, estateHost, importInto, observedEnvironment, observedGroup } from "../../support/import-world.ts";

const templatesOf = (ids: readonly string[]) =>
  countTemplates(findIdTemplates(ids).values()).map(({ template }) => template);

test("a rule without a subject is about ids, and one that is no file is not read", () => {
  const [one] = [observedEnvironment({ id: "shop.abc.p1" })];
  expect(customerRule(["^shop\\.([a-z]+)"])?.(one)?.customer.id).toBe("abc");
  expect(() => customerRule(["^shop-[a-z]+"])).toThrow("cannot be read");
});

describe("templates of ids", () => {
  const second = ["harbour-east", "harbour-west", "lagoon-east", "meadow", "summit"].flatMap((customer) =>
    ["d1", "p1", "z1"].map((key) => `ccv2-cust-${customer}-${key}`),
  );

  test("of two generations are told apart, words of the template from those of customers", () => {
    expect(templatesOf([...second, "adh-d1", "adh-p1", "bki-t1"])).toEqual([
      "ccv2-cust-{customer}-{key}",
      "{customer}-{key}",
    ]);
    expect(findIdTemplates(second).get("ccv2-cust-harbour-east-p1")).toEqual({
      ...{ template: "ccv2-cust-{customer}-{key}", customer: "harbour-east", key: "p1" },
    });
  });

  test("are not seen in what few customers have in common", () => {
    expect(templatesOf(["shop-east-p1", "shop-west-p1", "shop-north-p1"])).toEqual(["{customer}-{key}"]);
    // First words of customers, each of which comes again.
    const words = Array.from({ length: 30 }, (_, index) => `town${"abcdefghijklmnopqrstuvwxyz0123"[index]}`);
    const ids = words.flatMap((word) => Array.from({ length: 12 }, (_, number) => `${word}-${number}x-p1`));
    expect(templatesOf(ids)).toEqual(["{customer}-{key}"]);
  });

  test.each(["19a963a7-b19f-4382-964a-4df674c8eb8e", "ABC-p1", "abc", "abc-p0", "a-p1", "abc--p1", "web-shop1"])(
    "are not found in %s alone",
    (id) => {
      expect(findIdTemplates([id]).size).toBe(0);
    },
  );

  test("give the id again", () => {
    const words = fc.stringMatching(/^[a-z0-9]{1,6}$/);
    const id = fc
      .tuple(fc.array(words, { minLength: 1, maxLength: 4 }), fc.constantFrom("p1", "t2", "prod1"))
      .map(([parts, key]) => [...parts, key].join("-"));
    fc.assert(
      fc.property(fc.array(id, { maxLength: 30 }), (ids) => {
        for (const [whole, { template, customer, key }] of findIdTemplates(ids)) {
          expect(template.replace("{customer}", customer).replace("{key}", key)).toBe(whole);
        }
      }),
    );
  });
});

test("environments of one customer in both generations share a file, and a key that is taken gives way to the id", () => {
  const ids = ["adh-p1", "adh-t1", ...["adh", "bki", "cob", "dux"].map((customer) => `ccv2-cust-${customer}-p1`)];
  const { customers } = placeEnvironments(
    [anEstate({ environments: ids.map((id) => observedEnvironment({ id })) })],
    null,
  );
  expect(customers.map(({ id, template, environments }) => [id, template, environments.map(({ key }) => key)])).toEqual(
    [
      ["adh", "{customer}-{key}", ["ccv2-cust-adh-p1", "p1", "t1"]],
      ["bki", "ccv2-cust-{customer}-{key}", ["p1"]],
      ["cob", "ccv2-cust-{customer}-{key}", ["p1"]],
      ["dux", "ccv2-cust-{customer}-{key}", ["p1"]],
    ],
  );
});

test("a customer has the name that more than half of its environments begin with", () => {
  const named = (names: readonly string[]) =>
    placeEnvironments(
      [
        anEstate({
          environments: names.map((name, index) => observedEnvironment({ id: `abc-p${index + 1}`, name })),
        }),
      ],
      null,
    ).customers.map(({ name }) => name);
  expect(named(["ABC Retail p1", "ABC Retail p2", "Third"])).toEqual(["ABC Retail"]);
  expect(named(["Name p1", "Second", "Third"])).toEqual([null]);
  expect(named(["Name p1", "Second"])).toEqual([null]);
});

describe("environments whose customers are known", () => {
  const idsAt = (customer: string, site: string) =>
    ["d1", "p1", "s1"].map((key) => `ccv2-cust-${customer}-${site}-${key}`);
  const placed = (ids: readonly string[], customerOf: (id: string) => string | null) =>
    placeEnvironments([anEstate({ environments: ids.map((id) => observedEnvironment({ id })) })], (environment) => {
      const customer = customerOf(environment.id);
      return customer === null ? null : { customer: { id: customer, longName: null }, key: null };
    });
  const byThirdWord = (id: string) => id.split("-")[2] ?? null;

  test("have their stages as keys, whatever stands between customer and key", () => {
    const ids = [...idsAt("harbour", "east"), ...idsAt("lagoon", "west")];
    const { customers, templates } = placed(ids, byThirdWord);
    expect(
      customers.map(({ id, template, environments }) => [id, template, environments.map(({ key }) => key)]),
    ).toEqual([
      ["harbour", "ccv2-cust-{customer}-east-{key}", ["d1", "p1", "s1"]],
      ["lagoon", "ccv2-cust-{customer}-west-{key}", ["d1", "p1", "s1"]],
    ]);
    expect(customers[0]?.environments.map(({ stage }) => stage)).toEqual(["d", "p", "s"]);
    expect(templates).toEqual([
      { template: "ccv2-cust-{customer}-east-{key}", environments: 3, customers: 1 },
      { template: "ccv2-cust-{customer}-west-{key}", environments: 3, customers: 1 },
    ]);
  });

  test("of several sites follow that of most of them, and the others are called by site and key", () => {
    const ids = [...idsAt("harbour", "east"), "ccv2-cust-harbour-west-p1", "ccv2-cust-harbour-west-p2", "harbour-t1"];
    const { customers, templates } = placed(ids, () => "harbour");
    expect(customers.map(({ template }) => template)).toEqual(["ccv2-cust-{customer}-east-{key}"]);
    expect(customers[0]?.environments.map(({ key, template }) => [key, template !== null])).toEqual([
      ["d1", true],
      ["harbour-t1", false],
      ["p1", true],
      ["s1", true],
      ["west-p1", false],
      ["west-p2", false],
    ]);
    expect(templates.map(({ environments }) => environments)).toEqual([3]);
  });

  test.each([
    [["abc-web1-p1", "abc-web1-t1"], "{customer}-web1-{key}"],
    [["abc-p1-zone1", "abc-t1-zone1"], "{customer}-{key}-zone1"],
    [["p1-emea-abc", "t1-emea-abc"], "{key}-emea-{customer}"],
  ])("go the way that most of them go: %j", (ids, template) => {
    expect(placed(ids, () => "abc").customers.map((customer) => customer.template)).toEqual([template]);
  });

  test("keep an id in which the customer is only a part of a word", () => {
    expect(placed(["abcd-p1"], () => "abc").customers[0]?.environments[0]?.template).toBeNull();
  });
});

describe("a template matches", () => {
  const idsOf = (customers: readonly string[], template: (customer: string) => string) =>
    customers.flatMap((customer) => ["d1", "p1"].map((key) => `${template(customer)}-${key}`));
  const first = idsOf(["aba", "acd", "aef"], (customer) => customer);
  const second = idsOf(["harbour", "lagoon", "summit"], (customer) => `ccv2-cust-${customer}`);
  const environments = [...first, ...second, "lab0"].map((id) => observedEnvironment({ id }));
  const standard = (ids: readonly string[]) =>
    ids.map((id) => observedGroup({ name: `dt-${id}-standard`, accessRight: { VIEWER: [id] } }));

  test("by what ids look like, so that environments of later have its groups", async () => {
    const { texts, proposal } = await importInto([anEstate({ environments, groups: standard(first) })]);
    expect(texts["dtsync.yaml"]).toContain('    match:\n      environment: "???-*"\n');
    expect(proposal.remarks.filter(({ about }) => about.includes("templates"))).toEqual([]);
  });

  test("by names or labels where nothing else says it, and that is told", async () => {
    const { texts, proposal } = await importInto([anEstate({ environments, groups: standard(first.slice(1)) })]);
    expect(texts["dtsync.yaml"]).toContain(
      "  # Only environments with the label dt-standard have it; one that comes later needs the label, too.\n  - name: dt-",
    );
    expect(texts["dtsync.yaml"]).toContain('labels:\n        dt-standard: "yes"\n');
    expect(proposal.remarks.filter(({ about }) => about.includes("named or labelled"))).toEqual([
      {
        about: expect.stringContaining("named or labelled, too"),
        items: ["dt-{environment}-standard: label dt-standard"],
      },
    ]);
  });
});

describe("host names", () => {
  test("that differ by a number become one item", () => {
    const names = [
      "web01.example.com",
      "web02.example.com",
      "web03.example.com",
      "web07.example.com",
      "db.example.com",
      "10.1.2.3",
      "api9",
      "api10",
    ];
    expect(foldHosts(names)).toEqual(["10.1.2.3", "api[9-10]", "db.example.com", "web[01-03,07].example.com"]);
  });

  test.each<[readonly string[], readonly string[]]>([
    [["web08", "web09", "web10", "web11"], ["web[08-11]"]],
    [
      ["web09", "web10", "web100"],
      ["web100", "web[09-10]"],
    ],
    [
      ["web009", "web09", "web10", "web100"],
      ["web[009,100]", "web[09-10]"],
    ],
    [["web0", "web1", "web2", "web10"], ["web[0-2,10]"]],
    [
      ["web01-p1", "web02-p1", "web10-p1", "db-p1"],
      ["db-p1", "web[01-02,10]-p1"],
    ],
    [
      ["rack1-n01a8a", "rack1-n02a8a", "rack2-n01a8a"],
      ["rack1-n[01-02]a8a", "rack2-n01a8a"],
    ],
    [["node123456789012", "node123456789013"], ["node123[456789012-456789013]"]],
  ])("become as few items as a person would write: %j", (names, items) => {
    expect(foldHosts(names)).toEqual(items);
  });

  test("stay within what an inventory takes, and a person reads, however scattered their numbers are", async () => {
    const names = Array.from({ length: 400 }, (_, index) => `app-${1000 + 7 * index}.shop.example.com`);
    const items = foldHosts(names);
    expect(Math.max(...items.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(items.length).toBeLessThan(40);
    const hosts = new Map([["abc-p1", names.map((name) => estateHost(name))]]);
    const environments = [observedEnvironment({ id: "abc-p1" })];
    const { inventory } = await importInto([anEstate({ environments, hosts })]);
    expect(inventory.hosts.map(({ name }) => name).sort()).toEqual([...names].sort());
    // As many as one item may stand for, behind a gap.
    const many = Array.from({ length: 10_001 }, (_, index) => `h${index === 0 ? 0 : index + 1}`);
    expect(foldHosts(many)).toEqual(["h0", "h[2-10001]"]);
  });

  test("are the same ones when the items are expanded", () => {
    const name = fc
      .tuple(
        fc.constantFrom("web", "db-", "x"),
        fc.nat({ max: 120 }),
        fc.constantFrom(0, 2, 3),
        fc.constantFrom("", ".a.example.com", "b.example.com"),
      )
      .map(([start, number, width, end]) => `${start}${String(number).padStart(width, "0")}${end}`);
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 60 }), (names) => {
        const expanded = foldHosts(names).flatMap((item) => {
          const found = expandHostNames(item);
          if (!("names" in found)) throw new Error(`${item} is no range`);
          return found.names;
        });
        expect([...expanded].sort()).toEqual([...names].sort());
      }),
    );
  });
});

describe("rights", () => {
  test("without what a cluster adds close to the same", () => {
    const permission = fc.constantFrom(
      "VIEWER",
      "LOG_VIEWER",
      "MANAGE_SETTINGS",
      "CONFIGURE_REQUEST_CAPTURE_DATA",
      "VIEW_SECURITY_PROBLEMS",
      "MANAGE_SECURITY_PROBLEMS",
    );
    fc.assert(
      fc.property(fc.array(permission, { minLength: 1 }), (permissions) => {
        expect(closePermissions(leanRights(permissions))).toEqual(closePermissions(permissions));
        expect(leanRights(leanRights(permissions))).toEqual(leanRights(permissions));
      }),
    );
  });

  test("become a role where several permissions come again", () => {
    const set = ["LOG_VIEWER", "MANAGE_SETTINGS"];
    expect([...findRoles([set, ["VIEWER"], ["VIEWER"], set, ["A_B", "C_D"]])]).toEqual([
      ["LOG_VIEWER MANAGE_SETTINGS", "log-viewer-manage-settings"],
    ]);
  });
});

describe("customers whose names begin alike", () => {
  const start = "the very large association of communal utilities of the ";
  const names = [`${start}north`, `${start}south`];
  const environments = names.map((name, index) =>
    observedEnvironment({ id: `e${index}-p1`, tags: [`customer=${name}`] }),
  );
  const rule = customerRule(["tag:^customer=(.+)$"]);

  test("stay as many as there are, with ids that do not hang on one another, and are told", () => {
    const { customers, findings } = placeEnvironments([anEstate({ environments })], rule);
    const ids = customers.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^the-very-large-association-of-communal-ut-[0-9a-f]{8}$/);
    expect(findings.map(asRemark)).toEqual([
      {
        about: expect.stringContaining("too long for an id"),
        items: customers.map(({ id, environments: [one] }) => `${id}: ${one?.observed.tags[0]?.slice(9)}`),
      },
    ]);
    for (const [index, environment] of environments.entries()) {
      const alone = placeEnvironments([anEstate({ environments: [environment] })], rule);
      expect(ids).toContain(alone.customers[0]?.id);
      expect(alone.customers[0]?.environments[0]?.observed.id).toBe(`e${index}-p1`);
    }
  });

  test("of which all that fits into an id is alike keep it as it is", () => {
    const [one, two] = [`${"a".repeat(49)}b`, `${"a".repeat(49)}c`];
    expect([one, two].map((name) => customerIdOf(name)?.id)).toEqual([one, two]);
    expect(customerIdOf(one.toUpperCase())).toEqual({ id: one, longName: null });
    expect(customerIdOf("?a")).toBeNull();
  });
});

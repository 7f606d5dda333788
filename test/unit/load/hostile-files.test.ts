import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadInventory } from "../../../src/load/load-inventory.ts";
import { type Files, fakeToken, loadFiles, placesOf, settingsFile, withFiles, withoutTheRest } from "./load-files.ts";

const load = (directory: string) => loadInventory({ directory, set: [], rootCertificate: null, home: "/home/user" });
const customer = (text: string | Uint8Array): Files => ({ "customers/abc.yaml": text });

test("a folder that is not there, or a file in its place, is a fault at the start of dtsync.yaml", async () => {
  await withFiles({ file: "" }, async (folder) => {
    for (const directory of [join(folder, "nothing"), join(folder, "file")]) {
      const result = await load(directory);
      expect(result.inventory).toBeNull();
      expect(placesOf(result)).toEqual(["dtsync.yaml:1:1 missing-file"]);
      expect(result.summary).toMatchObject({ files: 0, errors: 1 });
    }
  });
});

describe("text that is not what it should be", () => {
  test.each<[string, string | Uint8Array, string]>([
    ["Latin-1", Buffer.from("customer: abc\nname: Z\xfcrich\n", "latin1"), "2:8 not-utf-8"],
    ["UTF-16", Buffer.from("\ufeffcustomer: abc\n", "utf16le"), "1:1 not-utf-8"],
    ["an escape sequence", "customer: abc\nname: a\u001b[31mb\n", "2:8 control-character"],
    ["NUL", "customer: abc\u0000\n", "1:14 control-character"],
    ["the parser's own marks", "customer: abc\u0002\u0018\u001f\n", "1:14 control-character"],
    ["C1 controls", "customer: abc\nname: a\u009bb\n", "2:8 control-character"],
    ["an escaped control character", 'customer: abc\nname: "a\\e[31m"\n', "2:7 control-character"],
    ["half a character", 'customer: abc\nname: "a\\ud800"\n', "2:7 control-character"],
    ["an unknown directive", "%FOO bar\n---\ncustomer: abc\n", "1:1 yaml-syntax"],
    ["another YAML", "%YAML 1.1\n---\ncustomer: abc\n", "1:1 yaml-version"],
    ["two documents", "customer: abc\n---\n", "2:1 several-documents"],
    ["a dangerous key", "customer: abc\n__proto__: { name: x }\n", "2:1 invalid-key"],
    ["a map as key", "customer: abc\n? { a: b }\n: c\n", "2:3 invalid-key"],
    ["binary data", "customer: !!binary YWJj\n", "1:20 unknown-tag"],
    ["merge keys", "customer: abc\n<<: { name: x }\n", "2:1 unknown-key"],
  ])("%s", async (_, text, place) => {
    expect(placesOf(await loadFiles(customer(text)))[0]).toBe(`customers/abc.yaml:${place}`);
  });

  test("a byte order mark, CRLF and a document start are fine", async () => {
    const { diagnostics, inventory } = await loadFiles(customer("\ufeff%YAML 1.2\r\n---\r\ncustomer: abc\r\n...\r\n"));
    expect(withoutTheRest(diagnostics)).toEqual([]);
    expect(inventory?.customers[0]?.place).toEqual({ file: "customers/abc.yaml", line: 3, column: 1 });
  });

  test("messages hold no control characters and turn no line around", async () => {
    const { diagnostics } = await loadFiles(customer('customer: abc\n"ev\u202eil\\u001b[2J": 1\n'));
    expect(diagnostics.map(({ message }) => message)).toContain('unknown key "ev\\u{202e}il\\u{1b}[2J"');
    expect(JSON.stringify(diagnostics)).not.toMatch(/[\u202e\u001b]|\\u001b/);
  });
});

describe("files that are meant to break the reader", () => {
  const bomb = [
    "a: &a [x,x,x,x,x,x,x,x,x]",
    ..."bcdefghi".split("").map((name, index) => {
      const before = "abcdefgh"[index];
      return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(",")}]`;
    }),
  ].join("\n");
  const megabytes = (text: string): string => text.repeat(Math.floor(240_000 / text.length));

  test.each<[string, string, string]>([
    ["an alias bomb", bomb, "too-many-aliases"],
    ["deep brackets", megabytes("["), "too-deep"],
    ["deep maps", megabytes("{a: "), "too-deep"],
    ["deep dashes", megabytes("- "), "too-deep"],
    ["deep questions", megabytes("? "), "too-deep"],
    ["many documents", megabytes("---\n"), "several-documents"],
    ["many stray brackets", megabytes("]"), "yaml-syntax"],
    ["one key many times", megabytes("k: 1\n"), "duplicate-key"],
    ["many anchors", megabytes("&a "), "yaml-syntax"],
    ["one endless quotation", `customer: "${megabytes("a\\n")}`, "yaml-syntax"],
    ["an endless number", `customer: ${megabytes("9")}`, "wrong-type"],
    [
      "faulty items in masses",
      `customer: abc\nenvironments:\n  p1:\n    hosts:\n${megabytes("      - { adress: 1 }\n")}`,
      "too-many-faults",
    ],
    [
      "a glob of stars",
      `customer: abc\nenvironments: { p1: {} }\ngroups: [{ name: g, access: { "${megabytes("*a")}b": VIEWER } }]`,
      "reaches-nothing",
    ],
    [
      "ranges of ranges",
      `customer: abc\nenvironments:\n  p1:\n    hosts:\n${"      - web[0001-9999]-[1]\n".repeat(3000)}`,
      "too-many-hosts",
    ],
  ])("%s", async (_, text, rule) => {
    const { diagnostics } = await loadFiles(customer(text));
    expect(diagnostics.map((diagnostic) => diagnostic.rule)).toContain(rule);
  });

  test("too many aliases are told once in a file", async () => {
    const result = await loadFiles({ "customers/abc.yaml": bomb, "customers/xyz.yaml": bomb });
    const told = placesOf(result).filter((place) => place.endsWith("too-many-aliases"));
    expect(told.map((place) => place.split(":")[0])).toEqual(["customers/abc.yaml", "customers/xyz.yaml"]);
  });

  test("more than 1 MB", async () => {
    const text = `customer: abc\n${"# comment\n".repeat(100_000)}`;
    expect(placesOf(await loadFiles(customer(text)))).toEqual(["customers/abc.yaml:1:1 file-too-large"]);
  });

  test("more than 20 MB in all", async () => {
    const text = (id: number) => `customer: c${id}\n${`# ${"comment ".repeat(100)}\n`.repeat(1_000)}`;
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, id) => [`customers/c${id + 10}.yaml`, text(id)]));
    const places = placesOf(await loadFiles(many));
    expect(places).toContain("customers/c34.yaml:1:1 inventory-too-large");
    expect(places.filter((place) => !place.includes("customers/c34.yaml")).join()).not.toMatch(/too-large/);
  });

  const padding = "# comment\n".repeat(30_000);
  test.each<[string, string, string]>([
    ["a fault of syntax", `customer: abc\n${padding}name: ]\n`, "30002:7"],
    ["a duplicate key", `customer: abc\n${padding}customer: abc\n`, "30002:1"],
    ["an anchor", `customer: abc\n${padding}name: &a abc\n`, "30002:10"],
    ["a tab", `customer: abc\n${padding}name: a\t\n`, "30002:8"],
    ["a second document", `customer: abc\n${padding}---\na: b\n`, "30002:1"],
  ])("more than 250 kB and not plain: %s", async (_, text, place) => {
    expect(placesOf(await loadFiles(customer(text)))).toEqual([`customers/abc.yaml:${place} yaml-too-large`]);
  });

  test("more than 250 kB of plain YAML are fine", async () => {
    const { diagnostics } = await loadFiles(customer(`customer: abc\n${padding}`));
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

test("a pipe or device in the place of a file is a fault, and nothing waits for it", async () => {
  const items = "customer: abc\nenvironments: { p1: { hosts: [{ file: pipe }, { file: zero }] } }\n";
  await withFiles({ "dtsync.yaml": settingsFile, "customers/abc.yaml": items }, async (folder) => {
    for (const name of ["customers/pipe", "customers/xyz.yaml", "groups.yaml"]) {
      execFileSync("mkfifo", [join(folder, name)]);
    }
    await symlink("/dev/zero", join(folder, "customers/zero"));
    await symlink("/dev/zero", join(folder, "customers/zero.yaml"));
    expect(placesOf(await load(folder))).toEqual([
      "customers/abc.yaml:2:39 unreadable-file",
      "customers/abc.yaml:2:55 outside-folder",
      "customers/xyz.yaml:1:1 unreadable-file",
      "customers/zero:1:1 outside-folder",
      "customers/zero.yaml:1:1 outside-folder",
      "groups.yaml:1:1 not-read",
    ]);
  });
});

describe("secrets", () => {
  const begin = ["-----BEGIN", "RSA PRIVATE KEY-----"].join(" ");
  test.each<[string, string, string]>([
    ["a token in a comment", `customer: abc # ${fakeToken()}`, "1:17"],
    ["a token as value", `customer: abc\nname: ${fakeToken()}`, "2:7"],
    ["a token in pieces", `customer: abc\nname: "${fakeToken().replace("dt0c01", "dt0c\\u00301")}"`, "2:7"],
    ["a tenant token", `customer: abc\nname: dt0a02.${"A".repeat(24)}`, "2:7"],
    ["a private key", `customer: abc\n# ${begin}`, "2:3"],
    ["a password in a URL", `customer: abc\nname: ftp://user:${"x".repeat(8)}@ftp.example.com/`, "2:7"],
  ])("%s is a fault", async (_, text, place) => {
    const { diagnostics } = await loadFiles(customer(`${text}\n`));
    expect(diagnostics).toContainEqual(expect.objectContaining({ rule: "secret-in-file", severity: "error" }));
    expect(diagnostics.map(({ line, column }) => `${line}:${column}`)).toContain(place);
    expect(JSON.stringify(diagnostics)).not.toMatch(/AAAAAA|xxxxxx/);
  });

  const url = `http://user:${"x".repeat(8)}@proxy.example.com:3128`;
  test.each<[string, string, string]>([
    ["a token in quotation marks", `name: "${fakeToken()}"`, "2:8"],
    ["a token where a name should be", `cluster: ${fakeToken()}`, "2:10"],
    ["a token in quotation marks where a map should be", `oneagent: '${fakeToken()}'`, "2:12"],
    ["a token with an escape", `name: "${fakeToken().replace("0", "\\u0030")}"`, "2:7"],
    ["a proxy with a password", `oneagent: { proxy: "${url}" }`, "2:21"],
    ["a proxy with a password and without a scheme", `oneagent: { proxy: "${url.slice(7)}" }`, "2:20"],
    ["a token as a password", `oneagent: { proxy: "http://user:${fakeToken()}@proxy.example.com" }`, "2:21"],
  ])("one fault each: %s", async (_, line, place) => {
    expect(placesOf(await loadFiles(customer(`customer: abc\n${line}\n`)))).toEqual([
      `customers/abc.yaml:${place} secret-in-file`,
    ]);
  });

  test("the texts are not repeated by any other fault either", async () => {
    const { diagnostics } = await loadFiles({
      "dtsync.yaml": settingsFile.replace("{ env: DTSYNC_TOKEN_EMEA }", fakeToken()),
      "customers/abc.yaml": `customer: ${fakeToken()}\n${fakeToken()}: 1\noneagent: { proxy: "user:${"x".repeat(9)}@proxy.example.com:3128", monitoringMode: ${fakeToken()} }\n`,
      "customers/xyz.yaml": "customer: xyz\nenvironments:\n  p1: { hosts: [{ file: ../hosts.txt }] }\n",
      "hosts.txt": `${fakeToken()}\n`,
    });
    expect(diagnostics.map(({ rule }) => rule)).toContain("unknown-key");
    expect(diagnostics.map(({ file }) => file)).toContain("hosts.txt");
    expect(JSON.stringify(diagnostics)).not.toMatch(/AAAAAA|BBBBBB|xxxxxx/);
  });

  test("the name of a token and a user in a URL are no secrets", async () => {
    const text = `customer: abc\n# dt0c01.${"A".repeat(24)} belongs to https://user@example.com/a:b@c\n`;
    expect(placesOf(await loadFiles(customer(text)))).toEqual([]);
  });
});

describe("links", () => {
  test("are followed inside of the folder, and every file counts once", async () => {
    await withFiles(
      { "dtsync.yaml": settingsFile, "customers/abc.yaml": "customer: abc\n", "shared/xyz.yaml": "customer: xyz\n" },
      async (folder) => {
        await symlink("../shared", join(folder, "customers/linked"));
        await symlink("abc.yaml", join(folder, "customers/again.yaml"));
        await symlink("../..", join(folder, "customers/up"));
        await symlink(".", join(folder, "customers/circle"));
        const result = await load(folder);
        expect(placesOf(result)).toEqual(["customers/up:1:1 outside-folder"]);
        expect(result.summary).toMatchObject({ files: 3, customers: 2 });
      },
    );
  });

  test("out of the folder, and to nothing, are faults", async () => {
    await withFiles(
      {
        "inventory/dtsync.yaml": settingsFile,
        "inventory/customers/abc.yaml": "customer: abc\nenvironments:\n  p1: { hosts: [{ file: ../hosts.txt }] }\n",
        "secret.yaml": "customer: xyz\n",
      },
      async (folder) => {
        await symlink("../../secret.yaml", join(folder, "inventory/customers/xyz.yaml"));
        await symlink("nothing.yaml", join(folder, "inventory/customers/broken.yaml"));
        await symlink("../secret.yaml", join(folder, "inventory/hosts.txt"));
        await symlink("nothing", join(folder, "inventory/groups"));
        // The lock of an editor.
        await symlink("somebody@example.com.1234", join(folder, "inventory/customers/.#abc.yaml"));
        expect(placesOf(await load(join(folder, "inventory")))).toEqual([
          "customers/abc.yaml:3:25 outside-folder",
          "customers/broken.yaml:1:1 unreadable-file",
          "customers/xyz.yaml:1:1 outside-folder",
          "groups:1:1 unreadable-file",
        ]);
      },
    );
  });

  test("to the whole inventory are followed", async () => {
    await withFiles({ "real/dtsync.yaml": settingsFile }, async (folder) => {
      await symlink("real", join(folder, "link"));
      expect((await load(join(folder, "link"))).inventory?.directory).toMatch(/\/real$/);
    });
  });
});

test("a folder in the place of a file is a fault", async () => {
  await withFiles({}, async (folder) => {
    await mkdir(join(folder, "dtsync.yaml"));
    await mkdir(join(folder, "customers"));
    await writeFile(join(folder, "customers/abc.yaml"), "customer: abc\n");
    expect(placesOf(await load(folder))).toEqual(["dtsync.yaml:1:1 unreadable-file"]);
  });
});

import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSourceLines, showableLines } from "../../../../src/load/files/source-lines.ts";
import { fakeToken, withFiles } from "../load-files.ts";

describe("lines that may be shown", () => {
  test("are those without a key whose value may be secret, or below one", () => {
    const text = `clusters:
  emea:
    url: https://dynatrace.emea.example.com/x
    token:
      # a comment
      value
    ca: emea.pem
  apac: { url: x,
    token: value }
oneagent:
  installerArguments:
  - value
  - >-
    value
  hostGroup: abc
  "proxy" : value
  api_key: value
  Passwords: [value,
    value]
? token
: value
? name
: shown
`;
    const shown = showableLines(text).filter((line) => line !== null && line !== "");
    expect(shown).toEqual([
      "clusters:",
      "  emea:",
      "    ca: emea.pem",
      "oneagent:",
      "  hostGroup: abc",
      "? name",
      ": shown",
    ]);
  });

  test("are none of a text with a secret in it, or with the beginning of a token", () => {
    expect(showableLines(`a: 1\nb: ${fakeToken()}\n`)).toEqual([]);
    const escapes = ["\\x30", "\\u0030", "\\U00000030", "\\\n    0"];
    for (const zero of escapes) expect(showableLines(`a: 1\nb: "${fakeToken().replace("0", zero)}"`)).toEqual([]);
    expect(showableLines('a: "\\U00ffffff"')).toEqual(['a: "\\U00ffffff"']);
    expect(showableLines(`a: 1\nb: ${fakeToken().slice(0, 12)}`)).toEqual(["a: 1", null]);
  });

  test("are found in no time in texts made to be slow", () => {
    const started = performance.now();
    showableLines("token".repeat(1_000_000));
    showableLines("\\\n".repeat(2_000_000));
    showableLines(`${" ".repeat(5_000_000)}x`);
    showableLines("token\n".repeat(800_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

test("lines are read from files of the inventory and no others", async () => {
  await withFiles(
    { "inventory/customers/abc.yaml": "customer: abc\r\nname: x\n", "secret.yaml": "a: 1\n" },
    async (folder) => {
      const inventory = join(folder, "inventory");
      await symlink("../secret.yaml", join(inventory, "link.yaml"));
      const lineOf = openSourceLines(inventory);
      expect([1, 2, 3, 4].map((line) => lineOf("customers/abc.yaml", line))).toEqual([
        "customer: abc",
        "name: x",
        "",
        null,
      ]);
      for (const file of ["link.yaml", "../secret.yaml", "nothing.yaml", "customers"])
        expect(lineOf(file, 1)).toBeNull();
      expect(openSourceLines(join(folder, "nothing"))("a.yaml", 1)).toBeNull();
    },
  );
});

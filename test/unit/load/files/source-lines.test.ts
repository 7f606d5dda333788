import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { showableLines } from "../../../../src/load/diagnostics/showable-lines.ts";
import { openSourceLines } from "../../../../src/load/files/source-lines.ts";
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

  // Each text is as long as a file may be: a search that takes the square of the length would not come to an end.
  test.each([
    ["words of one line", "token".repeat(200_000), 1],
    ["escaped ends of lines", "\\\n".repeat(500_000), 500_001],
    ["blanks", `${" ".repeat(1_000_000)}x`, 1],
    ["keys", "token\n".repeat(160_000), 160_001],
  ])("are found in texts made to be slow: %s", (_, text, lines) => {
    expect(showableLines(text)).toHaveLength(lines);
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

import { describe, expect, test } from "vitest";
import { findSecrets, redactSecrets } from "../../../../src/load/diagnostics/secret-text.ts";
import { escapeText, showText } from "../../../../src/load/diagnostics/show-text.ts";
import { suggest, suggestionHint } from "../../../../src/load/diagnostics/suggest.ts";
import { charactersMatched } from "../../../support/characters-matched.ts";
import { fakeToken } from "../load-files.ts";

describe("text of users in messages", () => {
  test("is escaped, shortened and without secrets", () => {
    expect(escapeText("a\u001b[2J\u009b\u202e\u2028é")).toBe("a\\u{1b}[2J\\u{9b}\\u{202e}\\u{2028}é");
    expect(showText("x".repeat(200))).toHaveLength(82);
    expect(showText(`a ${fakeToken()} b`)).toBe('"a [secret] b"');
  });

  test("several secrets of one text are all replaced", () => {
    const url = `https://u:${"p".repeat(5)}@h/`;
    expect(redactSecrets(`${fakeToken()},${url} ${fakeToken()}`)).toBe("[secret],[secret]h/ [secret]");
    expect(findSecrets("https://h:8080/a@b dt0c01.short.short")).toEqual([]);
  });

  test("the longer a text, the more is searched, in proportion", () => {
    for (const piece of ["a", "://", "dt0", "-----BEGIN ", "PRIVATE KEY", "--set-proxy=a"]) {
      expect(findSecrets(piece.repeat(2_000)), piece).toEqual([]);
      const work = (count: number) => charactersMatched(() => findSecrets(piece.repeat(count)));
      expect(work(4_000), piece).toBeLessThanOrEqual(2.2 * work(2_000));
    }
  });
});

describe("suggestions", () => {
  test("name everything that there is to choose from, if that is little", () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `name-${index}`);
    expect(suggestionHint("xyz", [], "No names.")).toBe("No names.");
    expect(suggestionHint("xyz", ["tags"], "No names.")).toBe("Known here: tags.");
    expect(suggestionHint("xyz", names(20), "No names.")).toBe(`Known here: ${names(20).join(", ")}.`);
    expect(suggestionHint("xyz", names(21), "No names.")).toBe("No names.");
  });

  test.each([
    ["enviroments", ["environments", "environment", "name"], "environments"],
    ["host_group", ["hostName", "hostGroup"], "hostGroup"],
    ["tgas", ["tags", "trial"], "tags"],
    ["log_viewer", ["LOG_VIEWER", "VIEWER"], "LOG_VIEWER"],
    ["xyz", ["tags", "trial"], null],
    ["abc", ["abd", "abe"], "abd"],
    ["x".repeat(100), ["x".repeat(100)], null],
  ])("%s", (text, candidates, meant) => {
    expect(suggest(text, candidates)).toBe(meant);
  });
});

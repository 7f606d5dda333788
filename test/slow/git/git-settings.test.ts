import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  isCarried,
  isUnknownExtension,
  listSettings,
  parseSettings,
  settingsText,
} from "../../../src/git/git-settings.ts";
import { gitEnvironment } from "../../support/git-inventory.ts";

const folder = mkdtempSync(join(tmpdir(), "dtsync-settings-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const setting = (key: string) => ({ scope: "local", origin: "file:.git/config", key, value: "x" });

describe("settings of a repository", () => {
  test("come out of Git as they were written, whatever is in them", () => {
    const [letter, byte] = ["abcdefghijklmnopqrstuvwxyz".split(""), fc.integer({ min: 1, max: 255 })];
    const text = fc.array(byte, { maxLength: 12 }).map((codes) => String.fromCharCode(...codes));
    const word = fc
      .array(fc.constantFrom(...letter), { minLength: 1, maxLength: 5 })
      .map((letters) => letters.join(""));
    const subsection = text.map((found) => found.replaceAll("\n", ""));
    const key = fc.oneof(
      fc.tuple(word, word).map(([section, name]) => `${section}.${name}`),
      fc.tuple(word, subsection, word).map((parts) => parts.join(".")),
    );
    const settings = fc.array(fc.record({ key, value: fc.option(text) }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(settings, (given) => {
        const file = join(folder, "config");
        writeFileSync(file, settingsText(given), "latin1");
        const output = execFileSync("git", [...listSettings, "--file", file], { env: gitEnvironment });
        expect(parseSettings(output).map(({ key, value }) => ({ key, value }))).toEqual(given);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    "core.repositoryformatversion",
    "remote.origin.url",
    "remote.my.remote.fetch",
    "http.https://gitlab.example.com/.extraheader",
    "http.proxy",
    "url.https://gitlab.example.com/.insteadof",
    "extensions.objectformat",
  ])("carry %s", (key) => {
    expect(isCarried(setting(key))).toBe(true);
  });

  test.each([
    "core.fsmonitor",
    "remote.origin.uploadpack",
    "remote.origin.vcs",
    "remote.x\n.url.vcs",
    "credential.helper",
    "credential.https://gitlab.example.com.helper",
    "filter.lfs.process",
    "include.path",
    "core.worktree",
    "http.cookiefile",
    "protocol.ext.allow",
    "what.is.tomorrow",
  ])("do not carry %s", (key) => {
    expect(isCarried(setting(key))).toBe(false);
  });

  test("have extensions that change how it is read", () => {
    expect(isUnknownExtension(setting("extensions.tomorrow"))).toBe(true);
    for (const name of ["objectformat", "worktreeconfig", "noop"])
      expect(isUnknownExtension(setting(`extensions.${name}`))).toBe(false);
  });
});

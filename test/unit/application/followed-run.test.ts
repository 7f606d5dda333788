import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { followedRun } from "../../../src/application/followed-run.ts";
import { openJournalFile, readJournalFile } from "../../../src/state/journal-file.ts";
import { ownIdentity } from "../../../src/state/process-identity.ts";
import { aContext } from "../../support/context.ts";
import { journalLines } from "../../support/journal-lines.ts";
import { withFiles } from "../load/load-files.ts";

const step = { host: "web01.abc.example.com", environment: "abc-p1", step: "install" };

/** Follows a step in a folder, and gives what the run says of it. */
async function followIn(folder: string, file: string | null = null): Promise<string> {
  const { context, errors } = aContext({ folder: () => folder });
  const { context: followed, longest } = followedRun(file, context);
  followed.beginStep?.(step)({ result: "ok", words: null });
  expect(longest.of(step.host)?.step).toBe("install");
  expect(longest.of("web02.abc.example.com")).toBeUndefined();
  const path = file ?? journalOf(folder);
  await vi.waitFor(() => expect(errors() !== "" || readFileSync(path, "utf8").endsWith('"ok"}\n')).toBe(true), {
    timeout: 20_000,
  });
  return errors();
}

const journalOf = (folder: string) => join(folder, ".dtsync/journal.jsonl");

test("the journal is for its owner alone, and that of one run comes after that of another", async () => {
  await withFiles({}, async (folder) => {
    const { context } = aContext({ folder: () => folder });
    followedRun(null, context);
    expect(existsSync(join(folder, ".dtsync"))).toBe(false);
    expect(await followIn(folder)).toBe("");
    const earlier = readFileSync(journalOf(folder), "utf8");
    writeFileSync(journalOf(folder), `${earlier}\n`);
    expect(await followIn(folder)).toBe("");
    expect(readFileSync(journalOf(folder), "utf8").startsWith(earlier)).toBe(true);
    expect(statSync(journalOf(folder)).mode & 0o777).toBe(0o600);
    expect(journalLines(readFileSync(journalOf(folder), "utf8"))).toHaveLength(4);
  });
});

test("one that has become large is put aside, and only the last of these is kept", async () => {
  await withFiles({}, async (folder) => {
    mkdirSync(join(folder, ".dtsync"));
    for (const letter of ["a", "b"]) {
      writeFileSync(journalOf(folder), letter.repeat(16_000_001), { mode: 0o600 });
      expect(await followIn(folder)).toBe("");
    }
    expect(readFileSync(join(folder, ".dtsync/journal.1.jsonl"), "utf8").slice(0, 3)).toBe("bbb");
    expect(journalLines(readFileSync(journalOf(folder), "utf8"))).toHaveLength(2);
  });
});

test.each<[string, string, (folder: string) => void]>([
  [
    "a link of the name of the folder",
    ".dtsync is not a folder",
    (folder) => symlinkSync("/tmp", join(folder, ".dtsync")),
  ],
  [
    "a link of the name of the journal",
    "it is a link",
    (folder) => {
      mkdirSync(join(folder, ".dtsync"));
      symlinkSync(join(folder, "other"), journalOf(folder));
    },
  ],
  [
    "a journal that others can write to",
    "others can write",
    (folder) => {
      mkdirSync(join(folder, ".dtsync"));
      writeFileSync(journalOf(folder), "");
      chmodSync(journalOf(folder), 0o666);
    },
  ],
])("%s is not written to, and one warning says so", async (_what, reason, make) => {
  await withFiles({}, async (folder) => {
    make(folder);
    const errors = await followIn(folder);
    expect(errors).toContain(`warn: the steps on hosts are not kept in .dtsync/journal.jsonl: `);
    expect(errors).toContain(reason);
    expect(existsSync(join(folder, "other"))).toBe(false);
  });
});

test("the file of --journal has the steps, and what is to be cleaned up beside them", async () => {
  await withFiles({}, async (folder) => {
    const file = join(folder, "cache/journal.json");
    expect(await followIn(folder, file)).toBe("");
    const own = { ...ownIdentity(), start: "1" };
    const journal = openJournalFile(file, ownIdentity());
    const entry = { format: "dtsync-journal/1", runId: "0123456789ab", process: own, lastToken: 1 } as const;
    await journal.save({ ...entry, tokens: [], directory: "/tmp/x" });
    expect(await followIn(folder, file)).toBe("");
    expect(readJournalFile(file)).toMatchObject([{ runId: "0123456789ab", directory: "/tmp/x" }]);
    expect(journalLines(readFileSync(file, "utf8"))).toHaveLength(4);
    expect(existsSync(join(folder, ".dtsync"))).toBe(false);
  });
});

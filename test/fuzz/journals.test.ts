import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect } from "vitest";
import { cleanUpAfter, installerFolderName } from "../../src/application/clean-up-after.ts";
import { abandonedRuns } from "../../src/state/journal.ts";
import { ownIdentity } from "../../src/state/process-identity.ts";
import { noon } from "../support/builders.ts";
import { silentLog } from "../support/log.ts";
import { type Damage, type DamageToJson, damaged, damagedJson, damageToJson, damageToText } from "./damage.ts";
import { expectMeantWords, fuzz } from "./fuzz.ts";

/*
 * Law: whatever a journal has become, reading it and cleaning up after it ends without an error, removes no folder but the
 * one that bears the name of the run, and asks only for tokens of that run.
 */

const runId = "0123456789ab";
const base = mkdtempSync(join(tmpdir(), "dtsync-fuzz-"));
const folder = join(base, "runs");
const foreign = join(base, "of somebody else");
const own = ownIdentity();

afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A journal, damaged as data or as text. */
const damagedJournal: fc.Arbitrary<readonly DamageToJson[] | readonly Damage[]> = fc.oneof(
  fc.array(damageToJson, { minLength: 1, maxLength: 1 }),
  fc.array(damageToText, { minLength: 1, maxLength: 4 }),
);

const isJsonDamage = (damage: Damage | DamageToJson | undefined): damage is DamageToJson =>
  damage !== undefined && ["replace", "rename", "garble", "repeat"].includes(damage.how) && "value" in damage;

fuzz("journals", damagedJournal, async (damages) => {
  rmSync(base, { recursive: true, force: true });
  for (const path of [folder, foreign]) mkdirSync(path, { recursive: true, mode: 0o700 });
  writeFileSync(join(foreign, "kept"), "");
  const directory = mkdtempSync(join(base, installerFolderName(runId)));
  const entry = {
    format: "dtsync-journal/1",
    runId,
    process: { ...own, start: "1" },
    lastToken: noon.getTime(),
    tokens: [{ cluster: "https://dynatrace.example.com", environment: "abc-p1" }],
    directory,
  };
  const [first] = damages;
  const bytes = isJsonDamage(first)
    ? damagedJson(entry, first)
    : (damages as readonly Damage[]).reduce(damaged, new TextEncoder().encode(JSON.stringify(entry)));
  const path = join(folder, `${runId}.json`);
  writeFileSync(path, bytes, { mode: 0o600 });
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const asked: string[] = [];
  const chain = { removeTokensOf: async (id: string) => void asked.push(id) };
  const tokens = new Map([["https://dynatrace.example.com", chain]]);
  const runs = abandonedRuns(folder, own, warn);
  await cleanUpAfter(runs, { tokens, now: () => noon, log: { ...silentLog, warn } });
  expect(asked.filter((id) => id !== runId)).toEqual([]);
  expect(readdirSync(foreign)).toEqual(["kept"]);
  expectMeantWords(...warnings);
  // What was not understood is still there for somebody to look at.
  if (runs.length === 0) expect(new Uint8Array(readFileSync(path))).toEqual(new Uint8Array(bytes));
});

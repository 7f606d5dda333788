import { describe, expect, test } from "vitest";
import { openKeptReadings } from "../../../src/application/kept-readings.ts";
import type { EnvironmentReading } from "../../../src/model/fleet.ts";
import type { CacheFolder } from "../../../src/state/cache-folder.ts";

const now = Date.parse("2026-03-10T12:00:00Z");
const minute = 60_000;
const url = "https://dynatrace.emea.example.com";

function aCache() {
  const files = new Map<string, string>();
  const cache: CacheFolder = { read: (name) => files.get(name) ?? null, write: (name, text) => files.set(name, text) };
  return { files, cache };
}

const aReading = (at: number): EnvironmentReading => ({
  at,
  hosts: [{ id: "HOST-1", names: ["web01"], version: null }],
  problems: [
    { id: "1", title: "open", severity: "ERROR", start: 1, end: null },
    { id: "2", title: "over", severity: "ERROR", start: 1, end: now - 3 * 24 * 60 * minute },
  ],
});

const open = (cache: CacheFolder, given: { maxAge?: number; days?: number | null; now?: number } = {}) =>
  openKeptReadings({
    ...{ cache, url, maxAge: given.maxAge ?? 5 * minute, days: given.days ?? null },
    now: () => given.now ?? now,
  });

describe("what environments have said", () => {
  test("counts while it is younger than wanted, and of no other time than now", () => {
    const { cache } = aCache();
    const kept = open(cache);
    kept.keep("ABC-p1", aReading(now - 2 * minute));
    kept.keep("abc-p2", aReading(now + minute));
    kept.save();
    expect(open(cache).find("abc-p1")?.at).toBe(now - 2 * minute);
    expect(open(cache, { maxAge: 2 * minute }).find("abc-p1")).toBeNull();
    expect(open(cache, { maxAge: 0 }).find("abc-p1")).toBeNull();
    expect(open(cache).find("abc-p2")).toBeNull();
    expect(open(cache).find("abc-p3")).toBeNull();
  });

  test("counts for as many days of problems as were asked for", () => {
    const { cache } = aCache();
    const kept = open(cache, { days: 7 });
    kept.keep("abc-p1", aReading(now - 1));
    kept.save();
    const problems = (days: number | null) =>
      open(cache, { days })
        .find("abc-p1")
        ?.problems.map(({ id }) => id);
    expect([problems(7), problems(2), problems(null), problems(8)]).toEqual([["1", "2"], ["1"], ["1"], undefined]);
  });

  test("is written now and then, beside what others have written, and not for ages", () => {
    const { cache, files } = aCache();
    const [first, second] = [open(cache), open(cache)];
    first.keep("abc-p1", aReading(now - 2));
    first.keep("abc-old", aReading(now - 25 * 60 * minute));
    for (let number = 0; number < 498; number += 1) first.keep(`many-${number}`, aReading(now - 2));
    expect(files.size).toBe(1);
    second.keep("abc-p1", aReading(now - 3));
    second.keep("abc-p2", aReading(now - 3));
    second.save();
    const after = open(cache);
    expect(after.find("abc-p1")?.at).toBe(now - 2);
    expect(after.find("abc-p2")?.at).toBe(now - 3);
    expect([...files.values()].join("")).not.toContain("abc-old");
  });

  test.each(["", "{", "[]", '{"format":"dtsync-readings/1"}'])("in another form (%s) is nothing", (text) => {
    const { cache, files } = aCache();
    const kept = open(cache);
    kept.keep("abc-p1", aReading(now));
    kept.save();
    const [name = ""] = files.keys();
    const whole = JSON.parse(files.get(name) ?? "") as { environments: { "abc-p1": { reading: object } } };
    files.set(name, text);
    expect(open(cache).find("abc-p1")).toBeNull();
    files.set(name, JSON.stringify({ ...whole, environments: { "abc-p1": { days: null, reading: { at: now } } } }));
    expect(open(cache).find("abc-p1")).toBeNull();
  });
});

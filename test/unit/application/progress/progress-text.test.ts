import { describe, expect, test } from "vitest";
import { countLines, progressLine, progressRegion } from "../../../../src/application/progress/progress-text.ts";
import type { Counts } from "../../../../src/application/progress/tally.ts";
import { displayWidth } from "../../../../src/lib/display-width.ts";
import { painter } from "../../../../src/lib/printable.ts";

const plain = painter(false);
const coloured = painter(true);

const countsOf = (given: Partial<Counts>): Counts => ({
  title: "hosts",
  total: 3000,
  done: 0,
  failed: 0,
  notMade: 0,
  running: 0,
  awaited: 0,
  rate: null,
  secondsLeft: null,
  longest: [],
  ...given,
});
const stateOf = (stage: string, counts: readonly Counts[], interrupted = false) => ({
  ...{ stage, counts, interrupted },
  environments: [],
});
const clusters = countsOf({ title: "clusters", total: 3, done: 2 });

describe("the line of a log", () => {
  test("has counts, rate and time left", () => {
    const hosts = countsOf({ done: 120, rate: 12, secondsLeft: 240 });
    expect(progressLine(stateOf("reading", [clusters, hosts]))).toBe(
      "reading: clusters 2/3, hosts 120/3000, 12/s, about 4 min left",
    );
  });

  test("has what failed, what was not made, what runs longest, and that it was interrupted", () => {
    const longest = ["a", "b", "c", "d"].map((name, index) => ({ name: `host/${name}`, seconds: 40 - index }));
    const hosts = countsOf({ done: 120, failed: 2, notMade: 5, running: 50, longest });
    expect(progressLine(stateOf("applying", [hosts], true))).toBe(
      "applying: hosts 120/3000 (2 failed, 5 not made), longest: host/a 40 s, host/b 39 s, host/c 38 s, interrupted: finishing what is running",
    );
  });

  test.each<[number, string]>([
    [0.2, "1 s"],
    [7, "7 s"],
    [31, "35 s"],
    [89, "90 s"],
    [91, "2 min"],
    [59 * 60, "59 min"],
    [60 * 60, "1 h"],
    [92 * 60, "1 h 35 min"],
    [118 * 60, "2 h"],
  ])("tells %d s left as about %s", (secondsLeft, text) => {
    expect(progressLine(stateOf("reading", [countsOf({ done: 1, rate: 1, secondsLeft })]))).toContain(
      `, about ${text} left`,
    );
  });

  test.each<[number, string]>([
    [120.4, "120/s"],
    [2.345, "2.3/s"],
    [0.5, "30/min"],
    [0.02, "1.2/min"],
  ])("tells a rate of %d as %s", (rate, text) => {
    expect(progressLine(stateOf("reading", [countsOf({ done: 1, rate, secondsLeft: 5 })]))).toContain(`, ${text}, `);
  });
});

describe("on a terminal", () => {
  const groups = countsOf({ title: "groups", total: 18, done: 18 });

  test("each kind is a line in columns, with what runs longest below", () => {
    const hosts = countsOf({
      done: 120,
      running: 2,
      rate: 12,
      secondsLeft: 240,
      longest: [{ name: "web01", seconds: 34.7 }],
    });
    expect(progressRegion(stateOf("applying", [groups, hosts]), plain, 80)).toEqual([
      "✔ Groups  18/18",
      "▸ Hosts   120/3000   12/s  about 4 min left",
      "  longest: web01 34 s, 1 more",
    ]);
  });

  test("as many names are shown as there is room for", () => {
    const longest = Array.from({ length: 10 }, (_, index) => ({
      name: `host/web${10 + index}.abc.example.com`,
      seconds: 60 - index,
    }));
    const state = stateOf("applying", [countsOf({ running: 50, longest })]);
    const [narrow, wide] = [80, 200].map((columns) => progressRegion(state, plain, columns)[1] ?? "");
    expect(narrow).toBe("  longest: host/web10.abc.example.com 60 s, 49 more");
    expect(wide?.match(/host\//g)).toHaveLength(5);
    expect(displayWidth(wide ?? "")).toBeLessThanOrEqual(200);
  });

  test("what has just begun is not named, and what is named cannot move the cursor", () => {
    const longest = [
      { name: "host/\u001b[2Jweb", seconds: 5 },
      { name: "host/new", seconds: 1 },
    ];
    const region = progressRegion(stateOf("applying", [countsOf({ running: 2, longest })]), plain, 80);
    expect(region[1]).toBe("  longest: host/\\u001b[2Jweb 5 s, 1 more");
  });

  test("what runs for long is told in minutes", () => {
    const longest = [185, 119].map((seconds, index) => ({ name: `host/web${index}`, seconds }));
    const region = progressRegion(stateOf("applying", [countsOf({ running: 2, longest })]), plain, 80);
    expect(region[1]).toBe("  longest: host/web0 3 min, host/web1 119 s");
  });

  test("many environments, whatever they are called, take a few lines of 80 columns", () => {
    const environments = Array.from({ length: 300 }, (_, index) => ({
      environment: `${"e".repeat(index % 70)}\u001b[2J${index}`,
      wave: index < 20 ? "batch 100 of 1000" : index < 200 ? "canary" : null,
      ...{ total: 12_000, done: index < 20 ? 11_999 : index < 200 ? 12_000 : 0, failed: 1_999, awaited: 9_999 },
    }));
    const region = progressRegion({ ...stateOf("applying", []), environments }, plain, 80);
    expect(region).toHaveLength(9);
    for (const line of region) expect(displayWidth(line)).toBeLessThanOrEqual(100);
    expect(region.at(-1)).toBe("  292 more environments: 12 under way, 180 done, 100 to come");
    expect(region.join("\n")).not.toContain("\u001b");
  });

  test("an interrupt is told", () => {
    expect(progressRegion(stateOf("applying", [groups], true), plain, 80).at(-1)).toContain(
      "finishing what is running",
    );
  });

  test.each<[string, Partial<Counts>, string, string]>([
    ["all done", { done: 3000 }, "✔", "green"],
    ["failures", { done: 3000, failed: 1 }, "✖", "red"],
    ["failures while it runs", { done: 5, failed: 1, running: 3 }, "✖", "red"],
    ["what was not made", { done: 3000, notMade: 1 }, "!", "yellow"],
    ["work under way", { done: 5, running: 1 }, "▸", "cyan"],
  ])("the mark for %s", (_name, counts, mark, style) => {
    const [line] = countLines([countsOf(counts)], coloured);
    expect(line).toMatch(new RegExp(`^${coloured(style as "red", mark).replaceAll("[", "\\[")} Hosts`));
    if (style !== "green") expect(line).not.toContain(coloured("green", "").slice(0, 5));
  });
});

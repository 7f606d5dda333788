// What the benchmarks share: running a program for its wall time and memory, and rows of a table.
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Loaded before a measured program: tells its peak of memory (kB) and its processor time (µs) on a pipe of its own. */
const usageReporter =
  'import { writeSync } from "node:fs"; process.once("exit", () => { const usage = process.resourceUsage(); writeSync(3, [usage.maxRSS, usage.userCPUTime + usage.systemCPUTime].join(" ")); });';

/** Program that reads and parses a folder with the YAML library alone: what a reader with this library cannot beat. */
export const parseAlone = fileURLToPath(import.meta.url);

/** Runs Node.js and gives its wall time, its own peak of memory and processor time, and what it printed. */
export function measure(parameters, environment = {}, options = {}) {
  return new Promise((done, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(
      process.execPath,
      ["--import", `data:text/javascript,${encodeURIComponent(usageReporter)}`, ...parameters],
      {
        ...options,
        env: { ...process.env, ...environment },
        stdio: ["ignore", "pipe", "pipe", "pipe"],
      },
    );
    const texts = ["", "", "", ""];
    for (const index of [1, 2, 3]) child.stdio[index].on("data", (chunk) => (texts[index] += chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      const [kilobytes = 0, microseconds = 0] = texts[3].split(" ").map(Number);
      if (code === 0) done({ seconds, megabytes: kilobytes / 1_024, processor: microseconds / 1e6, output: texts[1] });
      else reject(new Error(`${parameters.join(" ")} ended with ${code}: ${texts[2]}`));
    });
  });
}

const median = (values) => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];

export const medians = (runs) => ({
  seconds: median(runs.map(({ seconds }) => seconds)),
  megabytes: median(runs.map(({ megabytes }) => megabytes)),
});

export const seconds = (value) => `${value.toFixed(2)} s`;
export const megabytes = (value) => `${Math.round(value)} MB`;
export const times = (value, base) => `${(value / base).toFixed(2)}x`;

/** A line of a table; `kept` is null where there is no budget. */
export const row = (name, value, ratio, limit, kept) =>
  [
    name.padEnd(52),
    value.padStart(10),
    ratio.padStart(9),
    limit.padStart(12),
    kept === null ? "" : kept ? "ok" : "OVER",
  ]
    .join("  ")
    .trimEnd();

if (process.argv[1] === parseAlone) {
  const { parse } = await import("yaml");
  const directory = process.argv[2];
  for (const name of await readdir(directory, { recursive: true })) {
    if (name.endsWith(".yaml")) parse(await readFile(join(directory, name), "utf8"));
  }
}

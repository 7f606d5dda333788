// Measures how dtsync asks clusters, against what the requests need on their way:
//   npm run bench:cluster [-- [--only create|plan|import]... [--profile FOLDER]]
// Serves simulated clusters from a process of their own with 30 ms on the way, and counts what reaches them: requests by
// kind, how many are in flight, and the longest chain of requests each of which began after the one before had ended.
import { fork } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadSimulation } from "./built.js";
import { measure, megabytes, row, seconds, times } from "./measure.js";

const latency = 30;
/** What a cluster of the generated inventory takes at once. */
const inFlight = 16;

const self = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: { only: { type: "string", multiple: true }, profile: { type: "string" } },
  allowPositionals: true,
});
/** What runs dtsync, with a profile of its processor time where one is wanted. */
const dtsync = [
  ...(options.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${options.profile}`]),
  join(root, "dist/cli.js"),
];
const print = (line) => process.stdout.write(`${line}\n`);

/** The clusters of the inventory, holding what it declares or nothing, until the parent lets go; a message asks for the counts. */
async function serve(directory, content) {
  const { inventory, create, serveCluster, seedOf } = await loadSimulation(directory);
  const served = [];
  for (const [index, { name }] of inventory.clusters.entries()) {
    const seed = content === "full" ? { seed: seedOf(name) } : {};
    const cluster = create(name, { random: index + 1, ...seed });
    const exchanges = [];
    const respond = async (request) => {
      const exchange = { kind: kindOf(request), begin: performance.now() - latency, end: Number.POSITIVE_INFINITY };
      exchanges.push(exchange);
      const response = await cluster.respond(request);
      exchange.end = performance.now();
      exchange.status = response.status;
      return response;
    };
    const { url } = await serveCluster({ ...cluster, respond }, { latency });
    served.push({ name, url, token: cluster.clusterToken, exchanges, cluster });
  }
  process.once("disconnect", () => process.exit());
  process.on("message", () => {
    process.send(
      served.map(({ name, exchanges, cluster }) => ({ name, ...traffic(exchanges), ...contentOf(cluster) })),
    );
    for (const { exchanges } of served) exchanges.length = 0;
  });
  process.send(served.map(({ name, url, token }) => ({ name, url, token })));
}

function contentOf(cluster) {
  const { environments, groups } = cluster.snapshot();
  return { environments: environments.length, groups: groups.length };
}

/** What a request is about, without the name of what it is about. */
function kindOf({ method, url }) {
  const { pathname } = new URL(url);
  const kind = pathname
    .replace(/^\/e\/[^/]+/, "/e/…")
    .replace(/\/(environments?|groups)\/[^/]+/, "/$1/…")
    .replace(/^\/api\/(cluster\/v2|v1\.0\/onpremise)/, "");
  return `${method} ${kind}`;
}

/** Requests by kind, the mean and the most in flight, and the longest chain of requests one after the other. */
function traffic(exchanges) {
  const kinds = {};
  for (const { kind } of exchanges) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const moves = exchanges.flatMap(({ begin, end }) => [
    [begin, 1],
    [end, -1],
  ]);
  let now = 0;
  let most = 0;
  for (const [, move] of moves.sort(([left], [right]) => left - right)) {
    now += move;
    most = Math.max(most, now);
  }
  const begin = Math.min(...exchanges.map((exchange) => exchange.begin));
  const end = Math.max(...exchanges.map((exchange) => exchange.end));
  const busy = exchanges.reduce((sum, exchange) => sum + exchange.end - exchange.begin, 0);
  return {
    ...{ kinds, most, requests: exchanges.length, refused: exchanges.filter(({ status }) => status >= 400).length },
    mean: busy / (end - begin),
    seconds: (end - begin) / 1_000,
    chain: longestChain(exchanges),
  };
}

/** Of the request that ends last: the one before it that ended last when it began, and so on. */
function longestChain(exchanges) {
  const byEnd = [...exchanges].sort((left, right) => left.end - right.end);
  let trips = 0;
  let milliseconds = 0;
  let before = Number.POSITIVE_INFINITY;
  for (const { begin, end } of byEnd.reverse()) {
    // Latency is added after the fact, so a request that follows another seems to begin a little before its end.
    if (end > before + 5) continue;
    trips += 1;
    milliseconds += end - begin;
    before = begin;
  }
  return { trips, seconds: milliseconds / 1_000 };
}

/** Starts the clusters of an inventory and gives how to reach and ask them. */
async function startClusters(inventory, content) {
  const child = fork(self, ["serve", inventory, content]);
  const told = () =>
    new Promise((done, reject) => {
      child.once("message", done);
      child.once("exit", (code) => reject(new Error(`the simulated clusters ended with ${code}`)));
    });
  const served = await told();
  return {
    lead: served.flatMap(({ name, url }) => ["--set", `clusters.${name}.url=${url}`]),
    tokens: Object.fromEntries(served.map(({ name, token }) => [`DTSYNC_TOKEN_${name.toUpperCase()}`, token])),
    served,
    async counts() {
      const counted = told();
      child.send("count");
      return counted;
    },
    close: () => child.disconnect(),
  };
}

function printTraffic({ name, kinds, requests, refused, mean, most, chain }) {
  print(
    `${name}: ${requests} requests, ${refused} refused; in flight ${mean.toFixed(1)} on average, ${most} at most; longest chain ${chain.trips} round trips, ${seconds(chain.seconds)}`,
  );
  for (const [kind, count] of Object.entries(kinds).sort(([, left], [, right]) => right - left))
    print(`  ${String(count).padStart(6)}  ${kind}`);
}

const header = () => print(row("", "time", "ratio", "budget", null));

/** A line of the table; a budget that was not kept makes the whole run fail. */
function line(name, value, base, budget) {
  const kept = budget === null ? null : value <= budget * base;
  if (kept === false) process.exitCode = 1;
  print(row(name, seconds(value), times(value, base), budget === null ? "" : times(budget, 1), kept));
}

function limit(name, value, most, show) {
  if (value > most) process.exitCode = 1;
  print(row(name, show(value), "", show(most), value <= most));
}

async function generate(directory, environments, customers, clusters) {
  const inventory = join(directory, "inventory");
  const numbers = [environments, customers, 0, clusters].map(String);
  await measure([join(root, "scripts/generate-inventory.js"), inventory, ...numbers]);
  return inventory;
}

/** 1,000 environments and 250 groups on an empty cluster. */
async function create(directory) {
  const most = { requests: 2_200, ratio: 1.25 };
  const inventory = await generate(directory, 1_000, 124, 1);
  const clusters = await startClusters(inventory, "empty");
  try {
    const log = join(directory, "log.jsonl");
    const command = ["apply", "--auto-approve", "--inventory", inventory, "--hosts", "skip", "--format", "json"];
    const logging = ["--no-progress", "--log-format", "json", "--log-file", log, "--log-level", "info"];
    const run = await measure([...dtsync, ...command, ...logging, ...clusters.lead], clusters.tokens, {
      cwd: directory,
    });
    const [count] = await clusters.counts();
    const { summary } = JSON.parse(run.output);
    const needed = (count.requests * latency) / inFlight / 1_000;
    print(`\n1,000 environments and 250 groups made on a cluster ${latency} ms away, ${inFlight} requests in flight`);
    header();
    line("requests x latency / in flight", needed, needed, null);
    line("the changes", await timeOfChanges(log), needed, most.ratio);
    line("the whole of dtsync apply", run.seconds, needed, null);
    print(row("  its processor time", seconds(run.processor), "", "", null));
    limit("requests", count.requests, most.requests, String);
    printTraffic(count);
    print(`there now: ${count.environments} environments, ${count.groups} groups; done: ${summary.done}`);
    if (count.environments !== 1_000 || count.groups < 250 || summary.failed > 0) process.exitCode = 1;
  } finally {
    clusters.close();
  }
}

/** Seconds from the first change that began to the last that ended. */
async function timeOfChanges(log) {
  const entries = (await readFile(log, "utf8"))
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text));
  const at = entries
    .filter(({ message }) => /^change (begins|ended)$/.test(message))
    .map(({ time }) => Date.parse(time));
  return (Math.max(...at) - Math.min(...at)) / 1_000;
}

const median = (runs) => [...runs].sort((left, right) => left.seconds - right.seconds)[Math.floor(runs.length / 2)];

/** 5,000 environments and 1,500 groups on two clusters that have them all. */
async function plan(directory) {
  const most = { ratio: 1.3, megabytes: 300 };
  const inventory = await generate(directory, 5_000, 748, 2);
  const clusters = await startClusters(inventory, "full");
  try {
    const folders = ["cold", "warm"].map((name) => ({ XDG_CACHE_HOME: join(directory, name) }));
    const [cold, warm] = folders.map((folder) => ({ ...clusters.tokens, ...folder }));
    const common = ["--inventory", inventory, "--format", "json", ...clusters.lead];
    const validate = [...dtsync, "validate", ...common];
    const planned = [...dtsync, "plan", "--hosts", "skip", "--no-progress", ...common];
    const runs = { validate: [], plan: [], validateAgain: [], planAgain: [], counts: [] };
    for (let round = 0; round < 3; round += 1) {
      for (const [command, into] of [
        [validate, runs.validate],
        [planned, runs.plan],
      ]) {
        await rm(cold.XDG_CACHE_HOME, { recursive: true, force: true });
        into.push(await measure(command, cold));
      }
      runs.counts = await clusters.counts();
      runs.validateAgain.push(await measure(validate, warm));
      runs.planAgain.push(await measure(planned, warm));
      await clusters.counts();
    }
    const chain = Math.max(...runs.counts.map((count) => count.chain.seconds));
    const [alone, first, aloneAgain, again] = [runs.validate, runs.plan, runs.validateAgain, runs.planAgain].map(
      median,
    );
    print(`\n5,000 environments and 1,500 groups on two clusters ${latency} ms away; medians of ${runs.plan.length}`);
    header();
    line("longest chain of round trips", chain, chain + alone.seconds, null);
    line("dtsync validate, with nothing kept", alone.seconds, chain + alone.seconds, null);
    line("dtsync plan, with nothing kept", first.seconds, chain + alone.seconds, most.ratio);
    line("  processor time of validate", alone.processor, alone.processor, null);
    line("  processor time of plan", first.processor, alone.processor, null);
    limit("  its peak of memory", first.megabytes, most.megabytes, megabytes);
    line("dtsync validate, unchanged", aloneAgain.seconds, chain + aloneAgain.seconds, null);
    line("dtsync plan, unchanged", again.seconds, chain + aloneAgain.seconds, null);
    line("  processor time of plan", again.processor, alone.processor, null);
    limit("  its peak of memory", again.megabytes, most.megabytes, megabytes);
    for (const count of runs.counts) printTraffic(count);
    print(`changes in the plan: ${JSON.parse(first.output).changes.length}`);
  } finally {
    clusters.close();
  }
}

/** Every page of a list one after the other, and all groups beside them: what the bare reading of a cluster takes. */
async function readBare(url, token) {
  const ask = async (path) =>
    (
      await fetch(`${url}${path}`, { headers: { authorization: `Api-Token ${token}`, accept: "application/json" } })
    ).json();
  const pages = async () => {
    const path = "/api/cluster/v2/environments";
    let query = "pageSize=1000&sort=name&includeConsumptionInfo=true&includeStorageInfo=true";
    let found = 0;
    while (query !== null) {
      const { environments, nextPageKey } = await ask(`${path}?${query}`);
      found += environments.length;
      query = nextPageKey ? new URLSearchParams({ nextPageKey }).toString() : null;
    }
    return found;
  };
  const [environments, groups] = await Promise.all([pages(), ask("/api/v1.0/onpremise/groups")]);
  print(`${environments} environments, ${groups.length} groups`);
}

/** An inventory from a cluster of 5,000 environments. */
async function importAll(directory) {
  const most = { ratio: 3 };
  const inventory = await generate(directory, 5_000, 748, 1);
  const clusters = await startClusters(inventory, "full");
  try {
    const [{ name, url, token }] = clusters.served;
    const bare = await measure([self, "bare", url], { DTSYNC_TOKEN_BARE: token });
    await clusters.counts();
    const target = join(directory, "imported");
    const command = ["import", "--cluster", name, "--url", url, "--inventory", target, "--no-progress"];
    const run = await measure([...dtsync, ...command], clusters.tokens);
    const counts = await clusters.counts();
    print(`\n5,000 environments imported from a cluster ${latency} ms away`);
    header();
    line("the same reading in the bare", bare.seconds, bare.seconds, null);
    line("dtsync import", run.seconds, bare.seconds, most.ratio);
    print(row("  its processor time", seconds(run.processor), "", "", null));
    print(row("  its peak of memory", megabytes(run.megabytes), "", "", null));
    for (const count of counts) printTraffic(count);
  } finally {
    clusters.close();
  }
}

const parts = { create, plan, import: importAll };

async function main() {
  print(`Node ${process.version}`);
  for (const [name, part] of Object.entries(parts)) {
    if (options.only !== undefined && !options.only.includes(name)) continue;
    const directory = await mkdtemp(join(tmpdir(), "dtsync-bench-cluster-"));
    await part(directory).finally(() => rm(directory, { recursive: true, force: true }));
  }
}

const [first, second, third] = process.argv.slice(2);
if (first === "serve") await serve(second, third);
else if (first === "bare") await readBare(second, process.env.DTSYNC_TOKEN_BARE);
else await main();

// What the benchmarks share that ask every environment: a generated inventory, its two clusters, each served by a process of
// its own with some milliseconds on the way, and a command that is measured against the time that its requests need there.
import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { loadSimulation } from "./built.js";
import { measure, megabytes, row, seconds, times } from "./measure.js";

const budget = 1.3;
/** What a cluster of the generated inventory takes at once. */
const inFlight = 16;
const hour = 3_600_000;

const self = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));

/** One cluster of the inventory until the parent lets go; each message is answered with what happened so far. */
async function serve(directory, name, latency) {
  const { inventory, create, serveCluster, seedOf } = await loadSimulation(directory);
  const cluster = create(name, { seed: { ...seedOf(name), ...livingSeed(inventory, name) } });
  const { url } = await serveCluster(cluster, { latency });
  process.once("disconnect", () => process.exit());
  process.on("message", () => process.send(countsOf(cluster)));
  process.send({ name, url, token: cluster.clusterToken });
}

/** Every declared host with an agent, and a problem in every tenth environment. */
function livingSeed({ hosts, environments }, name) {
  const now = Date.now();
  const agents = hosts
    .filter(({ cluster }) => cluster === name)
    .map((host, index) => ({
      environment: host.environment,
      host: { name: host.name, id: index.toString(16).padStart(16, "0"), version: "1.313.52.20250602-150703" },
      ...{ firstSeen: now - hour, lastSeen: now, availability: "MONITORED", detailedAvailability: "MONITORED" },
    }));
  const problems = environments
    .filter(({ cluster }, index) => cluster === name && index % 10 === 0)
    .map(({ id }, index) => ({
      ...{
        environment: id,
        problemId: `${index}_V2`,
        displayId: `P-${index}`,
        title: "CPU saturation",
        status: "OPEN",
      },
      ...{ severityLevel: "RESOURCE_CONTENTION", impactLevel: "INFRASTRUCTURE", startTime: now - hour, endTime: -1 },
    }));
  return { agents, problems };
}

/** Requests so far, tokens that are left although they could have been revoked, and what serving has cost, in seconds. */
function countsOf(cluster) {
  const alive = cluster.snapshot().tokens.filter(({ name, scopes }) => /^dtsync run /.test(name) && !manages(scopes));
  const { user, system } = process.cpuUsage();
  return {
    requests: cluster.requests.length,
    refused: cluster.requests.filter(({ status }) => status >= 400).length,
    left: alive.length,
    processor: (user + system) / 1e6,
  };
}

const manages = (scopes) => scopes.includes("TenantTokenManagement");

/** The same number of requests in the bare, as many in flight: what the machine makes of them at this moment. */
async function askBare(numberOfEach, urls) {
  const askOne = async (url, left) => {
    while (left.count > 0) {
      left.count -= 1;
      await (await fetch(url)).text();
    }
  };
  await Promise.all(
    urls.flatMap((url) => {
      const left = { count: numberOfEach };
      return Array.from({ length: inFlight }, () => askOne(`${url}/rest/health`, left));
    }),
  );
}

/** A process that serves a cluster, and its next message. */
async function startCluster(inventory, name, latency) {
  const child = fork(self, ["serve", inventory, name, String(latency)]);
  const told = () =>
    new Promise((done, reject) => {
      child.once("message", done);
      child.once("exit", (code) => reject(new Error(`the simulated cluster ${name} ended with ${code}`)));
    });
  const { url, token } = await told();
  const counts = async () => {
    const counted = told();
    child.send("count");
    return { name, ...(await counted) };
  };
  return { name, url, token, counts, stop: () => child.disconnect() };
}

/**
 * Measures a command of dtsync against so many environments. `hosts`: how many are declared; `answered`: how many environments
 * have answered, by what it printed. Ends the process with 1 when it is over its budget or one did not answer.
 */
export async function benchFleet({ title, words, answered, environments, hosts, latency }) {
  const directory = await mkdtemp(join(tmpdir(), "dtsync-bench-fleet-"));
  const inventory = join(directory, "inventory");
  const clusters = [];
  try {
    const numbers = [environments, Math.ceil(environments / 3), hosts].map(String);
    await measure([join(root, "scripts/generate-inventory.js"), inventory, ...numbers]);
    for (const name of ["emea", "apac"]) clusters.push(await startCluster(inventory, name, latency));
    const lead = clusters.flatMap(({ name, url }) => ["--set", `clusters.${name}.url=${url}`]);
    const tokens = Object.fromEntries(clusters.map(({ name, token }) => [`DTSYNC_TOKEN_${name.toUpperCase()}`, token]));
    const home = { XDG_STATE_HOME: join(directory, "state"), XDG_CACHE_HOME: join(directory, "cache") };
    const command = [...words, "--inventory", inventory, "--no-progress", ...lead];
    const before = await Promise.all(clusters.map(({ counts }) => counts()));
    const run = await measure([...nodeOptions(), join(root, "dist/cli.js"), ...command], { ...tokens, ...home });
    const after = await Promise.all(clusters.map(({ counts }) => counts()));
    const most = Math.max(...after.map(({ requests }) => requests));
    const bare = await measure([self, "bare", String(most), ...clusters.map(({ url }) => url)]);
    const serving = after.reduce((sum, { processor }, index) => sum + processor - before[index].processor, 0);
    print({ title, run, bare, counts: after, most, serving, answers: answered(run.output), environments, latency });
  } finally {
    for (const { stop } of clusters) stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** For the measured program, such as `--cpu-prof`, from the variable `DTSYNC_BENCH_NODE`. */
const nodeOptions = () => (process.env["DTSYNC_BENCH_NODE"] ?? "").split(" ").filter((option) => option !== "");

function print({ title, run, bare, counts, most, serving, answers, environments, latency }) {
  const needed = (most * latency) / inFlight / 1_000;
  const kept = run.seconds <= budget * needed;
  const lines = [
    `${environments} environments on ${counts.length} clusters ${latency} ms away, ${inFlight} requests in flight each; Node ${process.version}`,
    "",
    row("", "time", "ratio", "budget", null),
    row("requests x latency / in flight", seconds(needed), "1.00x", "", null),
    row("as many requests in the bare", seconds(bare.seconds), times(bare.seconds, needed), "", null),
    row(title, seconds(run.seconds), times(run.seconds, needed), times(budget, 1), kept),
    row("  its processor time", seconds(run.processor), "", "", null),
    row("  its peak of memory", megabytes(run.megabytes), "", "", null),
    row("  processor time of the simulated clusters meanwhile", seconds(serving), "", "", null),
    "",
    ...counts.map(
      ({ name, requests, refused, left }) => `${name}: ${requests} requests, ${refused} refused, ${left} tokens left`,
    ),
    `answers: ${answers}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (!kept || answers !== environments) process.exitCode = 1;
}

const [task, ...given] = process.argv[1] === self ? process.argv.slice(2) : [];
if (task === "serve") await serve(given[0], given[1], Number(given[2]));
else if (task === "bare") await askBare(Number(given[0]), given.slice(1));

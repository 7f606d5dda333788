// Measures one question to every environment, against the time that the requests need on their way:
//   npm run bench:api [-- ENVIRONMENTS [LATENCY]]
// Generates an inventory, serves its two clusters from a process of their own with some milliseconds on the way, and runs
// `dtsync api` against them. The budget is 1.3 times requests x latency / requests in flight, of the cluster with the most.
import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { measure, megabytes, row, seconds, times } from "./measure.js";

const budget = 1.3;
/** What a cluster of the generated inventory takes at once. */
const inFlight = 16;

const self = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));
const built = (path) => import(pathToFileURL(join(root, "dist", path)).href);

/** The clusters of the inventory until the parent lets go; each message is answered with the requests so far. */
async function serve(directory, latency) {
  const [{ loadInventory }, { createSimulatedCluster }, { serveCluster }, { seedFromInventory }] = await Promise.all([
    built("load/load-inventory.js"),
    built("sandbox/cluster/simulated-cluster.js"),
    built("sandbox/cluster/serve-cluster.js"),
    built("sandbox/seed-from-inventory.js"),
  ]);
  const { inventory } = await loadInventory({ directory, set: [], rootCertificate: null, home: directory });
  const clock = { now: () => new Date(), sleep: (ms) => new Promise((done) => setTimeout(done, ms)) };
  const clusters = [];
  for (const [index, { name }] of inventory.clusters.entries()) {
    const cluster = createSimulatedCluster({
      name,
      clock,
      random: index + 1,
      seed: seedFromInventory(inventory, name),
      buildInstaller: () => new Uint8Array(),
      installerVersions: ["1.313.52.20250602-150703"],
    });
    const { url } = await serveCluster(cluster, { latency });
    clusters.push({ name, url, cluster });
  }
  process.once("disconnect", () => process.exit());
  process.on("message", () => process.send(clusters.map(({ name, cluster }) => ({ name, ...countsOf(cluster) }))));
  process.send(clusters.map(({ name, url, cluster }) => ({ name, url, token: cluster.clusterToken })));
}

/** Requests so far, and tokens that are left although they could have been revoked. */
function countsOf(cluster) {
  const alive = cluster.snapshot().tokens.filter(({ name, scopes }) => /^dtsync run /.test(name) && !manages(scopes));
  return {
    requests: cluster.requests.length,
    refused: cluster.requests.filter(({ status }) => status >= 400).length,
    left: alive.length,
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

async function main(environments, latency) {
  const directory = await mkdtemp(join(tmpdir(), "dtsync-bench-api-"));
  const inventory = join(directory, "inventory");
  let clusters;
  const told = () =>
    new Promise((done, reject) => {
      clusters.once("message", done);
      clusters.once("exit", (code) => reject(new Error(`the simulated clusters ended with ${code}`)));
    });
  try {
    const numbers = [environments, Math.ceil(environments / 3), environments].map(String);
    await measure([join(root, "scripts/generate-inventory.js"), inventory, ...numbers]);
    clusters = fork(self, ["serve", inventory, String(latency)]);
    const served = await told();
    const lead = served.flatMap(({ name, url }) => ["--set", `clusters.${name}.url=${url}`]);
    const tokens = Object.fromEntries(served.map(({ name, token }) => [`DTSYNC_TOKEN_${name.toUpperCase()}`, token]));
    const home = { XDG_STATE_HOME: join(directory, "state"), XDG_CACHE_HOME: join(directory, "cache") };
    const command = ["api", "/api/v2/problems", "--inventory", inventory, "--no-progress", ...lead];
    const run = await measure([join(root, "dist/cli.js"), ...command], { ...tokens, ...home });
    const counted = told();
    clusters.send("count");
    const counts = await counted;
    const most = Math.max(...counts.map(({ requests }) => requests));
    const bare = await measure([self, "bare", String(most), ...served.map(({ url }) => url)]);
    print({ run, bare, counts, most }, environments, latency);
  } finally {
    clusters?.disconnect();
    await rm(directory, { recursive: true, force: true });
  }
}

function print({ run, bare, counts, most }, environments, latency) {
  const answered = run.output.split("\n").filter((line) => line.includes('"status":200')).length;
  const needed = (most * latency) / inFlight / 1_000;
  const kept = run.seconds <= budget * needed;
  const lines = [
    `${environments} environments on ${counts.length} clusters ${latency} ms away, ${inFlight} requests in flight each; Node ${process.version}`,
    "",
    row("", "time", "ratio", "budget", null),
    row("requests x latency / in flight", seconds(needed), "1.00x", "", null),
    row("as many requests in the bare", seconds(bare.seconds), times(bare.seconds, needed), "", null),
    row("dtsync api", seconds(run.seconds), times(run.seconds, needed), times(budget, 1), kept),
    row("  its processor time", seconds(run.processor), "", "", null),
    row("  its peak of memory", megabytes(run.megabytes), "", "", null),
    "",
    ...counts.map(
      ({ name, requests, refused, left }) => `${name}: ${requests} requests, ${refused} refused, ${left} tokens left`,
    ),
    `answers: ${answered}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (!kept || answered !== environments) process.exitCode = 1;
}

const [first = "2900", second = "200", third] = process.argv.slice(2);
if (first === "serve") await serve(second, Number(third));
else if (first === "bare") await askBare(Number(second), process.argv.slice(4));
else await main(Number(first), Number(second));

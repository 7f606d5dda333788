// Measures the program on a large fleet, against a budget that is relative to this machine:
//   npm run bench [-- ROUNDS]
// Generates an inventory of 1,500 files, serves its two clusters from a process of their own with 30 ms on the way, and
// measures in turns (a) reading and parsing the files with the YAML library alone and (b) a whole `dtsync plan`.
import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { loadSimulation } from "./built.js";
import { measure, medians, megabytes, parseAlone, row, seconds, times } from "./measure.js";

const fleet = { environments: 5_000, customers: 1_499, hosts: 12_000 };
const latency = 30;
const budget = { extraSeconds: 1.5, megabytes: 350 };

const self = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));

/** The clusters of the inventory, holding what it declares, until the parent lets go. */
async function serve(directory) {
  const { inventory, create, serveCluster, seedOf } = await loadSimulation(directory);
  const served = await Promise.all(
    inventory.clusters.map(async ({ name }, index) => {
      const cluster = create(name, { random: index + 1, seed: seedOf(name) });
      const { url } = await serveCluster(cluster, { latency });
      return { name, url, token: cluster.clusterToken };
    }),
  );
  process.once("disconnect", () => process.exit());
  process.send(served);
}

async function main(rounds) {
  const directory = await mkdtemp(join(tmpdir(), "dtsync-bench-"));
  const inventory = join(directory, "inventory");
  let clusters;
  try {
    const numbers = [fleet.environments, fleet.customers, fleet.hosts].map(String);
    await measure([join(root, "scripts/generate-inventory.js"), inventory, ...numbers]);
    clusters = fork(self, ["serve", inventory]);
    const served = await new Promise((done, reject) => {
      clusters.once("message", done);
      clusters.once("exit", (code) => reject(new Error(`the simulated clusters ended with ${code}`)));
    });
    const cli = join(root, "dist/cli.js");
    const lead = served.flatMap(({ name, url }) => ["--set", `clusters.${name}.url=${url}`]);
    const tokens = Object.fromEntries(served.map(({ name, token }) => [`DTSYNC_TOKEN_${name.toUpperCase()}`, token]));
    const plan = ["plan", "--inventory", inventory, "--hosts", "skip", "--format", "json", ...lead];
    const runs = { parse: [], plan: [], help: [], node: [] };
    for (let round = 0; round < rounds; round += 1) {
      runs.parse.push(await measure([parseAlone, inventory]));
      runs.plan.push(await measure([cli, ...plan], tokens));
      runs.node.push(await measure(["--eval", ""]));
      runs.help.push(await measure([cli, "--help"]));
    }
    print(runs, JSON.parse(runs.plan[0].output));
  } finally {
    clusters?.disconnect();
    await rm(directory, { recursive: true, force: true });
  }
}

function print(runs, plan) {
  const [parse, whole, help, node] = [runs.parse, runs.plan, runs.help, runs.node].map(medians);
  const limit = parse.seconds + budget.extraSeconds;
  const lines = [
    `${fleet.environments} environments, ${fleet.hosts} hosts, ${fleet.customers + 1} files, ${Object.keys(plan.clusters).length} clusters ${latency} ms away; medians of ${runs.plan.length}; Node ${process.version}`,
    "",
    row("", "median", "ratio", "budget", null),
    row("YAML library alone", seconds(parse.seconds), "1.00x", "", null),
    row(
      "dtsync plan --hosts skip",
      seconds(whole.seconds),
      times(whole.seconds, parse.seconds),
      `${seconds(limit)}`,
      whole.seconds <= limit,
    ),
    row(
      "  its peak of memory",
      megabytes(whole.megabytes),
      times(whole.megabytes, parse.megabytes),
      megabytes(budget.megabytes),
      whole.megabytes < budget.megabytes,
    ),
    row("empty node", seconds(node.seconds), "1.00x", "", null),
    row("dtsync --help", seconds(help.seconds), times(help.seconds, node.seconds), "", null),
    "",
    ...Object.entries(plan.clusters).map(([name, { requests }]) => `requests to ${name}: ${requests}`),
    `changes in the plan: ${plan.changes.length}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (whole.seconds > limit || whole.megabytes >= budget.megabytes) process.exitCode = 1;
}

const [first = "5", directory] = process.argv.slice(2);
if (first === "serve") await serve(directory);
else await main(Number(first));

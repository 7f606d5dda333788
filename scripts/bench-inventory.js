// Measures reading a large inventory, in ratios to the YAML library alone in the same run:
//   npm run bench:inventory [-- ROUNDS]
import { execFileSync } from "node:child_process";
import { appendFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { measure, medians, megabytes, parseAlone, row, seconds, times } from "./measure.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const cli = join(root, "dist/cli.js");
const sizes = { large: [5_000, 1_499, 12_000], small: [500, 150, 1_200] };
const budget = { validate: 1.2, megabytes: 350, growth: 1.3, again: 1, changedSince: 1, complete: 0.5, version: 1.6 };

/** An inventory in a Git repository of its own, with one customer changed since the first commit. */
async function repository(directory, size) {
  const inventory = join(directory, "inventory");
  await measure([join(root, "scripts/generate-inventory.js"), inventory, ...size.map(String)]);
  const git = (...parameters) =>
    execFileSync("git", ["-c", "user.name=Bench", "-c", "user.email=bench@example.com", ...parameters], {
      cwd: directory,
      stdio: "ignore",
    });
  git("init", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--message", "before");
  const [customer] = (await readdir(join(inventory, "customers"), { recursive: true })).filter((name) =>
    name.endsWith(".yaml"),
  );
  await appendFile(join(inventory, "customers", customer), "  changed9:\n    tags: [changed]\n");
  git("commit", "--all", "--message", "after");
  let edits = 0;
  const edit = () => {
    edits += 1;
    return appendFile(join(inventory, "customers", customer), `  # edit ${edits}\n`);
  };
  return { inventory, directory, edit };
}

async function main(rounds) {
  const directory = await mkdtemp(join(tmpdir(), "dtsync-bench-"));
  try {
    const large = await repository(await mkdtemp(join(directory, "large-")), sizes.large);
    const small = await repository(await mkdtemp(join(directory, "small-")), sizes.small);
    const runs = Object.fromEntries(
      ["parse", "validate", "small", "again", "changed", "changedCold", "explain", "complete", "version", "node"].map(
        (name) => [name, []],
      ),
    );
    const complete = [cli, "complete", "zsh", "--", "dtsync", "plan", "--target", "c00001"];
    const changedSince = [cli, "validate", "--changed-since", "HEAD~1"];
    for (let round = 0; round < rounds; round += 1) {
      const fresh = () => mkdtemp(join(directory, "cache-"));
      const inside = (where, cache) => [{ XDG_CACHE_HOME: cache }, { cwd: where.directory }];
      const kept = await fresh();
      runs.parse.push(await measure([parseAlone, large.inventory]));
      runs.validate.push(await measure([cli, "validate"], ...inside(large, kept)));
      runs.small.push(await measure([cli, "validate"], ...inside(small, await fresh())));
      runs.again.push(await measure([cli, "validate"], ...inside(large, kept)));
      await large.edit();
      runs.changed.push(await measure(changedSince, ...inside(large, kept)));
      runs.changedCold.push(await measure(changedSince, ...inside(large, await fresh())));
      runs.explain.push(await measure([cli, "explain", "c00001-p1"], ...inside(large, kept)));
      await measure(complete, ...inside(large, kept));
      runs.complete.push(await measure(complete, ...inside(large, kept)));
      runs.node.push(await measure(["--eval", ""]));
      runs.version.push(await measure([cli, "--version"]));
    }
    print(
      Object.fromEntries(Object.entries(runs).flatMap(([name, all]) => (all.length > 0 ? [[name, medians(all)]] : []))),
      rounds,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function print({ parse, validate, small, again, changed, changedCold, explain, complete, version, node }, rounds) {
  const each = (run, [environments]) => (run.seconds - node.seconds) / environments;
  const growth = each(validate, sizes.large) / each(small, sizes.small);
  const ratio = (run, base) => times(run.seconds, base.seconds);
  const [environments, customers, hosts] = sizes.large;
  const lines = [
    `${environments} environments, ${hosts} hosts, ${customers + 1} files; medians of ${rounds}; Node ${process.version}`,
    "",
    row("", "median", "ratio", "budget", null),
    row("YAML library alone", seconds(parse.seconds), "1.00x", "", null),
    row(
      "dtsync validate",
      seconds(validate.seconds),
      ratio(validate, parse),
      `${budget.validate.toFixed(2)}x`,
      validate.seconds <= budget.validate * parse.seconds,
    ),
    row(
      "  its peak of memory",
      megabytes(validate.megabytes),
      "",
      megabytes(budget.megabytes),
      validate.megabytes < budget.megabytes,
    ),
    row(
      "  time per environment, against 500 environments",
      "",
      times(growth, 1),
      `${budget.growth.toFixed(2)}x`,
      growth <= budget.growth,
    ),
    row(
      "dtsync validate, unchanged",
      seconds(again.seconds),
      ratio(again, parse),
      seconds(budget.again),
      again.seconds < budget.again,
    ),
    row(
      "dtsync validate --changed-since, one file",
      seconds(changed.seconds),
      ratio(changed, parse),
      seconds(budget.changedSince),
      changed.seconds < budget.changedSince,
    ),
    row(
      "  with nothing kept",
      seconds(changedCold.seconds),
      ratio(changedCold, parse),
      seconds(budget.changedSince),
      changedCold.seconds < budget.changedSince,
    ),
    row("dtsync explain", seconds(explain.seconds), ratio(explain, parse), "", null),
    row(
      "completion of a name, unchanged",
      seconds(complete.seconds),
      ratio(complete, parse),
      seconds(budget.complete),
      complete.seconds < budget.complete,
    ),
    row("empty node", seconds(node.seconds), "1.00x", "", null),
    row(
      "dtsync --version",
      seconds(version.seconds),
      ratio(version, node),
      `${budget.version.toFixed(2)}x`,
      version.seconds <= budget.version * node.seconds,
    ),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

await main(Number(process.argv[2] ?? 5));

// Fetches the versions of Node.js and npm that users have from the npm registry, for the tests that install the package
// with them, and prints the folder that holds them: NAME-VERSION with `node_modules` each.
//   node scripts/node-versions.js [FOLDER]
// Called again it takes what is newer. What is there is enough where the registry is out of reach.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const node = `node-${process.platform}-${process.arch}`;
const wanted = [
  ...["20", "22", "24"].map((version) => ({ name: node, version, folder: `node-${version}` })),
  ...["10", "11", "12"].map((version) => ({ name: "npm", version, folder: `npm-${version}` })),
];

const caches = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
const directory = resolve(process.argv[2] ?? join(caches, "dtsync-development", "node-versions"));

async function fetchPackage({ name, version, folder }) {
  const prefix = join(directory, folder);
  mkdirSync(prefix, { recursive: true });
  // With --force, because npm may be for another Node.js than the one that fetches it.
  const options = ["--ignore-scripts", "--force", "--no-audit", "--no-fund", "--no-save"];
  try {
    await promisify(execFile)("npm", ["install", ...options, "--prefix", prefix, `${name}@${version}`]);
  } catch (error) {
    if (!existsSync(join(prefix, "node_modules", name))) throw error;
    process.stderr.write(`${name}@${version} could not be fetched: the one that is there is taken.\n`);
  }
}

await Promise.all(wanted.map(fetchPackage));
process.stdout.write(`${directory}\n`);

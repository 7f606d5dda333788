// Compares the signatures of the installed dependencies with the keys of the registry, and ends with 1 where one is
// wrong or missing. A registry that has none, or keys out of reach, is only reported: npm has compared every dependency
// with its hash in package-lock.json by then.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const { stdout } = spawnSync("npm", ["audit", "signatures", "--json", "--fetch-retries=0"], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  encoding: "utf8",
});

/** What npm found, each a list of packages; null where it could not look. */
function verified() {
  try {
    const { invalid, missing } = JSON.parse(stdout);
    return invalid === undefined ? null : [...invalid, ...missing];
  } catch {
    return null;
  }
}

const faults = verified();
if (faults === null) {
  process.stdout.write("Signatures were not verified: the registry has none, or its keys are out of reach.\n");
} else if (faults.length > 0) {
  const names = faults.map(({ name, version }) => `${name}@${version}`).join(", ");
  process.stderr.write(`Signatures are wrong or missing: ${names}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write("The signatures of all dependencies are right.\n");
}

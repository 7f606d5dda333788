// Compiles src/ to dist/. One place for it, because `package`, `demo` and `test` all need the program built. The new
// folder takes the place of the old one at once, so that a program that runs meanwhile misses no module.
import { execFileSync } from "node:child_process";
import { chmodSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [built, fresh, old] = ["dist", `dist.new-${process.pid}`, `dist.old-${process.pid}`].map(
  (name) => new URL(`../${name}`, import.meta.url),
);

/** Writes the code that checks data against the schemas beside the module that uses it. */
async function writeValidators(folder) {
  const { validatorsSource } = await import(`${folder.href}/load/schema/compile-schemas.js`);
  const { readSchemas } = await import(`${folder.href}/load/schema/schemas.js`);
  writeFileSync(new URL(`${folder.href}/load/schema/validators.cjs`), validatorsSource(readSchemas()));
  const { documentKinds, documentValidatorSource } = await import(`${folder.href}/load/schema/document-schemas.js`);
  for (const kind of documentKinds) {
    writeFileSync(new URL(`${folder.href}/load/schema/${kind}-validator.cjs`), documentValidatorSource(kind));
  }
}

/** What `dtsync --version` says of the commit; null outside of a checkout, also where a copy lies in another repository. */
function describeCommit() {
  const git = (...parameters) =>
    execFileSync("git", parameters, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    if (realpathSync(git("rev-parse", "--show-toplevel")) !== realpathSync(root)) return null;
    return git("describe", "--always", "--dirty", "--abbrev=8", "--exclude=*");
  } catch {
    return null;
  }
}

try {
  const tsc = ["node_modules/typescript/bin/tsc", "--project", "tsconfig.json", "--outDir", fileURLToPath(fresh)];
  execFileSync(process.execPath, tsc, { cwd: root, stdio: "inherit" });
  chmodSync(new URL(`${fresh.href}/cli.js`), 0o755);
  await writeValidators(fresh);
  const commit = JSON.stringify(describeCommit());
  writeFileSync(new URL(`${fresh.href}/build-commit.js`), `export const buildCommit = ${commit};\n`);
  try {
    renameSync(built, old);
  } catch {
    // There is none yet.
  }
  renameSync(fresh, built);
} finally {
  for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
}

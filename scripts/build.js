// Builds the program: src/ is compiled to build/, module by module, and put together in dist/, which is what users get. One
// place for it, because `package`, `demo` and `test` all need the program built. A new folder takes the place of the old one
// at once, so that a program that runs meanwhile misses no module.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = (name) => new URL(`../${name}`, import.meta.url);
const compiled = folder(`build.new-${process.pid}`);
const bundled = folder(`dist.new-${process.pid}`);
const old = folder(`dist.old-${process.pid}`);

/** Packages that become part of the program. Of undici alone each start would read more than a hundred files. */
const putIn = ["undici", "commander", "js-yaml", "node-ssh", "ssh2"];
/** What ssh2 tries and does without where nobody has compiled it, which nobody has. */
const compiledParts = [/^cpu-features$/, /sshcrypto\.node$/];
const { dependencies } = JSON.parse(readFileSync(folder("package.json"), "utf8"));
const leftOut = Object.keys(dependencies).filter((name) => !putIn.includes(name));

/**
 * Of undici what the program uses: to read all of it, with its fetch, WebSocket, caches and mocks, takes as long as to start
 * Node.js. As in its own entry, dispatchers get the methods of its API, some of which they call themselves.
 */
const partsOfUndici = {
  name: "parts-of-undici",
  resolveId: (id) => (id === "undici" ? "\0parts-of-undici" : null),
  load(id) {
    if (id !== "\0parts-of-undici") return null;
    const part = (path) => JSON.stringify(fileURLToPath(folder(`node_modules/undici/lib/${path}`)));
    return `import Agent from ${part("dispatcher/agent.js")};
import Dispatcher from ${part("dispatcher/dispatcher.js")};
import ProxyAgent from ${part("dispatcher/proxy-agent.js")};
import methods from ${part("api/index.js")};
Object.assign(Dispatcher.prototype, methods);
export { Agent, ProxyAgent };
`;
  },
};

/** Writes the code that checks data against the schemas beside the module that uses it, and where that ends up. */
async function writeValidators() {
  const { validatorsSource } = await import(`${compiled.href}/load/schema/compile-schemas.js`);
  const { readSchemas } = await import(`${compiled.href}/load/schema/schemas.js`);
  const { documentKinds, documentValidatorSource } = await import(`${compiled.href}/load/schema/document-schemas.js`);
  const sources = {
    "validators.cjs": validatorsSource(readSchemas()),
    ...Object.fromEntries(documentKinds.map((kind) => [`${kind}-validator.cjs`, documentValidatorSource(kind)])),
  };
  for (const [name, source] of Object.entries(sources)) {
    writeFileSync(new URL(`${compiled.href}/load/schema/${name}`), source);
    cpSync(new URL(`${compiled.href}/load/schema/${name}`), new URL(`${bundled.href}/${name}`));
  }
}

/** Puts the modules together in a few files: a module a file is half of the time that a start takes. */
async function bundle() {
  const program = await rolldown({
    input: fileURLToPath(new URL(`${compiled.href}/cli.js`)),
    platform: "node",
    external: [...leftOut.map((name) => new RegExp(`^${name}(?:/|$)`)), ...compiledParts],
    plugins: [partsOfUndici],
    // ssh2 asks for its folder, for a program that only Windows has.
    transform: { define: { __dirname: "import.meta.dirname" } },
    logLevel: "warn",
  });
  await program.write({
    dir: fileURLToPath(bundled),
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await program.close();
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

function replace(name, fresh) {
  try {
    renameSync(folder(name), old);
  } catch {
    // There is none yet.
  }
  renameSync(fresh, folder(name));
  rmSync(old, { recursive: true, force: true });
}

try {
  const tsc = ["node_modules/typescript/bin/tsc", "--project", "tsconfig.json", "--outDir", fileURLToPath(compiled)];
  execFileSync(process.execPath, tsc, { cwd: root, stdio: "inherit" });
  const commit = JSON.stringify(describeCommit());
  writeFileSync(new URL(`${compiled.href}/build-commit.js`), `export const buildCommit = ${commit};\n`);
  await bundle();
  await writeValidators();
  chmodSync(new URL(`${bundled.href}/cli.js`), 0o755);
  replace("build", compiled);
  replace("dist", bundled);
} finally {
  for (const left of [compiled, bundled, old]) rmSync(left, { recursive: true, force: true });
}

// Installs the package with each pair of Node.js and npm that users may have, and runs it. Fetches them from the npm
// registry, and leaves nothing behind.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const pairs = [
  { node: "20", npm: "10" },
  { node: "22", npm: "10" },
  { node: "22", npm: "11" },
  { node: "24", npm: "11" },
  { node: "24", npm: "12" },
];

const directory = mkdtempSync(join(tmpdir(), "dtsync-node-versions-"));

async function run(program, parameters, environment = process.env) {
  const options = { cwd: directory, env: environment, maxBuffer: 100_000_000 };
  const { stdout } = await promisify(execFile)(program, parameters, options);
  return stdout.trim();
}

/** The folder of a package of the registry, whose scripts have not run. */
async function fetched(name, version) {
  const folder = mkdtempSync(join(directory, `${name}-`));
  // With --force, because npm may be for another Node.js than the one that fetches it.
  await run("npm", ["install", "--ignore-scripts", "--force", "--prefix", folder, `${name}@${version}`]);
  return join(folder, "node_modules", name);
}

const script = fileURLToPath(new URL("package.js", import.meta.url));
const server = createServer();
try {
  const file = await run(process.execPath, [script, "--out", directory]);
  const packed = readFileSync(join(directory, file));
  server.on("request", (_, response) => void response.end(packed)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${server.address().port}/${file}`;
  for (const { node, npm } of pairs) {
    const binaries = join(await fetched(`node-${process.platform}-${process.arch}`, node), "bin");
    const program = join(binaries, "node");
    const cli = join(await fetched("npm", npm), "bin/npm-cli.js");
    const prefix = join(directory, `prefix-${node}-${npm}`);
    const environment = { PATH: `${binaries}:/usr/bin:/bin`, HOME: directory };
    const versions = [await run(program, ["--version"]), await run(program, [cli, "--version"], environment)];
    const install = ["install", "--global", "--ignore-scripts", "--allow-remote=root", "--prefix", prefix, address];
    await run(program, [cli, ...install], environment);
    const demo = await run(join(prefix, "bin/dtsync"), ["demo"], environment);
    process.stdout.write(`Node.js ${versions[0]}, npm ${versions[1]}: ${demo.split("\n").at(-1)}\n`);
  }
} finally {
  server.close();
  rmSync(directory, { recursive: true, force: true });
}

// Makes the package that users install: dtsync-<version>.tgz with the built program and all of its dependencies in the
// versions of package-lock.json; and beside it its bill of materials, dtsync-<version>.cdx.json (CycloneDX). Prints the
// name of the package. CONTRIBUTING.md says why dependencies are bundled.
//
// They are not taken from node_modules, which holds what somebody installed there and what was compiled for this
// machine: npm installs them once more in an empty folder, where it compares each with its hash in package-lock.json.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeManPages } from "./man-pages.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({ options: { out: { type: "string", default: root } } });

const readJson = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));

/** What npm tells its scripts about the folder that it was called in would lead another npm back to it. */
const { npm_config_local_prefix: _, ...environment } = process.env;

function npm(folder, parameters) {
  return execFileSync("npm", parameters, {
    cwd: folder,
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** The manifest without what serves work on dtsync, with the versions that package-lock.json has and with manual pages. */
function packagedManifest(manifest, lock, manPages) {
  const { devDependencies, scripts, allowScripts, ...rest } = manifest;
  const exact = Object.keys(manifest.dependencies).map((name) => [name, lock.packages[`node_modules/${name}`].version]);
  return {
    ...rest,
    files: [...manifest.files, "man"],
    man: manPages.map((name) => `./man/${name}`),
    dependencies: Object.fromEntries(exact),
    bundleDependencies: Object.keys(manifest.dependencies),
  };
}

/** Takes out what npm would run where the package is installed: ssh2 would try to compile a binding, for which it fetches. */
function removeInstallScripts(path) {
  const { scripts = {}, ...rest } = JSON.parse(readFileSync(path, "utf8"));
  const kept = Object.entries(scripts).filter(([name]) => !/^(?:pre|post)?install$/.test(name));
  if (kept.length === Object.keys(scripts).length) return;
  writeFileSync(path, `${JSON.stringify({ ...rest, scripts: Object.fromEntries(kept) }, null, 2)}\n`);
}

const manifest = readJson("package.json");
const directory = mkdtempSync(join(tmpdir(), "dtsync-package-"));
// The bill of materials takes the name of the program from that of the folder.
const stage = join(directory, manifest.name);
try {
  const taken = manifest.files.filter((path) => !path.startsWith("!"));
  for (const path of ["package.json", "package-lock.json", "README.md", "LICENSE", ...taken]) {
    cpSync(join(root, path), join(stage, path), { recursive: true });
  }
  // Optional is only what has to be compiled.
  npm(stage, ["ci", "--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"]);
  for (const [path, { dev, optional }] of Object.entries(readJson("package-lock.json").packages)) {
    if (path !== "" && !dev && !optional) removeInstallScripts(join(stage, path, "package.json"));
  }
  const packaged = packagedManifest(manifest, readJson("package-lock.json"), writeManPages(join(stage, "man")));
  writeFileSync(join(stage, "package.json"), `${JSON.stringify(packaged, null, 2)}\n`);
  const out = resolve(values.out);
  // Here and not in the checkout: what tools for development need as well is left out there by `--omit=dev`.
  const billOfMaterials = npm(stage, ["sbom", "--sbom-format=cyclonedx", "--sbom-type=application"]);
  writeFileSync(join(out, `dtsync-${manifest.version}.cdx.json`), billOfMaterials);
  // A list, or from npm 12 on an object by the names of packages.
  const [{ filename }] = Object.values(JSON.parse(npm(stage, ["pack", "--json", "--pack-destination", out])));
  process.stdout.write(`${filename}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

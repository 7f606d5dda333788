import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expandPipeline } from "../support/gitlab-pipeline.ts";
import { type ServedPackage, servePackage, takePackage } from "../support/served-package.ts";
import { giveToUnprivileged, runUnprivileged, whyNotUnprivileged } from "../support/unprivileged.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Each version of Node.js and of npm that users have, once: an installation takes long. */
const pairs = [
  { node: "20", npm: "10" },
  { node: "22", npm: "11" },
  { node: "24", npm: "12" },
] as const;
type Pair = (typeof pairs)[number];
const named = (pair: Pair) => [`Node.js ${pair.node} and npm ${pair.npm}`, pair] as const;

/** Where `scripts/node-versions.js` keeps what it fetches. */
const versions = process.env["DTSYNC_NODE_VERSIONS"] ?? "";

function whyLeftOut(): string | null {
  if (versions !== "") return whyNotUnprivileged();
  if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error("DTSYNC_NODE_VERSIONS is not set");
  return "`npm run test:versions` fetches other versions of Node.js and npm, and runs this";
}

/** The commands of the README's chapter on installing, one text for each block. */
function waysOfReadme(): readonly string[] {
  const [, chapter = ""] = /^## Install$(.*?)^## /ms.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  return [...chapter.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = ""]) => commands);
}

const reason = whyLeftOut();

describe.skipIf(reason !== null)(
  `the package, installed with${reason === null ? "" : ` …, left out: ${reason}`}`,
  () => {
    let directory: string;
    let served: ServedPackage;
    let numberOfHomes = 0;

    /** The commands `node`, `npm` and `npx` of a pair, in a folder for PATH that everybody may read. */
    function commandsOf({ node, npm }: Pair): string {
      const folder = join(directory, `node-${node}-npm-${npm}`);
      const bin = join(folder, "bin");
      if (existsSync(bin)) return bin;
      mkdirSync(bin, { recursive: true });
      const program = join(versions, `node-${node}/node_modules/node-${process.platform}-${process.arch}/bin/node`);
      cpSync(program, join(bin, "node"));
      cpSync(join(versions, `npm-${npm}/node_modules`), join(folder, "node_modules"), { recursive: true });
      for (const name of ["npm", "npx"]) symlinkSync(`../node_modules/npm/bin/${name}-cli.js`, join(bin, name));
      return bin;
    }

    /** Runs lines in one shell that ends at the first failure, as a user who has nothing but the package. */
    function run(bin: string, lines: readonly string[], variables: Readonly<Record<string, string>> = {}) {
      numberOfHomes += 1;
      const home = join(directory, `home-${numberOfHomes}`);
      const prefix = join(home, "prefix");
      mkdirSync(prefix, { recursive: true });
      cpSync(join(directory, served.file), join(home, served.file));
      giveToUnprivileged(home, prefix);
      return runUnprivileged(["bash", "-c", ["set -eo pipefail", ...lines].join("\n")], {
        cwd: home,
        env: {
          PATH: `${join(prefix, "bin")}:${bin}:/usr/bin:/bin`,
          HOME: home,
          npm_config_prefix: prefix,
          npm_config_registry: served.address,
          npm_config_fetch_retries: "0",
          npm_config_update_notifier: "false",
          ...variables,
        },
      });
    }

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), "dtsync-versions-test-"));
      giveToUnprivileged(directory);
      served = await servePackage(directory, takePackage(directory));
    });
    afterAll(async () => {
      await served?.close();
      rmSync(directory, { recursive: true, force: true });
    });

    // All of them take a way of the README below.
    test.each([pairs[2]].map(named))("%s by the lines of the pipeline", async (_, pair) => {
      const { before_script: lines } = expandPipeline().template;
      const [key, hosts] = [join(directory, "key"), join(directory, "hosts")];
      for (const path of [key, hosts]) writeFileSync(path, "content\n");
      const before = served.asked.length;
      const finished = await run(
        commandsOf(pair),
        [
          "node --version; npm --version",
          ...lines,
          'stat --format="%a %n" ~/.ssh/* | sed "s:$HOME:~:"',
          "dtsync --version",
        ],
        { DTSYNC_PACKAGE: `${served.address}${served.file}`, DTSYNC_SSH_KEY: key, DTSYNC_KNOWN_HOSTS: hosts },
      );
      expect(finished, finished.stderr).toMatchObject({ code: 0 });
      expect(finished.stdout).toMatch(new RegExp(`^v${pair.node}\\.\\S+\\n${pair.npm}\\.\\S+\\n`));
      expect(finished.stdout).toContain("400 ~/.ssh/id_ed25519\n600 ~/.ssh/known_hosts\n");
      expect(finished.stdout).toMatch(/^dtsync \d+\.\d+\.\d+ \(.*\)\n$/m);
      expect(finished.stderr).not.toMatch(/warn/i);
      expect(new Set(served.asked.slice(before))).toEqual(new Set([`/${served.file}`]));
    });

    // Each pair takes another way: the pipeline's line is what all of them take.
    test.each(pairs.map(named))("%s by a way that the README names", async (_, pair) => {
      const ways = waysOfReadme();
      expect(ways).toHaveLength(pairs.length);
      for (const way of ways.slice(pairs.indexOf(pair), pairs.indexOf(pair) + 1)) {
        // What the package does is shown by test/e2e/container.test.ts; here it starts.
        const line = way.replace(/https:\S+\/(?=dtsync-)/, served.address).replace("dtsync demo", "dtsync --version");
        const finished = await run(commandsOf(pair), [line]);
        expect(finished, `${way}\n${finished.stderr}`).toMatchObject({ code: 0 });
        expect(finished.stdout).toMatch(/^dtsync \d+\.\d+\.\d+ \(/m);
        expect(finished.stderr).not.toMatch(/warn/i);
      }
    });
  },
);

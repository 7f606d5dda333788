import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Context } from "../../src/application/context.ts";
import { createProgram } from "../../src/commands/program.ts";
import { DtsyncError } from "../../src/errors.ts";
import { serveCluster } from "../../src/sandbox/cluster/serve-cluster.ts";
import {
  createSimulatedCluster,
  type SimulatedCluster,
  type SimulatedClusterOptions,
} from "../../src/sandbox/cluster/simulated-cluster.ts";
import type { ClusterSeed } from "../../src/sandbox/cluster/snapshot.ts";
import { aContext } from "./context.ts";
import { realClock } from "./host-world.ts";

/** An inventory on disk, a simulated cluster `emea` over real HTTP, and the commands in this process. */
export interface CommandWorld {
  readonly directory: string;
  readonly cluster: SimulatedCluster;
  /** Where the cluster is served. */
  readonly url: string;
  /** Writes a file beside the inventory, and gives its path. */
  write(name: string, text: string): string;
  /** Runs a command, with `--format json` where no other is given. What is thrown and no DtsyncError is a bug, and thrown here too. */
  run(parameters: readonly string[], given?: Partial<Context>): Promise<CommandEnd>;
  close(): Promise<void>;
}

export interface CommandEnd {
  readonly code: number;
  /** The JSON on standard output; null: there was none. */
  readonly document: unknown;
  readonly output: string;
  readonly errors: string;
}

interface CommandWorldOptions {
  /** Options that lead to the hosts; left out, hosts are skipped. */
  readonly hosts?: readonly string[];
  readonly buildInstaller?: SimulatedClusterOptions["buildInstaller"];
  readonly licence?: SimulatedClusterOptions["licence"];
  readonly version?: string;
}

export async function startCommandWorld(
  files: Readonly<Record<string, string>>,
  seed: ClusterSeed,
  { hosts, buildInstaller = () => new Uint8Array(), licence = "classic", version }: CommandWorldOptions = {},
): Promise<CommandWorld> {
  const directory = mkdtempSync(join(tmpdir(), "dtsync-commands-"));
  const write = (name: string, text: string): string => {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  for (const [name, text] of Object.entries(files)) write(join("inventory", name), text);
  const cluster = createSimulatedCluster({
    name: "emea",
    clock: realClock,
    random: 1,
    seed,
    installerVersions: ["1.313.52.20250602-150703"],
    buildInstaller,
    licence,
    ...(version === undefined ? {} : { version }),
  });
  const server = await serveCluster(cluster);
  return {
    directory,
    cluster,
    url: server.url,
    write,
    async run([command = "", ...parameters], given = {}) {
      const { context, output, errors } = aContext({
        clock: realClock,
        folder: () => directory,
        variables: { HOME: directory, DTSYNC_TOKEN_EMEA: cluster.clusterToken },
        ...given,
      });
      const { program, exitCode } = createProgram(context);
      const fixed = ["--inventory", join(directory, "inventory"), "--set", `clusters.emea.url=${server.url}`];
      const isJson = command !== "api" && !parameters.includes("--format");
      const end = (code: number): CommandEnd => ({
        code,
        document: isJson && output() !== "" ? JSON.parse(output()) : null,
        output: output(),
        errors: errors(),
      });
      try {
        const skipped = command === "plan" ? ["--hosts", "skip"] : [];
        const words = [command, ...fixed, ...(hosts ?? skipped), "--no-progress", ...parameters];
        if (isJson) words.push("--format", "json");
        await program.parseAsync(words, { from: "user" });
        return end(exitCode());
      } catch (error) {
        if (!(error instanceof DtsyncError)) throw error;
        return { ...end(error.exitCode), errors: error.message };
      }
    },
    async close() {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

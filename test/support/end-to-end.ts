import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plan } from "../../src/model/plan.ts";
import type { ApplyReport } from "../../src/model/result.ts";
import { appendPresets, buildInstallerBody } from "../../src/sandbox/agent/build-installer.ts";
import { type ServedCluster, serveCluster } from "../../src/sandbox/cluster/serve-cluster.ts";
import {
  createSimulatedCluster,
  type SimulatedCluster,
  type SimulatedClusterOptions,
} from "../../src/sandbox/cluster/simulated-cluster.ts";
import { realClock } from "./host-world.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** A real Git repository with an inventory, simulated clusters over real HTTP, and the built program as a child process. */
export interface EndToEnd {
  readonly directory: string;
  readonly clusters: ReadonlyMap<string, SimulatedCluster>;
  cluster(name: string): SimulatedCluster;
  url(name: string): string;
  /** Writes files below the inventory and commits everything. */
  write(files: Readonly<Record<string, string>>): void;
  start(parameters: readonly string[], options?: RunOptions): Running;
  run(parameters: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Runs with `--format json` and parses standard output. */
  plan(parameters?: readonly string[], options?: RunOptions): Promise<Finished & { readonly plan: Plan }>;
  apply(parameters?: readonly string[], options?: RunOptions): Promise<Finished & { readonly report: ApplyReport }>;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Options that lead to the clusters; left out, they are given. */
  readonly leadToClusters?: boolean;
  /** Makes another command of that of dtsync, for example one of a shell that leads its output elsewhere. */
  readonly through?: (command: readonly string[]) => readonly string[];
}

export interface EndToEndOptions {
  readonly inventory: Readonly<Record<string, string>>;
  readonly clusters: readonly string[];
  readonly cluster?: Partial<SimulatedClusterOptions>;
  /** Further options for every plan and apply, for example `--ssh-config FILE`. */
  readonly options?: readonly string[];
}

export async function startEndToEnd(options: EndToEndOptions): Promise<EndToEnd> {
  const directory = mkdtempSync(join(tmpdir(), "dtsync-e2e-"));
  const git = (...parameters: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...parameters], {
      cwd: directory,
      stdio: "ignore",
    });
  git("init", "--initial-branch=main");
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      const path = join(directory, "inventory", name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    git("add", "--all");
    git("commit", "--allow-empty", "--message", "inventory");
  };
  write(options.inventory);
  const clusters = new Map<string, SimulatedCluster>();
  const served = new Map<string, ServedCluster>();
  for (const [index, name] of options.clusters.entries()) {
    const bodies = new Map<string, Uint8Array>();
    const cluster = createSimulatedCluster({
      name,
      clock: realClock,
      random: index + 1,
      installerVersions: ["1.313.52.20250602-150703", "1.321.51.20250905-075429"],
      buildInstaller: (request) => {
        const key = `${request.version}/${request.arch}`;
        const body =
          bodies.get(key) ??
          buildInstallerBody({ version: request.version, arch: request.arch, nodePath: process.execPath });
        bodies.set(key, body);
        return appendPresets(body, request);
      },
      ...options.cluster,
    });
    clusters.set(name, cluster);
    served.set(name, await serveCluster(cluster));
  }
  const cluster = (name: string): SimulatedCluster => {
    const found = clusters.get(name);
    if (!found) throw new Error(`there is no cluster ${name}`);
    return found;
  };
  const url = (name: string): string => served.get(name)?.url ?? "";
  const running = new Set<ChildProcess>();
  const start = (parameters: readonly string[], run: RunOptions = {}): Running => {
    const lead =
      run.leadToClusters === false
        ? []
        : options.clusters.flatMap((name) => ["--set", `clusters.${name}.url=${url(name)}`]);
    const fleet = parameters[0] === "plan" || parameters[0] === "apply" ? (options.options ?? []) : [];
    const tokens = Object.fromEntries(
      [...clusters].map(([name, { clusterToken }]) => [`DTSYNC_TOKEN_${name.toUpperCase()}`, clusterToken]),
    );
    const command = [process.execPath, cli, ...parameters, ...lead, ...fleet];
    const [program = "", ...words] = run.through?.(command) ?? command;
    const child = spawn(program, words, {
      cwd: directory,
      env: {
        PATH: process.env["PATH"],
        HOME: directory,
        XDG_STATE_HOME: join(directory, "state"),
        ...tokens,
        ...run.environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    const finished = new Promise<Finished>((resolve) => {
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (chunk: Buffer) => {
        stdout += chunk.toString();
      });
      child.stderr.on("data", (chunk: Buffer) => {
        stderr += chunk.toString();
      });
      child.on("close", (code, signal) => {
        running.delete(child);
        resolve({ code, signal, stdout, stderr });
      });
    });
    return { child, finished };
  };
  const run = (parameters: readonly string[], settings?: RunOptions) => start(parameters, settings).finished;
  const parsed = async (parameters: readonly string[], settings?: RunOptions) => {
    const finished = await run([...parameters, "--format", "json"], settings);
    try {
      return { finished, document: JSON.parse(finished.stdout) as unknown };
    } catch {
      throw new Error(`standard output is not JSON (exit ${finished.code}):\n${finished.stdout}\n${finished.stderr}`);
    }
  };
  return {
    directory,
    clusters,
    cluster,
    url,
    write,
    start,
    run,
    async plan(parameters = [], settings) {
      const { finished, document } = await parsed(["plan", ...parameters], settings);
      return { ...finished, plan: document as Plan };
    },
    async apply(parameters = ["--auto-approve"], settings) {
      const { finished, document } = await parsed(["apply", ...parameters], settings);
      return { ...finished, report: document as ApplyReport };
    },
    async close() {
      for (const child of running) child.kill("SIGKILL");
      for (const { close } of served.values()) await close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export const smallInventory: Readonly<Record<string, string>> = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
  apac: { url: https://dynatrace.apac.example.com, token: { env: DTSYNC_TOKEN_APAC } }
roles:
  viewer: [VIEWER]
  operator: [viewer, LOG_VIEWER, MANAGE_SETTINGS]
groups:
  - name: "{customer}-operators"
    ldapGroupNames: ["cn={customer}-ops,ou=groups,dc=example,dc=com"]
    access: { "{customer}-*": operator }
  - name: noc
    access: { "*-p*": [viewer, LOG_VIEWER] }
defaults:
  cluster: emea
  environment: { tags: [managed-by:dtsync] }
`,
  "customers/abc.yaml": `customer: abc
name: ABC Retail AG
environments:
  p1: { name: ABC Retail – production 1, tags: [cost-centre:4711] }
  t1: {}
`,
  "customers/xyz.yaml": `customer: xyz
cluster: apac
environments:
  p1: {}
`,
};

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitEdges } from "../../src/application/git-edges.ts";
import type { LeasePlace } from "../../src/application/watch/open-lease.ts";
import { runRevision } from "../../src/application/watch/run-revision.ts";
import { watchBranch } from "../../src/application/watch/watch-branch.ts";
import { watchedRevisions } from "../../src/application/watch/watched-revisions.ts";
import { type FollowedBranch, followBranch } from "../../src/git/followed-branch.ts";
import { GitFailure } from "../../src/git/git-failure.ts";
import { appendPresets, buildInstallerBody } from "../../src/sandbox/agent/build-installer.ts";
import { serveCluster } from "../../src/sandbox/cluster/serve-cluster.ts";
import { createSimulatedCluster, type SimulatedCluster } from "../../src/sandbox/cluster/simulated-cluster.ts";
import type { RunEnd, RunResult } from "../../src/watch/judge-run.ts";
import { allListeners, type LookResult, type WatchListener } from "../../src/watch/watch-listener.ts";
import { everything, noon } from "./builders.ts";
import { aContext, fleetOptionsOf } from "./context.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import { createGitInventory, type GitInventory, gitEnvironment } from "./git-inventory.ts";

/** A watch of a real repository on a clock on which waiting takes no time, and a simulated cluster over real HTTP. */
export interface WatchWorld {
  readonly origin: GitInventory;
  readonly cluster: SimulatedCluster;
  readonly clock: FakeClock;
  /** The folder of the watch. */
  readonly state: string;
  /** The text of dtsync.yaml. */
  readonly settings: string;
  /** Where the repository is, and where it is not. */
  setReachable(reachable: boolean): void;
  /** Watches until `end` is called. */
  watch(options: WatchSettings): Promise<Watched>;
  close(): Promise<void>;
}

export interface WatchSettings {
  readonly apply?: boolean;
  readonly once?: boolean;
  readonly signers?: string;
  readonly fastForwardOnly?: boolean;
  readonly lease?: LeasePlace;
  readonly listener?: WatchListener;
  /** Called with the hours since the watch began, once for each hour, and with what ends it. */
  readonly eachHour?: (hour: number, end: () => void) => void;
  /** Called when a run has ended. */
  readonly afterRun?: (result: RunResult, end: RunEnd, stop: () => void) => void;
}

export interface Watched {
  readonly code: number;
  readonly looks: readonly LookResult[];
  readonly runs: readonly RunResult[];
  readonly log: string;
}

interface WatchWorldOptions {
  /** A file of ssh_config that leads to the hosts; left out, hosts are skipped. */
  readonly sshConfig?: string;
  /** Called each time that an installer is fetched. */
  readonly onDownload?: () => void;
}

export async function startWatchWorld({ sshConfig, onDownload }: WatchWorldOptions = {}): Promise<WatchWorld> {
  const clock = fakeClock(noon);
  const home = realpathSync.native(mkdtempSync(join(tmpdir(), "dtsync-watch-")));
  const state = join(home, "state");
  mkdirSync(state, { mode: 0o700 });
  const origin = createGitInventory();
  const cluster = createSimulatedCluster({
    name: "emea",
    clock,
    random: 1,
    installerVersions: ["1.313.52.20250602-150703"],
    buildInstaller: (request) => {
      onDownload?.();
      const body = buildInstallerBody({ version: request.version, arch: request.arch, nodePath: process.execPath });
      return appendPresets(body, request);
    },
  });
  const server = await serveCluster(cluster);
  const aside = `${origin.directory}-aside`;
  const variables = { ...gitEnvironment, HOME: home, DTSYNC_TOKEN_EMEA: cluster.clusterToken };

  return {
    origin,
    cluster,
    clock,
    state,
    settings: `version: 1
clusters:
  emea: { url: "${server.url}", token: { env: DTSYNC_TOKEN_EMEA } }
groups:
  - name: ops
    access: { "*": [VIEWER] }
defaults: { cluster: emea }
safety: { maxUpdates: 100% }
`,
    setReachable(reachable) {
      if (reachable) renameSync(aside, origin.directory);
      else renameSync(origin.directory, aside);
    },
    async watch({ apply = false, once = false, signers, fastForwardOnly = false, lease = null, ...told }) {
      const stop = new AbortController();
      const { context, errors } = aContext({ clock, variables, folder: () => home, signal: stop.signal });
      await context.log.open({ level: "info", format: "text", file: null, color: false }, stop.signal);
      const looks: LookResult[] = [];
      const runs: RunResult[] = [];
      const end = () => stop.abort();
      const own: WatchListener = {
        looked: (result) => looks.push(result),
        took: () => undefined,
        runBegan: () => undefined,
        runEnded: (result, ended) => {
          runs.push(result);
          told.afterRun?.(result, ended, end);
        },
      };
      let hour = 0;
      const stopHours = clock.every(3_600_000, () => {
        hour += 1;
        told.eachHour?.(hour, end);
      });
      const address = `file://${origin.directory}`;
      const branch = { address, branch: "main", folder: "inventory", copy: join(state, "repository") };
      const followed = quicklyLooked(followBranch(branch, gitEdges(context)), origin);
      const settings = { folder: state, signers: signers ?? null, fastForwardOnly };
      const options = {
        ...fleetOptionsOf({
          scope: { ...everything, hosts: sshConfig === undefined ? "skip" : "probe" },
          sshConfig: sshConfig ?? null,
        }),
        raisedLimits: { removals: null, updates: null },
        shard: null,
        journal: null,
        apply,
        lease,
      };
      try {
        const code = await watchBranch(
          { pace: { interval: 1_200_000, driftInterval: 36_000_000, jitter: 0.1 }, once },
          {
            revisions: watchedRevisions({ branch: followed, ...settings }, context.log, stop.signal),
            run: ({ commit, directory }, superseded, given) =>
              runRevision(
                { ...options, inventory: directory, revision: { commit, dirty: false, reason: null }, superseded },
                { ...given, folder: () => state },
              ),
            listener: allListeners([own, ...(told.listener === undefined ? [] : [told.listener])]),
            random: () => 0.5,
          },
          context,
        );
        return { code, looks, runs, log: errors() };
      } finally {
        stopHours();
      }
    },
    async close() {
      await server.close();
      origin.close();
      rmSync(aside, { recursive: true, force: true });
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A week has a thousand looks: they read where the branch is from the file in which Git keeps it. */
function quicklyLooked(branch: FollowedBranch, { directory }: GitInventory): FollowedBranch {
  return {
    ...branch,
    tip: async () => {
      if (!existsSync(directory)) throw new GitFailure("unusable", "the repository does not answer");
      return readFileSync(join(directory, ".git/refs/heads/main"), "utf8").trim();
    },
  };
}

/** All files below a folder. */
export const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();

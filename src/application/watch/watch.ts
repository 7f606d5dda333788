import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { DtsyncError, type ExitCode, errorMessage, exitCodes, isDiskFull } from "../../errors.ts";
import { makeOwnFolder, ownFolder, readOwnText } from "../../files/own-files.ts";
import { followBranch } from "../../git/followed-branch.ts";
import { ownIdentity } from "../../state/process-identity.ts";
import { type Lock, LockHeld, takeLock } from "../../state/run-lock.ts";
import type { Pace } from "../../watch/pace.ts";
import type { ListenAddress, WatchServer } from "../../watch/serve-watch.ts";
import { type WatchHealth, watchHealth } from "../../watch/watch-health.ts";
import { allListeners } from "../../watch/watch-listener.ts";
import type { WatchMetrics } from "../../watch/watch-metrics.ts";
import type { Context } from "../context.ts";
import { gitEdges } from "../git-edges.ts";
import type { NotifyOptions } from "../notifier.ts";
import type { WatchNotifications } from "./notify-watch.ts";
import { type LeasePlace, leaseHolder } from "./open-lease.ts";
import { type RunRevisionOptions, runRevision } from "./run-revision.ts";
import { watchBranch } from "./watch-branch.ts";
import { watchedRevisions } from "./watched-revisions.ts";

export interface WatchOptions extends Omit<RunRevisionOptions, "lease"> {
  /** The environment that bears the lease; null: there is none. */
  readonly lease: Pick<LeasePlace, "cluster" | "environment"> | null;
  /** Of the repository, as Git takes it. */
  readonly address: string;
  readonly branch: string;
  /** Of the inventory in the repository, with `/` between names; empty: the top. */
  readonly folder: string;
  readonly pace: Pace;
  /** A file of allowed signers; null: commits need no signature. */
  readonly signers: string | null;
  readonly fastForwardOnly: boolean;
  /** Null: nothing is served. */
  readonly listen: ListenAddress | null;
  /** Null: a folder of the user's state. */
  readonly state: string | null;
  readonly once: boolean;
  /** Null: nobody is told. */
  readonly notify: NotifyOptions | null;
}

const largestSigners = 1_000_000;

/** Follows a branch of a repository. Throws DtsyncError for what keeps it from beginning. */
export async function watch(options: WatchOptions, context: Context): Promise<ExitCode> {
  const { clock, signal, version } = context;
  const { watchMetrics } = await import("../../watch/watch-metrics.ts");
  const { apply, pace, listen } = options;
  const metrics = watchMetrics({ version, apply, pace, now: clock.now, ofProcess: listen !== null });
  const notifications = await openNotifications(options, metrics, context);
  let failure: unknown = null;
  try {
    return await follow(options, metrics, notifications, context);
  } catch (error) {
    // Whoever interrupts it knows.
    if (!signal.aborted) failure = error;
    throw error;
  } finally {
    await notifications?.finish(failure);
  }
}

async function follow(
  options: WatchOptions,
  metrics: WatchMetrics,
  notifications: WatchNotifications | null,
  context: Context,
): Promise<ExitCode> {
  const { address, branch, folder, pace, fastForwardOnly, once } = options;
  const { clock, log, signal } = context;
  const state = openState(options, context);
  const signers = options.signers === null ? null : requireSigners(options.signers);
  const lock = await lockState(state, context);
  try {
    const health = watchHealth(pace.interval, clock);
    const told = notifications === null ? [] : [notifications.listener];
    const listeners = [metrics.listener, health.listener, ...told];
    const lease = options.lease === null ? null : { ...options.lease, holder: await leaseHolder(state) };
    const followed = followBranch({ address, branch, folder, copy: join(state, "repository") }, gitEdges(context));
    const server = options.listen === null ? null : await serve(options.listen, health, metrics);
    if (server !== null) log.info("watch serves", () => ({ host: options.listen?.host, port: server.port }));
    try {
      return await watchBranch(
        { pace, once },
        {
          revisions: watchedRevisions({ branch: followed, folder: state, signers, fastForwardOnly }, log, signal),
          run: ({ commit, directory }, superseded, own) =>
            runRevision(
              { ...options, lease, inventory: directory, revision: { commit, dirty: false, reason: null }, superseded },
              { ...own, folder: () => state },
            ),
          listener: allListeners(listeners),
          random: Math.random,
        },
        context,
      );
    } finally {
      await server?.close();
    }
  } finally {
    lock.release();
  }
}

/** The folder of this watch alone. */
function openState(
  { state, address, branch, folder }: WatchOptions,
  { variables }: Pick<Context, "variables">,
): string {
  const name = createHash("sha256")
    .update(JSON.stringify([address, branch, folder]))
    .digest("hex")
    .slice(0, 16);
  const path = state === null ? join(ownFolder("state", variables), "watch", name) : resolve(state);
  try {
    makeOwnFolder(path);
    return path;
  } catch (error) {
    throw new DtsyncError(`the folder of the watch cannot be used: ${errorMessage(error)}`, {
      exitCode: exitCodes.failed,
      hint: "name another one with --state",
      cause: error,
    });
  }
}

/** The absolute path of a file of allowed signers, which others must not be able to change. */
function requireSigners(file: string): string {
  const path = resolve(file);
  try {
    readOwnText(path, largestSigners);
    return path;
  } catch (error) {
    throw new DtsyncError(`the file of allowed signers cannot be used: ${errorMessage(error)}`, {
      exitCode: exitCodes.failed,
      hint: "ssh-keygen(1) says under ALLOWED SIGNERS what stands in it",
      cause: error,
    });
  }
}

async function lockState(state: string, { clock, signal }: Context): Promise<Lock> {
  const folder = join(state, "lock");
  const options = { folder, name: state, process: ownIdentity(), clock, signal, patience: 0 };
  return takeLock({ ...options, onWait: () => undefined }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    if (!(error instanceof LockHeld))
      throw new DtsyncError(`nothing keeps another watch from using ${state}: ${errorMessage(error)}`, {
        exitCode: exitCodes.failed,
        hint: isDiskFull(error)
          ? "make room on its disk, or name a folder on another one with --state"
          : `if no other watch uses it, remove ${folder}`,
        cause: error,
      });
    throw new DtsyncError(`another watch uses ${state} (${error.message})`, {
      exitCode: exitCodes.refused,
      hint: "one watch of a branch is enough; another branch or folder has a state of its own",
      cause: error,
    });
  });
}

async function openNotifications(
  { notify, once }: WatchOptions,
  { notified }: WatchMetrics,
  context: Context,
): Promise<WatchNotifications | null> {
  if (notify === null) return null;
  const [{ createNotifier }, { notifyWatch }] = await Promise.all([
    import("../notifier.ts"),
    import("./notify-watch.ts"),
  ]);
  return notifyWatch(createNotifier(notify, context), { ...context, notified, once });
}

async function serve(address: ListenAddress, health: WatchHealth, metrics: WatchMetrics): Promise<WatchServer> {
  const { serveWatch } = await import("../../watch/serve-watch.ts");
  try {
    return await serveWatch(address, health, metrics);
  } catch (error) {
    throw new DtsyncError(`${address.host}:${address.port} cannot be listened on (${errorMessage(error)})`, {
      exitCode: exitCodes.failed,
      hint: "name another port with --listen",
      cause: error,
    });
  }
}

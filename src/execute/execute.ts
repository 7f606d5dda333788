import type { Client } from "../dynatrace/client.ts";
import { createLimiter, type Limiter } from "../lib/limiter.ts";
import type { Host, Inventory, Rollout } from "../model/inventory.ts";
import type { Change } from "../model/plan.ts";
import type { ChangeResult } from "../model/result.ts";
import type { Clock } from "../ports.ts";
import { applyEnvironmentChange, awaitEnvironment } from "./environment-change.ts";
import { applyGroupChanges } from "./group-change.ts";
import { createGroupDirectory } from "./group-directory.ts";
import { applyHostChange, type HostPorts } from "./host-change.ts";
import { runRollout } from "./rollout.ts";
import { failed, failedWith, type Outcome, skipped } from "./settle.ts";

export interface ExecutionPorts extends HostPorts {
  /** Clusters that can be used in this run. */
  readonly clients: ReadonlyMap<string, Client>;
  readonly clock: Clock;
}

export interface ExecutionOptions {
  readonly changes: readonly Change[];
  readonly inventory: Inventory;
  readonly hosts: readonly Host[];
  /** Most hosts worked on at once, over all environments. */
  readonly concurrency: number;
  /** Aborted: nothing new is started, and what is running is finished. */
  readonly signal: AbortSignal;
  readonly onStart: (change: Change) => void;
  readonly onResult: (change: Change, result: ChangeResult) => void;
}

/** Environments that are written at once on one cluster; the client bounds requests besides. */
const environmentLane = 8;
/** Groups that are written at once on one cluster: their objects are large, and the cluster locks them. */
const groupLane = 4;

/**
 * Makes changes in the order that their dependencies ask for, side by side where they allow it. Every change gets exactly
 * one result; a failure skips what depends on it and nothing else. Throws only for bugs.
 */
export async function execute(options: ExecutionOptions, ports: ExecutionPorts): Promise<readonly ChangeResult[]> {
  const { changes, signal } = options;
  const ledger = createLedger(options, ports.clock);
  const lanes = new Map<string, Limiter>();
  const lane = (name: string, size: number): Limiter => {
    const found = lanes.get(name) ?? createLimiter(size);
    lanes.set(name, found);
    return found;
  };

  async function run(
    group: readonly Change[],
    limiter: Limiter,
    work: (ready: readonly Change[]) => Promise<ReadonlyMap<string, Outcome>>,
    /** What is left to wait for; others may have the place in the lane meanwhile. */
    aftermath: (change: Change, outcome: Outcome) => Promise<Outcome> = async (_change, outcome) => outcome,
  ) {
    const ready = await ledger.awaitDependencies(group);
    if (ready.length === 0) return;
    const each = (outcome: (change: Change) => Outcome) =>
      new Map(ready.map((change) => [change.id, outcome(change)] as const));
    const outcomes: ReadonlyMap<string, Outcome> = await limiter.run(async () => {
      if (signal.aborted) return each(() => skipped("interrupted", "the run was interrupted before it began"));
      for (const change of ready) ledger.start(change);
      return work(ready).catch((error: unknown) => each(() => failedWith(error, 1)));
    });
    for (const change of ready) {
      const outcome = outcomes.get(change.id) ?? failed(0, "internal", "the change got no result");
      ledger.finish(change, await aftermath(change, outcome).catch((error: unknown) => failedWith(error, 1)));
    }
  }

  const unusable = (change: Change): Outcome =>
    skipped("cluster-unusable", `the cluster ${change.cluster} cannot be used in this run`);

  const environments = changes
    .filter(({ kind }) => kind === "environment")
    .map((change) => {
      const client = ports.clients.get(change.cluster);
      const environmentPorts = client ? { client, clock: ports.clock, signal } : null;
      return run(
        [change],
        lane(`environments/${change.cluster}`, environmentLane),
        async () => {
          const outcome = environmentPorts ? await applyEnvironmentChange(change, environmentPorts) : unusable(change);
          return new Map([[change.id, outcome]]);
        },
        async (_change, outcome) => (environmentPorts ? awaitEnvironment(change, outcome, environmentPorts) : outcome),
      );
    });

  const directories = new Map([...ports.clients].map(([name, client]) => [name, createGroupDirectory(client)]));
  const groups = [...groupChanges(changes).values()].map((members) =>
    run(members, lane(`groups/${members[0]?.cluster}`, groupLane), async (ready) => {
      const client = ports.clients.get(ready[0]?.cluster ?? "");
      const directory = directories.get(ready[0]?.cluster ?? "");
      if (!client || !directory) return new Map(ready.map((change) => [change.id, unusable(change)]));
      return applyGroupChanges(ready, { client, directory, clock: ports.clock, signal });
    }),
  );

  const hostByName = new Map(options.hosts.map((host) => [host.name, host]));
  const hostLane = createLimiter(options.concurrency);
  const hostWork = [...groupHosts(changes).values()].map(async (members) => {
    const rollout = rolloutOf(members, options.inventory);
    const environmentLimiter = createLimiter(Math.max(1, rollout.concurrency));
    const work = async (change: Change): Promise<Outcome> => {
      let outcome: Outcome = skipped("dependency", "what it depends on was not done");
      await environmentLimiter.run(() =>
        run([change], hostLane, async () => {
          const host = hostByName.get(change.host ?? "");
          outcome = host
            ? await applyHostChange(change, host, ports)
            : {
                status: "stale",
                attempts: 0,
                error: { code: "stale", message: "the host is no longer in its source" },
              };
          return new Map([[change.id, outcome]]);
        }),
      );
      return outcome;
    };
    await runRollout(members, rollout, work, (change, outcome) => ledger.finish(change, outcome));
  });

  await Promise.all([...environments, ...groups, ...hostWork]);
  return ledger.results();
}

interface Ledger {
  /** Waits until everything that the changes depend on has ended; those whose dependencies were not done are skipped. */
  awaitDependencies(group: readonly Change[]): Promise<readonly Change[]>;
  start(change: Change): void;
  finish(change: Change, outcome: Outcome): void;
  results(): readonly ChangeResult[];
}

function createLedger(options: ExecutionOptions, clock: Clock): Ledger {
  const results = new Map<string, ChangeResult>();
  const started = new Map<string, number>();
  const ended = new Map(options.changes.map(({ id }) => [id, withResolvers<ChangeResult>()] as const));
  const finish = (change: Change, outcome: Outcome) => {
    if (results.has(change.id)) return;
    const result: ChangeResult = {
      id: change.id,
      action: change.action,
      status: outcome.status,
      attempts: outcome.attempts,
      durationMs: Math.max(0, clock.now().getTime() - (started.get(change.id) ?? clock.now().getTime())),
      ...(outcome.error ? { error: outcome.error } : {}),
    };
    results.set(change.id, result);
    options.onResult(change, result);
    ended.get(change.id)?.resolve(result);
  };
  return {
    async awaitDependencies(group) {
      const members = new Set(group.map(({ id }) => id));
      const ready: Change[] = [];
      for (const change of group) {
        const dependencies = change.dependsOn.filter((id) => !members.has(id)).flatMap((id) => ended.get(id) ?? []);
        const outcomes = await Promise.all(dependencies.map(({ promise }) => promise));
        const missing = outcomes.find(({ status }) => status !== "done");
        if (missing) finish(change, skipped("dependency", `${missing.id} was not done (${missing.status})`));
        else ready.push(change);
      }
      // The members of a group share one write: without their group's own change the rest has nothing to stand on.
      const lost = ready.filter((change) => change.dependsOn.some((id) => members.has(id) && results.has(id)));
      for (const change of lost) finish(change, skipped("dependency", "its group was not made"));
      return ready.filter((change) => !lost.includes(change));
    },
    start(change) {
      started.set(change.id, clock.now().getTime());
      options.onStart(change);
    },
    finish,
    results: () => options.changes.flatMap(({ id }) => results.get(id) ?? []),
  };
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function groupChanges(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  return collect(
    changes.filter(({ kind }) => kind === "group" || kind === "permission"),
    ({ cluster, group }) => `${cluster}/${group?.toLowerCase()}`,
  );
}

function groupHosts(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  return collect(
    changes.filter(({ kind }) => kind === "host"),
    ({ environment }) => environment ?? "",
  );
}

function collect(
  changes: readonly Change[],
  keyOf: (change: Change) => string,
): ReadonlyMap<string, readonly Change[]> {
  const collected = new Map<string, Change[]>();
  for (const change of changes) {
    const key = keyOf(change);
    const list = collected.get(key);
    if (list) list.push(change);
    else collected.set(key, [change]);
  }
  return collected;
}

const cautious: Rollout = { concurrency: 1, canary: { count: 1 }, batch: { count: 1 }, maxFailures: { count: 0 } };

function rolloutOf(members: readonly Change[], inventory: Inventory): Rollout {
  const id = members[0]?.environment?.toLowerCase();
  return inventory.environments.find((environment) => environment.id.toLowerCase() === id)?.rollout ?? cautious;
}

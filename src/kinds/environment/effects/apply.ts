import { isStatus } from "../../../dynatrace/api-error.ts";
import type { Client } from "../../../dynatrace/client.ts";
import { deleteEnvironment, environmentAnswers, putEnvironment } from "../../../dynatrace/cluster-api.ts";
import type { Applier } from "../../../execute/applier.ts";
import { type ClusterClients, unusableCluster } from "../../../execute/cluster-clients.ts";
import { failed, type Outcome, resultError } from "../../../execute/outcome.ts";
import { type Look, mayHaveHadEffect, type NotYet, settleWrite } from "../../../execute/settle-write.ts";
import type { Limiter } from "../../../lib/limiter.ts";
import { attempted, type RepeatPolicy, repeatUntil, within } from "../../../lib/repeat-until.ts";
import type { ObservedEnvironment } from "../../../model/observed.ts";
import type { Clock, Log } from "../../../ports.ts";
import type { EnvironmentChange } from "../change.ts";
import { compareWithPlan, describeDifference, describeLoss } from "../compare-with-plan.ts";
import { environmentBody } from "./body.ts";
import { createEnvironmentReadings, type EnvironmentReadings } from "./environment-readings.ts";

interface EnvironmentPorts {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Milliseconds that a new environment may take until it serves its own API. */
const readyTimeout = 180_000;
const readyInterval = 500;
/** Milliseconds that a deletion may be refused after disabling; the documentation does not say whether it ever is. */
const deleteTimeout = 60_000;
const deleteInterval = 5_000;

/** What the changes of one cluster share. */
interface ClusterPorts extends EnvironmentPorts {
  readonly readings: EnvironmentReadings;
  /** Holds what is read and written; who waits for a reading that many share stands aside. */
  readonly lane: Limiter;
}

/**
 * Each environment by itself; hosts that stand on one that appears can begin when it answers, rights when it is made. One on
 * which no host stands is not asked whether it answers.
 */
export function environmentApplier(
  clients: ClusterClients,
  ports: Omit<EnvironmentPorts, "client">,
): Applier<"environment"> {
  return async (changes, scheduler) => {
    const shared = new Map(
      [...clients].map(([name, client]) => {
        const own = changes.filter(({ cluster }) => cluster === name);
        const lane = scheduler.lane(`environments/${name}`, client.maxConcurrency);
        return [name, { ...ports, client, lane, readings: createEnvironmentReadings(own, { ...ports, client }) }];
      }),
    );
    const work = changes.map((change) => {
      const own = shared.get(change.cluster);
      if (own === undefined) {
        const lane = scheduler.lane(`environments/${change.cluster}`, 1);
        return scheduler.make({ changes: [change], lane, work: async (ready) => unusableCluster(ready) });
      }
      const carriesHosts = scheduler.dependents(change).some(({ kind }) => kind === "host");
      return scheduler.make({
        changes: [change],
        lane: own.lane,
        work: () => own.readings.working(async () => new Map([[change.id, await applyEnvironmentChange(change, own)]])),
        ...(carriesHosts ? { afterwards: (_change, outcome) => awaitEnvironment(change, outcome, own) } : {}),
      });
    });
    await Promise.all(work);
  };
}

async function applyEnvironmentChange(change: EnvironmentChange, ports: ClusterPorts): Promise<Outcome> {
  const { client, readings, lane } = ports;
  const id = change.environment;
  const mayDelete = within(ports.clock, deleteTimeout, deleteInterval);
  const read = (look: Look): Promise<ObservedEnvironment | null> => {
    switch (look) {
      case "before":
        return readings.before(change);
      case "after":
        return lane.standAside(() => readings.after(change));
      case "more":
        return readings.single(change);
    }
  };
  /** Whether an answer was lost that may have made the environment. */
  let lost = false;
  let overwrote = false;
  let madeAgain = false;
  const outcome = await settleWrite<ObservedEnvironment | null>(
    {
      about: change.id,
      read,
      compare: (current) => compareWithPlan(change, current),
      write: async (current) => {
        if (change.action === "delete") return removeEnvironment(id, client, mayDelete);
        const body = environmentBody(change, current, ports.clock.now());
        const written = await attempted(() => putEnvironment(client, id, body));
        if (written.failed) {
          lost ||= mayHaveHadEffect(written.error);
          throw written.error;
        }
        overwrote ||= current === null && written.value === "changed" && !lost;
        madeAgain ||= current !== null && written.value === "created";
        return undefined;
      },
      describe: (current, from) =>
        from === "plan" ? describeDifference(change, current) : describeLoss(change, current),
    },
    ports,
  );
  if (outcome.status === "done" && madeAgain) return deletedMeanwhile(outcome.attempts);
  return overwrote && outcome.status === "done" ? overwritten(outcome.attempts) : outcome;
}

/** It was not there when it was looked for, and was when it was written: somebody else made it in between. */
const overwritten = (attempts: number): Outcome =>
  failed(
    attempts,
    "overwritten",
    "somebody else made this environment a moment before, and it is as declared now: plan again",
  );

/** It was there when it was looked at, and gone when it was written: what was made is a new one, with nothing of the old. */
const deletedMeanwhile = (attempts: number): Outcome =>
  failed(
    attempts,
    "deleted-meanwhile",
    "somebody deleted this environment a moment before, with its data, and an empty one was made: plan again",
  );

/** Waits for an environment that was made or enabled until it serves its own API: what stands on it can begin then. */
async function awaitEnvironment(
  change: EnvironmentChange,
  outcome: Outcome,
  ports: EnvironmentPorts,
): Promise<Outcome> {
  const appears = (change.action === "create" || change.action === "enable") && change.after.state !== "disabled";
  if (outcome.status !== "done" || !appears) return outcome;
  return (await waitUntilReady(change.environment, ports)) ?? outcome;
}

/** A cluster may refuse to delete what was disabled a moment ago. */
async function removeEnvironment(
  id: string,
  client: Client,
  mayDelete: RepeatPolicy<unknown>,
): Promise<NotYet | undefined> {
  const result = await attempted(() => deleteEnvironment(client, id));
  if (!result.failed) return undefined;
  const wait = isStatus(result.error, 400) ? mayDelete(1, result) : null;
  if (wait === null) throw result.error;
  return { wait, error: result.error };
}

/** Null when the environment answers. The environment exists by then, so the next plan has nothing to create. */
async function waitUntilReady(id: string, { client, clock, log, signal }: EnvironmentPorts): Promise<Outcome | null> {
  const began = clock.elapsed();
  const answers = await repeatUntil(
    () => attempted(() => environmentAnswers(client, id)),
    (found) => !found.failed && found.value,
    within(clock, readyTimeout, readyInterval),
    { clock, signal, lastLook: true },
  );
  const answered = !answers.failed && answers.value;
  const ms = Math.round(clock.elapsed() - began);
  log.info("waited for the environment to answer", () => ({ environment: id, answered, ms }));
  if (answered) return null;
  if (signal.aborted)
    return failed(1, "interrupted", "the environment was made; waiting for it to answer was interrupted");
  if (answers.failed) return { status: "failed", attempts: 1, error: resultError(answers.error) };
  return failed(1, "not-ready", `the environment was made, but did not answer within ${readyTimeout / 1_000} s`);
}

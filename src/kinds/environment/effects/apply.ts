import { isStatus } from "../../../dynatrace/api-error.ts";
import type { Client } from "../../../dynatrace/client.ts";
import {
  deleteEnvironment,
  environmentAnswers,
  putEnvironment,
  readEnvironment,
} from "../../../dynatrace/cluster-api.ts";
import type { Applier } from "../../../execute/applier.ts";
import { type ClusterClients, unusableCluster } from "../../../execute/cluster-clients.ts";
import { failed, type Outcome, resultError } from "../../../execute/outcome.ts";
import { type NotYet, settleWrite } from "../../../execute/settle-write.ts";
import { attempted, type RepeatPolicy, repeatUntil, within } from "../../../lib/repeat-until.ts";
import type { ObservedEnvironment } from "../../../model/observed.ts";
import type { Clock, Log } from "../../../ports.ts";
import type { EnvironmentChange } from "../change.ts";
import { compareWithPlan, describeDifference } from "../compare-with-plan.ts";
import { limitsAmong } from "../fields.ts";
import { environmentBody } from "./body.ts";

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

/** Each environment by itself; hosts that stand on one that appears can begin when it answers, rights when it is made. */
export function environmentApplier(
  clients: ClusterClients,
  ports: Omit<EnvironmentPorts, "client">,
): Applier<"environment"> {
  return async (changes, scheduler) => {
    const work = changes.map((change) => {
      const client = clients.get(change.cluster);
      const lane = scheduler.lane(`environments/${change.cluster}`, client?.maxConcurrency ?? 1);
      if (client === undefined)
        return scheduler.make({ changes: [change], lane, work: async (ready) => unusableCluster(ready) });
      const own = { ...ports, client };
      return scheduler.make({
        changes: [change],
        lane,
        work: async () => new Map([[change.id, await applyEnvironmentChange(change, own)]]),
        afterwards: (_change, outcome) => awaitEnvironment(change, outcome, own),
      });
    });
    await Promise.all(work);
  };
}

async function applyEnvironmentChange(change: EnvironmentChange, ports: EnvironmentPorts): Promise<Outcome> {
  const { client } = ports;
  const id = change.environment;
  const touches = (kind: "quotas" | "storage") => limitsAmong(change.fields, kind).length > 0;
  const includes = { quotas: touches("quotas"), storage: touches("storage") };
  const mayDelete = within(ports.clock, deleteTimeout, deleteInterval);
  return settleWrite<ObservedEnvironment | null>(
    {
      about: change.id,
      read: () => readEnvironment(client, id, includes),
      compare: (current) => compareWithPlan(change, current),
      write: async (current) => {
        if (change.action === "delete") return removeEnvironment(id, client, mayDelete);
        await putEnvironment(client, id, environmentBody(change, current, ports.clock.now()));
        return undefined;
      },
      describe: (current) => describeDifference(change, current),
    },
    ports,
  );
}

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
  const began = clock.now().getTime();
  const answers = await repeatUntil(
    () => attempted(() => environmentAnswers(client, id)),
    (found) => !found.failed && found.value,
    within(clock, readyTimeout, readyInterval),
    { clock, signal, lastLook: true },
  );
  const answered = !answers.failed && answers.value;
  const ms = clock.now().getTime() - began;
  log.info("waited for the environment to answer", () => ({ environment: id, answered, ms }));
  if (answered) return null;
  if (signal.aborted)
    return failed(1, "interrupted", "the environment was made; waiting for it to answer was interrupted");
  if (answers.failed) return { status: "failed", attempts: 1, error: resultError(answers.error) };
  return failed(1, "not-ready", `the environment was made, but did not answer within ${readyTimeout / 1_000} s`);
}

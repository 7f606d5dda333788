import { isStatus } from "../dynatrace/api-error.ts";
import type { Client } from "../dynatrace/client.ts";
import {
  deleteEnvironment,
  type EnvironmentBody,
  environmentAnswers,
  putEnvironment,
  readEnvironment,
} from "../dynatrace/cluster-api.ts";
import { disabledTag, fieldAt, isOwnTag, observedField } from "../kinds/environment/fields.ts";
import { compareWithPlan } from "../kinds/environment/plan.ts";
import type { Fields, Value } from "../lib/json.ts";
import { sortedSet } from "../lib/text.ts";
import type { ObservedEnvironment, ObservedLimits } from "../model/observed.ts";
import type { Change } from "../model/plan.ts";
import type { Clock } from "../ports.ts";
import { failed, type Outcome, resultError, settleWrite } from "./settle.ts";

export interface EnvironmentPorts {
  readonly client: Client;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How long a new environment may take until it serves its own API. */
const readyTimeout = 180_000;
const readyInterval = 500;
/** How long a deletion may be refused after disabling; the documentation does not say whether it ever is. */
const deleteTimeout = 60_000;
const deleteInterval = 5_000;

/** Writable members of quota and storage groups; what else an answer holds is usage and is never sent. */
const limitMembers = new Set([
  "maxLimit",
  "monthlyLimit",
  "annualLimit",
  "totalMonthlyLimit",
  "totalAnnualLimit",
  "maxLimitInDays",
]);

export async function applyEnvironmentChange(change: Change, ports: EnvironmentPorts): Promise<Outcome> {
  const { client } = ports;
  const id = change.environment ?? "";
  const touches = (kind: string) => change.fields.some((field) => field.startsWith(`${kind}.`));
  const includes = { quotas: touches("quotas"), storage: touches("storage") };
  return settleWrite<ObservedEnvironment | null>(
    {
      read: () => readEnvironment(client, id, includes),
      compare: (current) => compareWithPlan(change, current),
      write: async (current) => {
        if (change.action === "delete") await removeEnvironment(id, ports);
        else await putEnvironment(client, id, environmentBody(change, current, ports.clock.now()));
      },
      describe: (current) => describeDifference(change, current),
    },
    ports,
  );
}

/** Waits for an environment that was made or enabled until it serves its own API: what stands on it can begin then. */
export async function awaitEnvironment(change: Change, outcome: Outcome, ports: EnvironmentPorts): Promise<Outcome> {
  const appears =
    (change.action === "create" || change.action === "enable") &&
    fieldAt(change.after as Fields, "state") !== "disabled";
  if (outcome.status !== "done" || !appears) return outcome;
  return (await waitUntilReady(change.environment ?? "", ports)) ?? outcome;
}

/**
 * The whole body of a PUT: members that the change is not about are taken from the cluster, because what a left-out one
 * does is not documented. A touched quota group is sent complete: a limit left out of it would become unlimited.
 */
export function environmentBody(change: Change, current: ObservedEnvironment | null, now: Date): EnvironmentBody {
  const after = change.after as Fields;
  const wanted = (path: string): Value | undefined => (change.fields.includes(path) ? fieldAt(after, path) : undefined);
  const disabled = (wanted("state") ?? (current ? observedField(current, "state") : "enabled")) === "disabled";
  return {
    name: String(wanted("name") ?? current?.name ?? change.environment),
    state: disabled ? "DISABLED" : "ENABLED",
    trial: (wanted("trial") ?? current?.trial ?? false) === true,
    tags: bodyTags(change, current, wanted("tags"), now),
    ...bodyLimits("quotas", change, current?.quotas),
    ...bodyLimits("storage", change, current?.storage),
  };
}

function bodyTags(
  change: Change,
  current: ObservedEnvironment | null,
  wanted: Value | undefined,
  now: Date,
): readonly string[] {
  const present = current?.tags ?? [];
  const declared = Array.isArray(wanted) ? wanted.map(String) : present.filter((tag) => !isOwnTag(tag));
  const own = present.filter(isOwnTag);
  const withoutDay = own.filter((tag) => !tag.startsWith(disabledTag("")));
  if (change.action === "disable")
    return sortedSet([...declared, ...withoutDay, disabledTag(now.toISOString().slice(0, 10))]);
  if (change.action === "enable") return sortedSet([...declared, ...withoutDay]);
  return sortedSet([...declared, ...own]);
}

function bodyLimits(
  kind: "quotas" | "storage",
  change: Change,
  current: ObservedLimits | undefined,
): Partial<EnvironmentBody> {
  const touched = new Set(
    change.fields.filter((field) => field.startsWith(`${kind}.`)).map((field) => field.split(".")[1] ?? ""),
  );
  if (touched.size === 0) return {};
  const limits: Record<string, Record<string, number | null>> = {};
  for (const group of touched) {
    const members: Record<string, number | null> = {};
    for (const [member, value] of Object.entries(current?.[group] ?? {})) {
      if (limitMembers.has(member) && (typeof value === "number" || value === null)) members[member] = value;
    }
    for (const field of change.fields.filter((path) => path.startsWith(`${kind}.${group}.`))) {
      const value = fieldAt(change.after as Fields, field);
      members[field.split(".")[2] ?? ""] = typeof value === "number" ? value : null;
    }
    limits[group] = members;
  }
  return { [kind]: limits };
}

function describeDifference(change: Change, current: ObservedEnvironment | null): string {
  if (current === null) return "the environment is no longer there";
  if (change.before === null) return "an environment of this id exists now, and differs from what is declared";
  const before = change.before as Fields;
  const differing = change.fields.filter(
    (path) => JSON.stringify(observedField(current, path)) !== JSON.stringify(fieldAt(before, path)),
  );
  return `since the plan was made, ${differing.length === 0 ? "its state" : differing.join(", ")} has changed`;
}

async function removeEnvironment(id: string, { client, clock, signal }: EnvironmentPorts): Promise<void> {
  const deadline = clock.now().getTime() + deleteTimeout;
  for (;;) {
    try {
      return await deleteEnvironment(client, id);
    } catch (error) {
      if (!isStatus(error, 400) || clock.now().getTime() >= deadline || signal.aborted) throw error;
      await clock.sleep(deleteInterval, signal).catch(() => undefined);
    }
  }
}

/** Null when the environment answers. The environment exists by then, so the next plan has nothing to create. */
async function waitUntilReady(id: string, { client, clock, signal }: EnvironmentPorts): Promise<Outcome | null> {
  const deadline = clock.now().getTime() + readyTimeout;
  for (;;) {
    try {
      if (await environmentAnswers(client, id)) return null;
    } catch (error) {
      if (clock.now().getTime() >= deadline) return { status: "failed", attempts: 1, error: resultError(error) };
    }
    if (clock.now().getTime() >= deadline) {
      return failed(1, "not-ready", `the environment was made, but did not answer within ${readyTimeout / 1_000} s`);
    }
    if (signal.aborted)
      return failed(1, "interrupted", "the environment was made; waiting for it to answer was interrupted");
    await clock.sleep(readyInterval, signal).catch(() => undefined);
  }
}

import { type ExitCode, exitCodes } from "../errors.ts";
import { printableLine } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import type { Plan } from "../model/plan.ts";
import type { ApplyReport, ResultStatus } from "../model/result.ts";
import { isSuspension } from "../model/suspension.ts";

/**
 * What there is to tell. `failure`: the run could not be done, was refused, or left changes or a part of a cluster behind; `held`:
 * something could not be read, and nobody has suspended it; `drift`: there is something to do, and only a plan was asked for; `recovered`: what was told
 * before is over, which only a watch knows.
 */
export type NotificationEvent = "failure" | "held" | "drift" | "recovered";

/** How a run ended, as far as somebody is to be told of it. */
export interface ToldRun {
  readonly command: "plan" | "apply" | "watch";
  readonly exitCode: ExitCode;
  /** Null: none could be made. */
  readonly plan: Plan | null;
  /** Null: nothing was applied. */
  readonly report: ApplyReport | null;
  /** Why it could not be done, or what happened besides; null: nothing. */
  readonly failure: string | null;
  /** What to say where that is over; left out: everything is as it should be. */
  readonly recovery?: string;
}

export interface NotificationFacts {
  readonly version: string;
  readonly run: string;
  readonly time: Date;
  /** Where the run can be looked at; null: nowhere. */
  readonly link: string | null;
}

/** What is sent as JSON, and what messages for people are made of. `schema/notification.schema.json` describes it. */
export interface Notification {
  readonly format: "dtsync-notification/1";
  readonly dtsync: string;
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly command: ToldRun["command"];
  /** Empty: there was nothing to tell, and everything is. */
  readonly events: readonly NotificationEvent[];
  readonly severity: "error" | "warning" | "info";
  /** One line. */
  readonly title: string;
  /** The first of what failed, is held, is refused or differs, a line each. */
  readonly details: readonly string[];
  readonly exitCode: ExitCode;
  readonly commit: string | null;
  readonly link: string | null;
  readonly plan: Plan["summary"] | null;
  readonly results: ApplyReport["summary"] | null;
  /** The document of `--format json`: the report of an apply, else the plan; null: there is none, or it is too large. */
  readonly document: Plan | ApplyReport | null;
}

/** Lines, and characters of each. */
const mostDetails = 20;
const longestDetail = 300;
/** Characters of the document, with which a notification stays below what receivers usually take. */
const longestDocument = 1_000_000;

export function eventsOf({ exitCode, plan, report }: ToldRun): readonly NotificationEvent[] {
  const good: readonly ExitCode[] = [exitCodes.done, exitCodes.changes, exitCodes.partial];
  const unread = plan?.held.some(({ scope }) => /^(?:cluster|source)\//.test(scope)) ?? false;
  const left = report?.results.some(({ status, error }) => status !== "done" && error?.code !== "superseded") ?? false;
  return [
    ...(!good.includes(exitCode) || unread || left ? ["failure" as const] : []),
    ...(plan?.held.every(isSuspension) === false ? ["held" as const] : []),
    ...(report === null && (plan?.changes.length ?? 0) > 0 ? ["drift" as const] : []),
  ];
}

export function notificationOf(
  run: ToldRun,
  events: readonly NotificationEvent[],
  { version, run: id, time, link }: NotificationFacts,
): Notification {
  const { command, exitCode, plan, report } = run;
  const document = report ?? plan;
  const isSmall = document !== null && JSON.stringify(document).length <= longestDocument;
  return {
    format: "dtsync-notification/1",
    dtsync: version,
    run: id,
    time: time.toISOString(),
    command,
    events,
    severity: events.includes("failure") ? "error" : events.some((event) => event !== "recovered") ? "warning" : "info",
    title: line(`dtsync ${command}: ${headline(run, events)}`),
    details: detailsOf(run),
    exitCode,
    commit: plan?.inventory.commit ?? null,
    link,
    plan: plan?.summary ?? null,
    results: report?.summary ?? null,
    document: isSmall ? document : null,
  };
}

const line = (text: string): string => shortened(printableLine(text), longestDetail);

function headline({ plan, report, failure, recovery }: ToldRun, events: readonly NotificationEvent[]): string {
  if (events.includes("recovered")) return recovery ?? "everything is as it should be again";
  if (failure !== null) return failure;
  const { failed = 0, uncertain = 0, skipped = 0, stale = 0, done = 0 } = report?.summary ?? {};
  const parts = [
    counted(failed, "change failed", "changes failed"),
    counted(uncertain, "change is uncertain", "changes are uncertain"),
    counted(stale, "change is stale", "changes are stale"),
    counted(skipped, "change was skipped", "changes were skipped"),
    counted(report === null ? (plan?.changes.length ?? 0) : 0, "change is to be made", "changes are to be made"),
    counted(done, "change was made", "changes were made"),
    counted(sum(plan?.held.map(({ items }) => items)), "item is held", "items are held"),
  ].filter((part) => part !== "");
  if (parts.length > 0) return parts.join(", ");
  return events.includes("failure") ? "the run failed" : "everything is as declared";
}

const sum = (numbers: readonly number[] = []): number => numbers.reduce((all, number) => all + number, 0);
const counted = (number: number, one: string, more: string): string =>
  number === 0 ? "" : `${number} ${number === 1 ? one : more}`;

/** What failed comes before what was left out because of it, which may be all that there is room for. */
const mostUrgent: readonly ResultStatus[] = ["failed", "uncertain", "stale", "skipped"];

function detailsOf({ plan, report }: ToldRun): readonly string[] {
  const guards = report === null ? (plan?.guards ?? []) : (report.guards ?? []);
  const left = (report?.results ?? []).filter(({ status }) => status !== "done");
  const all = [
    ...left
      .sort((one, other) => mostUrgent.indexOf(one.status) - mostUrgent.indexOf(other.status))
      .map(({ id, action, status, error }) => {
        const reason = error === undefined ? "" : ` (${error.message})`;
        return `${status}: ${action} ${id}${reason}`;
      }),
    ...guards.map(({ guard, limit, actual }) => `refused by ${guard}: ${actual}, at most ${limit}`),
    ...(plan?.held ?? []).map(({ scope, reason }) => `held: ${scope} (${reason})`),
    ...(report === null ? (plan?.changes ?? []).map(({ id, action }) => `${action} ${id}`) : []),
  ];
  const shown = all.slice(0, mostDetails).map(line);
  return all.length > mostDetails ? [...shown, `and ${all.length - mostDetails} more`] : shown;
}

import { usageError } from "../errors.ts";
import { isLoopback } from "../lib/loopback.ts";
import {
  eventsOf,
  type Notification,
  type NotificationEvent,
  notificationOf,
  type ToldRun,
} from "../notify/notification.ts";
import type { ProcessVariables } from "../ports.ts";
import type { Context } from "./context.ts";

export type NotificationFormat = "json" | "slack" | "teams";

export interface NotifyOptions {
  /** `always`: also of a run with nothing to tell. */
  readonly when: readonly (Exclude<NotificationEvent, "recovered"> | "always")[];
  readonly format: NotificationFormat;
}

export interface Notifier {
  /** The events of a run that somebody wants to be told of; null: nobody wants to be told of it at all. */
  wanted(run: ToldRun): readonly NotificationEvent[] | null;
  /** Tells of a run. False: it did not arrive, which the log says. Never rejects. */
  tell(run: ToldRun, events: readonly NotificationEvent[]): Promise<boolean>;
}

/** Characters of a part of the address that may be what makes it a secret; shorter ones are words like `hook`. */
const shortestSecret = 12;

/** Where notifications go: an address that lets whoever knows it send to it, and so a secret. */
export const notifyVariable = "DTSYNC_NOTIFY_URL";

/**
 * What sends notifications. The address comes from the variable alone: no file and no inventory has a say in where they go, and
 * nothing but notifications goes there. Throws a usage error where the variable has no address.
 */
export function createNotifier({ when, format }: NotifyOptions, context: Context): Notifier {
  const { variables, redactor, log, clock, version, runId, signal } = context;
  const address = addressOf(variables);
  redactor.conceal(address.href);
  redactor.conceal(variables[notifyVariable] ?? "");
  redactor.conceal(`${address.pathname}${address.search}`);
  for (const part of secretParts(address)) redactor.conceal(part);

  async function send(notification: Notification): Promise<string | null> {
    const [{ createTransport }, { resolveProxy }, { sendNotification }, body] = await Promise.all([
      import("../dynatrace/transport.ts"),
      import("../dynatrace/resolve-proxy.ts"),
      import("../notify/send-notification.ts"),
      render(notification, format),
    ]);
    const proxy = resolveProxy(address.origin, variables);
    for (const secret of proxy?.secrets ?? []) redactor.conceal(secret);
    const { fetch, close } = await createTransport({ ca: null, connections: 1, proxy });
    try {
      return await sendNotification(address.href, redactor.redact(body), { fetch, clock, random: Math.random, signal });
    } finally {
      await close();
    }
  }

  return {
    wanted(run) {
      const events = eventsOf(run);
      const names: readonly string[] = when;
      const isWanted = names.includes("always") || events.some((event) => names.includes(event));
      return isWanted ? events : null;
    },
    async tell(run, events) {
      const facts = { version, run: runId, time: clock.now(), link: linkOf(variables) };
      const failure = await send(notificationOf(run, events, facts)).catch((error: unknown) => String(error));
      if (failure === null) log.info("notification sent", () => ({ events }));
      else log.warn(`the notification was not sent: ${failure}`, () => ({ events }));
      return failure === null;
    },
  };
}

/** Parts of an address that a receiver may repeat, as they are written in it and as it reads them. */
const secretParts = ({ pathname, search, searchParams }: URL): readonly string[] =>
  [
    ...[pathname, search].flatMap((text) => text.split(/[/?&=]/)),
    ...pathname.split("/").map(decoded),
    ...searchParams.values(),
  ].filter(({ length }) => length >= shortestSecret);

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function addressOf(variables: ProcessVariables): URL {
  const text = variables[notifyVariable]?.trim() ?? "";
  if (text === "") throw usageError(`--notify needs the address in ${notifyVariable}, which is not set`);
  const address = URL.canParse(text) ? new URL(text) : null;
  const isPlain = address?.protocol === "http:" && isLoopback(address.hostname);
  if (address === null || (address.protocol !== "https:" && !isPlain))
    throw usageError(`${notifyVariable} is no address that begins with https://`);
  if (address.username !== "" || address.password !== "")
    throw usageError(`${notifyVariable} has a user or password before its host, which is not sent`);
  return address;
}

async function render(notification: Notification, format: NotificationFormat): Promise<string> {
  if (format === "slack")
    return JSON.stringify((await import("../notify/slack-message.ts")).slackMessage(notification));
  if (format === "teams")
    return JSON.stringify((await import("../notify/teams-message.ts")).teamsMessage(notification));
  return JSON.stringify(notification);
}

/** The page of the job that this is, in the words of the forge that runs it. */
function linkOf(variables: ProcessVariables): string | null {
  const { CI_JOB_URL, GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = variables;
  const github =
    GITHUB_SERVER_URL && GITHUB_REPOSITORY && GITHUB_RUN_ID
      ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`
      : null;
  const link = CI_JOB_URL || github;
  if (!link || !URL.canParse(link)) return null;
  const { protocol, href } = new URL(link);
  return protocol === "https:" || protocol === "http:" ? href : null;
}

import { groupBy } from "../lib/group-by.ts";
import type { Held, Waiting } from "../model/plan.ts";
import { withPlaceholders } from "./placeholders.ts";

/** Scopes that are held for one reason. */
export interface AlikeHeld {
  /** That of the first scope, as an example where others differ in the name of what is held, or in addresses. */
  readonly reason: string;
  readonly scopes: readonly string[];
  /** In all scopes together. */
  readonly items: number;
}

/** Environments that may be deleted from one day on. */
export interface AlikeWaiting {
  readonly until: string;
  readonly ids: readonly string[];
}

/** Warnings that differ in names and numbers alone. */
export interface AlikeWarnings {
  /** Those that are shown. */
  readonly shown: readonly string[];
  readonly others: number;
}

/** Warnings of one kind that are shown; from one more on, all are. */
const shownWarnings = 2;

export function alikeHeld(held: readonly Held[]): readonly AlikeHeld[] {
  const groups = groupBy(held, ({ scope, reason }) => generalMessage(reason, scope));
  return [...groups.values()].map((group) => ({
    reason: exampleOf(group.map(({ reason }) => reason)),
    scopes: group.map(({ scope }) => scope),
    items: group.reduce((sum, { items }) => sum + items, 0),
  }));
}

/** What messages say that are alike: the message, or the first of those that differ in names and addresses. */
export function exampleOf(messages: readonly string[]): string {
  const [first = "", ...others] = messages;
  return others.every((message) => message === first) ? first : `for example ${first}`;
}

export function alikeWaiting(waiting: readonly Waiting[]): readonly AlikeWaiting[] {
  const groups = groupBy(waiting, ({ until }) => until);
  return [...groups].map(([until, group]) => ({ until, ids: group.map(({ id }) => id) }));
}

/** `full`: all are shown. */
export function alikeWarnings(warnings: readonly string[], full: boolean): readonly AlikeWarnings[] {
  if (full) return [{ shown: warnings, others: 0 }];
  const groups = groupBy(warnings, (warning) => generalMessage(warning, warning.slice(0, warning.search(/:?\s|$/))));
  return [...groups.values()].map((group) =>
    group.length <= shownWarnings + 1
      ? { shown: group, others: 0 }
      : { shown: group.slice(0, shownWarnings), others: group.length - shownWarnings },
  );
}

/**
 * A message without what is particular to the item that it is about (an id such as `host/NAME`, or a name), so that
 * messages which say the same of different items are equal.
 */
export function generalMessage(message: string, id: string): string {
  const names = id.split("/").slice(-1).concat(id);
  const general = withPlaceholders(
    message,
    [...new Set(names)].filter((name) => name !== "").map((name) => [name, "{name}"]),
  );
  return general
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, "{address}")
    .replace(/\b(environment|group|permission|host)\/[^\s,;)]+/g, "$1/{name}");
}

import { count, type Paint, printableLine } from "../lib/printable.ts";
import type { Guard, Held, Waiting } from "../model/plan.ts";
import { alikeHeld, alikeWaiting, alikeWarnings } from "./alike-remarks.ts";
import { guardWords } from "./guard-words.ts";

/** What a reader must not miss besides changes and results. */
export interface Remarks {
  readonly held: readonly Held[];
  readonly waiting: readonly Waiting[];
  readonly guards: readonly Guard[];
  readonly warnings: readonly string[];
}

/** Lines below a heading with an empty one after them; nothing where there are none. */
export function textBlock(heading: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [heading, ...items.map((item) => `  ${item}`), ""];
}

/** Everything that is held, by reason. */
export const heldBlock = (held: readonly Held[], paint: Paint): readonly string[] =>
  textBlock(
    paint("yellow", "Held back:"),
    alikeHeld(held).flatMap(({ scopes, reason, items }) => {
      const [first = "", ...others] = scopes.map(printableLine);
      const counted = items === scopes.length ? "" : ` (${count(items, "item")})`;
      if (others.length === 0) return [`! ${first}${counted}: ${printableLine(reason)}`];
      return [`! ${scopes.length} held${counted}: ${printableLine(reason)}`, `    ${[first, ...others].join(", ")}`];
    }),
  );

/** Everything that waits, by day. */
export const waitingBlock = (waiting: readonly Waiting[]): readonly string[] =>
  textBlock(
    "Waiting to be deleted:",
    alikeWaiting(waiting).map(
      ({ ids, until }) => `${ids.map(printableLine).join(", ")}: disabled, may be deleted from ${printableLine(until)}`,
    ),
  );

/** `full`: all items of every guard. Those of a limit, which are many and changes of the plan, are else shown in part. */
export const guardsBlock = (heading: string, guards: readonly Guard[], full = false): readonly string[] =>
  textBlock(
    heading,
    guards.map((guard) => {
      const { override, items } = guard;
      const text = `${guard.guard}: ${guardWords(guard)}`;
      const names = full || override === null ? items.map(printableLine).join(", ") : listNames(items);
      return `${text} (${names})${override === null ? "" : `; to go on: ${override}`}`;
    }),
  );

/** Those that differ in names alone are shown in part, unless `full`. */
export const warningsBlock = (warnings: readonly string[], paint: Paint, full = false): readonly string[] =>
  textBlock(
    paint("yellow", "Warnings:"),
    alikeWarnings(warnings, full).flatMap(({ shown, others }) => [
      ...shown.map(printableLine),
      ...(others > 0 ? [`and ${others} more like the last one`] : []),
    ]),
  );

const shownNames = 8;

/** Names with commas, at most so many of them; `show` makes each of them safe. */
export function listNames(
  names: readonly string[],
  most: number = shownNames,
  show: (name: string) => string = printableLine,
): string {
  const shown = names.slice(0, most).map(show).join(", ");
  return names.length > most ? `${shown} and ${count(names.length - most, "more", "more")}` : shown;
}

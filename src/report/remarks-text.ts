import { count, type Paint, printableLine } from "../lib/printable.ts";
import type { Guard, Held, Waiting } from "../model/plan.ts";

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

export const heldBlock = (held: readonly Held[], paint: Paint): readonly string[] =>
  textBlock(
    paint("yellow", "Held back:"),
    held.map(
      ({ scope, reason, items }) =>
        `! ${printableLine(scope)}${items === 1 ? "" : ` (${count(items, "item")})`}: ${printableLine(reason)}`,
    ),
  );

export const waitingBlock = (waiting: readonly Waiting[]): readonly string[] =>
  textBlock(
    "Waiting to be deleted:",
    waiting.map(({ id, until }) => `${printableLine(id)}: disabled, may be deleted from ${printableLine(until)}`),
  );

export const guardsBlock = (heading: string, guards: readonly Guard[]): readonly string[] =>
  textBlock(
    heading,
    guards.map(({ guard, limit, actual, override, items }) => {
      const what = `${guard}: ${actual}, at most ${limit}`;
      const text =
        guard === "lastClusterAdminGroup" ? `${guard}: no group of cluster administrators would be left` : what;
      return `${text} (${listNames(items)})${override === null ? "" : `; to go on: ${override}`}`;
    }),
  );

export const warningsBlock = (warnings: readonly string[], paint: Paint): readonly string[] =>
  textBlock(paint("yellow", "Warnings:"), warnings.map(printableLine));

const shownNames = 8;

export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).map(printableLine).join(", ");
  return names.length > shownNames ? `${shown} and ${names.length - shownNames} more` : shown;
}

import type { ChangeOptions } from "../../application/change-inventory.ts";
import type { ProcessVariables } from "../../ports.ts";
import { changeOptions } from "./change-options.ts";
import { OptionError } from "./option-error.ts";
import { type RawOptions, textOrNull } from "./raw-options.ts";

export interface SuspendOptions extends ChangeOptions {
  /** Of an environment. */
  readonly id: string;
  /** UTC day, YYYY-MM-DD. */
  readonly until: string;
  readonly reason: string;
}

export async function suspendOptions(
  id: string,
  raw: RawOptions,
  variables: ProcessVariables,
): Promise<SuspendOptions> {
  const until = textOrNull(raw["until"]);
  const reason = textOrNull(raw["why"]);
  if (until === null || !isDay(until))
    throw new OptionError("--until takes the last day on which nothing is changed, such as 2026-12-01");
  if (reason === null) throw new OptionError("--why says the reason, which plans show");
  return { ...(await changeOptions(raw, variables)), id, until, reason };
}

/** A day that the calendar has. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

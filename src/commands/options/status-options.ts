import type { StatusOptions as ReadOptions } from "../../application/read-status.ts";
import type { ProcessVariables } from "../../ports.ts";
import { fleetOptions } from "./fleet-options.ts";
import { OptionError } from "./option-error.ts";
import { type RawOptions, textOrNull } from "./raw-options.ts";

export interface StatusOptions extends ReadOptions {
  /** Whether only environments that need attention are shown. */
  readonly onlyProblems: boolean;
  /** Text with everything, nothing left out. */
  readonly full: boolean;
  /** A file for the map; null: none is drawn. */
  readonly html: string | null;
}

export async function statusOptions(raw: RawOptions, variables: ProcessVariables): Promise<StatusOptions> {
  return {
    ...(await fleetOptions({ ...raw, hosts: raw["hosts"] ?? "skip" }, variables)),
    problemDays: days(textOrNull(raw["problems"])),
    onlyProblems: raw["onlyProblems"] === true,
    full: raw["full"] === true,
    html: textOrNull(raw["html"]),
  };
}

const mostDays = 30;

function days(text: string | null): number | null {
  if (text === null) return null;
  const number = Number(/^(\d{1,2})d$/.exec(text)?.[1] ?? 0);
  if (number < 1 || number > mostDays)
    throw new OptionError(`--problems must be days from 1d to ${mostDays}d, not ${JSON.stringify(text)}`);
  return number;
}

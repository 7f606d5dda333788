import { longestAge } from "../../application/kept-readings.ts";
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
    maxAge: age(textOrNull(raw["maxAge"]) ?? usualAge),
    onlyProblems: raw["onlyProblems"] === true,
    full: raw["full"] === true,
    html: textOrNull(raw["html"]),
  };
}

/** A problem that has just begun is worth knowing; asking 5,000 environments takes half a minute and more. */
const usualAge = "5m";
const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds. */
function age(text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,6})([smhd])$|^0$/.exec(text) ?? [];
  const milliseconds = text === "0" ? 0 : Number(number) * (units[unit] ?? Number.NaN);
  if (Number.isNaN(milliseconds) || milliseconds > longestAge)
    throw new OptionError(`--max-age must be a time up to 1d such as 30s, 10m or 0, not ${JSON.stringify(text)}`);
  return milliseconds;
}

const mostDays = 30;

function days(text: string | null): number | null {
  if (text === null) return null;
  const number = Number(/^(\d{1,2})d$/.exec(text)?.[1] ?? 0);
  if (number < 1 || number > mostDays)
    throw new OptionError(`--problems must be days from 1d to ${mostDays}d, not ${JSON.stringify(text)}`);
  return number;
}

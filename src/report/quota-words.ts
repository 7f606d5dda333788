import { printableLine } from "../lib/printable.ts";
import type { LicenceTotal } from "../model/fleet.ts";

const names: Readonly<Record<string, string>> = {
  customMetrics: "custom metrics",
  davisDataUnits: "Davis data units",
  demUnits: "DEM units",
  hostUnits: "host units",
  logMonitoring: "log monitoring",
  sessionProperties: "session properties",
  syntheticMonitors: "synthetic monitors",
  userSessions: "user sessions",
};

/** A quota in words, with its time; one that is not known by its own name. */
export const quotaWords = ({ quota, period }: Pick<LicenceTotal, "quota" | "period">): string => {
  const name = Object.hasOwn(names, quota) ? (names[quota] ?? quota) : printableLine(quota);
  return period === "now" ? name : `${name} of this ${period}`;
};

/** To a tenth: quotas are counted in fractions. */
export const showUsed = (number: number): string => String(Math.round(number * 10) / 10);

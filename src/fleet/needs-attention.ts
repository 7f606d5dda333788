import type { FleetEnvironment } from "../model/fleet.ts";

/** Whether somebody has to look at it. */
export const needsAttention = ({ condition }: FleetEnvironment): boolean =>
  condition !== "ok" && condition !== "disabled" && condition !== "waiting";

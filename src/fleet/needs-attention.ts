import type { Condition, FleetEnvironment } from "../model/fleet.ts";

/** What is as somebody declared it. */
const atRest: readonly Condition[] = ["ok", "disabled", "waiting", "suspended"];

/** Whether somebody has to look at it. */
export const needsAttention = ({ condition }: FleetEnvironment): boolean => !atRest.includes(condition);

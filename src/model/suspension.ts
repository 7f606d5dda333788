import type { Environment, Suspension } from "./inventory.ts";
import type { Held } from "./plan.ts";

/** Why an environment is not changed on a day (UTC, YYYY-MM-DD); null: it may be. */
export const suspensionOn = ({ suspended }: Pick<Environment, "suspended">, today: string): Suspension | null =>
  suspended !== null && today <= suspended.until ? suspended : null;

/** As plans say why something is held. */
export const suspensionReason = ({ until, reason }: Pick<Suspension, "until" | "reason">): string =>
  `suspended until ${until}: ${reason}`;

/**
 * Whether something is held because somebody declared it so, which is no failure of a run. Nothing else is held under the name
 * of an environment.
 */
export const isSuspension = ({ scope }: Pick<Held, "scope">): boolean => scope.startsWith("environment/");

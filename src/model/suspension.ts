import type { Environment, Suspension } from "./inventory.ts";
import type { Held } from "./plan.ts";

/** Why an environment is not changed on a day (UTC, YYYY-MM-DD); null: it may be. */
export const suspensionOn = ({ suspended }: Pick<Environment, "suspended">, today: string): Suspension | null =>
  suspended !== null && today <= suspended.until ? suspended : null;

/** As plans say why something is held. */
export const suspensionReason = ({ until, reason }: Pick<Suspension, "until" | "reason">): string =>
  `suspended until ${until}: ${reason}`;

/**
 * Whether something is held because somebody declared it so, which is no failure of a run. The reason tells: a removal that
 * cannot be made is held under the name of its environment, too.
 */
export const isSuspension = ({ scope, reason }: Pick<Held, "scope" | "reason">): boolean =>
  scope.startsWith("environment/") && /^suspended until \d{4}-\d{2}-\d{2}: /.test(reason);

import type { Environment, Suspension } from "./inventory.ts";

/** Why an environment is not changed on a day (UTC, YYYY-MM-DD); null: it may be. */
export const suspensionOn = ({ suspended }: Pick<Environment, "suspended">, today: string): Suspension | null =>
  suspended !== null && today <= suspended.until ? suspended : null;

/** As plans say why something is held. */
export const suspensionReason = ({ until, reason }: Pick<Suspension, "until" | "reason">): string =>
  `suspended until ${until}: ${reason}`;

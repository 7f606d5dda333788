import type { Sightings } from "../../src/kinds/host/effects/sightings.ts";

/** Environments that list every host at once. */
export const everythingSeen: Sightings = {
  waitFor: async () => ({ status: "seen" }),
  close: async () => undefined,
};

import type { LicenceHour } from "../model/observed.ts";
import { list, mapped, object, optional, orNothing, textLike, wholeNumber } from "./answer-shape.ts";
import { isStatus } from "./api-error.ts";
import type { Client } from "./client.ts";
import { bodyLimits } from "./read-body.ts";

const hour = 3_600_000;
/** The licence counts with a delay: its export refuses the last two hours. */
const delay = 3 * hour;
/** Of an agent of the host itself, among those of code and others. */
const hostAgent = 1;

const environmentId = textLike(/^[a-zA-Z0-9_-]{1,70}$/, "the id of an environment");

/** Ids of hosts are wider than a number of JavaScript holds; they are counted, and not looked at. */
const consumption = mapped(
  object({
    environmentBillingEntries: list(
      object({
        environmentUuid: environmentId,
        hostUsages: orNothing(
          list(object({ agentUsages: orNothing(list(object({ agentTypeId: optional(wholeNumber) }))) })),
        ),
      }),
    ),
  }),
  ({ environmentBillingEntries }): ReadonlyMap<string, number> =>
    new Map(
      environmentBillingEntries.map(({ environmentUuid, hostUsages }) => [
        environmentUuid.toLowerCase(),
        (hostUsages ?? []).filter(({ agentUsages }) =>
          (agentUsages ?? []).some(({ agentTypeId }) => agentTypeId === hostAgent),
        ).length,
      ]),
    ),
);

/**
 * The hosts that the licence of the cluster counted in the last hour of which it tells, of all its environments at once. Null: the
 * licence (DPS) has no such hours, or the cluster is too old to tell. Throws ApiError.
 */
export async function readLicenceHour(client: Client, now: number): Promise<LicenceHour | null> {
  const start = Math.floor((now - delay) / hour) * hour;
  try {
    const hosts = await client.json(
      {
        method: "GET",
        path: "/api/cluster/v2/license/consumption/hour",
        query: { startTs: String(start) },
        ...{ timeout: 130_000, bodyLimit: bodyLimits.list },
      },
      consumption,
    );
    return { start, hosts };
  } catch (error) {
    if (isStatus(error, 404, 422)) return null;
    throw error;
  }
}

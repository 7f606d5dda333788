import { isStatus } from "../../../dynatrace/api-error.ts";
import type { Client } from "../../../dynatrace/client.ts";
import { type EnvironmentIncludes, readEnvironment, readEnvironments } from "../../../dynatrace/cluster-api.ts";
import type { Environment } from "../../../model/inventory.ts";
import type { ObservedEnvironment } from "../../../model/observed.ts";
import { quotasDiffer } from "../fields.ts";

export interface EnvironmentReading {
  readonly environments: readonly ObservedEnvironment[];
  /** Errors by the id, in lower case, of those whose limits could not be read as they are now. */
  readonly unsure: ReadonlyMap<string, unknown>;
  /** False on a licence without quotas (DPS). */
  readonly quotasLicensed: boolean;
}

/** Limits are costly, so they are asked for only where some are declared. */
export const neededLimits = (declared: readonly Environment[]): EnvironmentIncludes => ({
  quotas: declared.some(({ settings }) => settings.quotas !== undefined),
  storage: declared.some(({ settings }) => settings.storage !== undefined),
});

/**
 * Reads all environments of a cluster with what those that are declared there need, and what is wanted `also`. Throws
 * ApiError.
 */
export async function readClusterEnvironments(
  client: Client,
  declared: readonly Environment[],
  also: EnvironmentIncludes = { quotas: false, storage: false },
): Promise<EnvironmentReading> {
  const needed = neededLimits(declared);
  const wants = {
    quotas: also.quotas || needed.quotas,
    consumption: also.consumption ?? false,
    storage: also.storage || needed.storage,
  };
  try {
    const environments = await readEnvironments(client, wants);
    if (!wants.quotas) return { environments, unsure: new Map(), quotasLicensed: true };
    return { ...(await refreshQuotas(client, declared, environments, wants)), quotasLicensed: true };
  } catch (error) {
    // 422: this licence (DPS) has no quotas.
    if (!isStatus(error, 422) || !wants.quotas) throw error;
    const environments = await readEnvironments(client, { ...wants, quotas: false });
    return { environments, unsure: new Map(), quotasLicensed: false };
  }
}

/**
 * The list gives limits up to an hour old, so one that seems to differ is read once more as it is now. Where one cannot be, the
 * others are none the worse for it.
 */
async function refreshQuotas(
  client: Client,
  declared: readonly Environment[],
  found: readonly ObservedEnvironment[],
  wants: EnvironmentIncludes,
): Promise<Pick<EnvironmentReading, "environments" | "unsure">> {
  const byId = new Map(declared.map((environment) => [environment.id.toLowerCase(), environment]));
  const seemToDiffer = found.filter((observed) => {
    const environment = byId.get(observed.id.toLowerCase());
    return environment !== undefined && quotasDiffer(environment, observed);
  });
  const unsure = new Map<string, unknown>();
  const now = new Map<ObservedEnvironment, ObservedEnvironment | null>();
  await Promise.all(
    seemToDiffer.map(async (observed) => {
      try {
        now.set(observed, await readEnvironment(client, observed.id, wants));
      } catch (error) {
        unsure.set(observed.id.toLowerCase(), error);
      }
    }),
  );
  return { environments: found.map((observed) => now.get(observed) ?? observed), unsure };
}

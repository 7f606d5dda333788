import { errorMessage } from "../errors.ts";
import type { Cluster } from "../model/inventory.ts";
import type { ProcessVariables } from "../ports.ts";
import { type TrustedCluster, trustCluster } from "./allowed-origins.ts";
import { toldOrigins } from "./told-origins.ts";

export interface TrustDecision {
  readonly trusted: readonly TrustedCluster[];
  /** Those whose origin nobody has allowed. */
  readonly unknown: readonly Cluster[];
  /** Whether this runs in a sandbox, where nobody can allow an origin. */
  readonly inSandbox: boolean;
  /** Origins that `DTSYNC_ORIGINS` allows. */
  readonly variable: ReadonlySet<string>;
  /** Where origins are kept. */
  readonly file: string;
  /** Why the file is not used, if it is not. */
  readonly fileProblem: string | null;
  /** Entries of the variable and of the file that allow nothing, with the reason. */
  readonly unusable: readonly string[];
}

/** Tells clusters whose origin is allowed from the others. The file of origins is read only where it matters. */
export async function trustClusters(clusters: readonly Cluster[], variables: ProcessVariables): Promise<TrustDecision> {
  const { inSandbox, file, ofVariable: fromVariable, ofFile } = toldOrigins(variables);
  const decide = (origins: ReadonlySet<string>) => {
    const decided = clusters.map((cluster) => ({ cluster, trusted: trustCluster(cluster, origins) }));
    return {
      trusted: decided.flatMap(({ trusted }) => trusted ?? []),
      unknown: decided.flatMap(({ cluster, trusted }) => (trusted === null ? cluster : [])),
      inSandbox,
      variable: fromVariable.origins,
      file,
    };
  };
  const decision = { ...decide(fromVariable.origins), fileProblem: null, unusable: fromVariable.unusable };
  if (decision.unknown.length === 0) return decision;
  try {
    const fromFile = ofFile();
    return {
      ...decide(new Set([...fromVariable.origins, ...fromFile.origins])),
      fileProblem: null,
      unusable: [...fromVariable.unusable, ...fromFile.unusable],
    };
  } catch (error) {
    return { ...decision, fileProblem: errorMessage(error) };
  }
}

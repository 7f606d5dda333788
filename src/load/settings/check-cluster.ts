import { compareText } from "../../lib/text.ts";
import type { ValuePlace } from "../diagnostics/diagnostics.ts";
import type { Reporting } from "../diagnostics/reporting.ts";
import { showText } from "../diagnostics/show-text.ts";

/** The names of the clusters, or null when dtsync.yaml could not be read well enough to know them all. */
export type ClusterNames = ReadonlySet<string> | null;

/** Reports the name of a cluster that dtsync.yaml does not have. */
export function checkCluster(name: string, clusters: ClusterNames, where: ValuePlace, context: Reporting): void {
  if (clusters === null || clusters.has(name)) return;
  context.diagnostics.error(where, {
    rule: "unknown-cluster",
    message: `there is no cluster ${showText(name)}`,
    hint: context.suggest(name, () => [...clusters].sort(compareText), "Declare it under clusters in dtsync.yaml."),
  });
}

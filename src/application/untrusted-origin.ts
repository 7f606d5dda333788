import { DtsyncError, exitCodes } from "../errors.ts";
import { groupBy } from "../lib/group-by.ts";
import { escapeText } from "../load/diagnostics/show-text.ts";
import type { Cluster } from "../model/inventory.ts";
import { tokenSource } from "../secrets/resolve-token.ts";
import type { TrustDecision } from "../secrets/trust-clusters.ts";

/** Clusters with the places that their tokens come from, for a message. */
export const clustersWithTokens = (clusters: readonly Cluster[]): string =>
  clusters.map((cluster) => `cluster ${cluster.name}, token from ${escapeText(tokenSource(cluster))}`).join("; ");

/** The refusal to send anything to clusters whose origins nobody has allowed, with the lines that would allow them. */
export function untrustedOrigin(decision: TrustDecision): DtsyncError {
  const { unknown, inSandbox, variable, file, fileProblem, unusable } = decision;
  const byOrigin = groupBy(unknown, ({ url }) => url);
  const named = [...byOrigin].map(([origin, clusters]) => `${origin} (${clustersWithTokens(clusters)})`);
  if (inSandbox) {
    return new DtsyncError(`the sandbox does not serve ${named.join(" or ")}: nothing was sent there`, {
      exitCode: exitCodes.refused,
      hint: "a sandbox serves the clusters of the inventory that it began with, and what runs in it reaches no others: begin it again with the inventory of this run",
    });
  }
  const origins = [...new Set([...variable, ...byOrigin.keys()])];
  const one = byOrigin.size === 1;
  const hints = [
    ...(fileProblem === null ? [] : [`${file} is not used: ${fileProblem}`]),
    ...unusable.map((entry) => `passed over: ${entry}`),
    `if ${one ? "it is" : "they are"} right, say so outside of the inventory, with this variable:`,
    `export DTSYNC_ORIGINS=${origins.join(",")}`,
    `or with ${one ? "this line" : "these lines"} in ${file}:`,
    ...byOrigin.keys(),
  ];
  return new DtsyncError(`nobody has allowed to send a token to ${named.join(" or ")}: nothing was sent there`, {
    exitCode: exitCodes.refused,
    hint: hints.join("\n  "),
  });
}

import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { groupBy } from "../lib/group-by.ts";
import type { Cluster } from "../model/inventory.ts";
import { addOrigin } from "../secrets/origins-file.ts";
import { trustClusters } from "../secrets/trust-clusters.ts";
import { ask } from "./ask.ts";
import type { Context } from "./context.ts";
import { clustersWithTokens, untrustedOrigin } from "./untrusted-origin.ts";

/**
 * Sees to it that the origins of all clusters are allowed before anything is sent anywhere. On a terminal it asks for each
 * that is not, once, and keeps the answer in the user's file of origins. Throws a refusal that names all that are not allowed
 * where nobody can be asked, as in a sandbox, and where the answer is not yes.
 */
export async function requireOrigins(
  clusters: readonly Cluster[],
  { variables, terminal, prompt, signal }: Pick<Context, "variables" | "terminal" | "prompt" | "signal">,
): Promise<void> {
  const decision = await trustClusters(clusters, variables);
  const { unknown, file, inSandbox, fileProblem } = decision;
  if (unknown.length === 0) return;
  if (!terminal.input || inSandbox || fileProblem !== null) throw untrustedOrigin(decision);
  for (const [origin, atOrigin] of groupBy(unknown, ({ url }) => url)) {
    const question = [
      `\ndtsync was not told to trust ${origin}. A token would be sent there:`,
      `  ${clustersWithTokens(atOrigin)}`,
      `Trust this origin from now on, with a line in ${file}?`,
    ].join("\n");
    if (!(await ask(question, prompt, signal))) {
      throw new DtsyncError(`${origin} is not trusted, so nothing was sent`, { exitCode: exitCodes.refused });
    }
    await keep(origin, file);
  }
}

async function keep(origin: string, file: string): Promise<void> {
  try {
    await addOrigin(file, origin);
  } catch (error) {
    throw new DtsyncError(`${file} cannot be written (${errorMessage(error)}), so nothing was sent`, {
      exitCode: exitCodes.failed,
      hint: `export DTSYNC_ORIGINS=${origin} allows the origin without the file`,
      cause: error,
    });
  }
}

import type { GitEdges } from "../git/run-git.ts";
import type { Context } from "./context.ts";

/** What Git is called with in a run. */
export const gitEdges = ({ variables, signal, log }: Pick<Context, "variables" | "signal" | "log">): GitEdges => ({
  environment: variables,
  signal,
  log,
});

import { DtsyncError, exitCodes } from "../errors.ts";
import type { Forge } from "../forge/forge.ts";
import type { MergeRequest } from "../forge/merge-request.ts";
import { allowsOrigin } from "../secrets/allows-origin.ts";
import type { Context } from "./context.ts";

/** Where tokens for notes are, the first that is set. */
const tokenVariables = {
  gitlab: ["DTSYNC_COMMENT_TOKEN", "DTSYNC_GITLAB_TOKEN"],
  github: ["DTSYNC_COMMENT_TOKEN", "GITHUB_TOKEN"],
} as const;

/**
 * The forge with the merge request. Its address comes from the variables of the pipeline and from nowhere else, so a token
 * goes there if the forge itself runs the pipeline, or somebody has allowed the origin as for clusters. Throws a refusal, or an
 * error that says which variable has to hold a token.
 */
export async function openForge(
  request: MergeRequest,
  context: Pick<Context, "variables" | "redactor" | "clock" | "log" | "signal">,
): Promise<{ readonly forge: Forge; readonly close: () => Promise<void> }> {
  const { variables, redactor, clock, log, signal } = context;
  const { api, origin } = request;
  if (!request.inPipeline && !allowsOrigin(origin, variables)) {
    throw new DtsyncError(`nobody has allowed to send a token to ${origin}: nothing was sent there`, {
      exitCode: exitCodes.refused,
      hint: `outside of a pipeline of the forge itself, export DTSYNC_ORIGINS=${origin} allows it`,
    });
  }
  const names = tokenVariables[request.forge];
  const token = names.map((name) => variables[name]?.trim() ?? "").find((value) => value !== "");
  if (token === undefined) {
    throw new DtsyncError(`there is no token for notes: ${names.join(" and ")} are not set`, {
      exitCode: exitCodes.failed,
      hint: "dtsync help gitlab says which token it takes, and where to keep it",
    });
  }
  if (/[^\x21-\x7e]/.test(token)) {
    throw new DtsyncError("the token for notes has a blank or another character in it that no token has", {
      exitCode: exitCodes.failed,
    });
  }
  redactor.conceal(token);
  const [{ createTransport }, { resolveProxy }, { createForgeClient }, gitlab, github] = await Promise.all([
    import("../dynatrace/transport.ts"),
    import("../dynatrace/resolve-proxy.ts"),
    import("../forge/forge-client.ts"),
    import("../forge/gitlab.ts"),
    import("../forge/github.ts"),
  ]);
  const proxy = resolveProxy(origin, variables);
  for (const secret of proxy?.secrets ?? []) redactor.conceal(secret);
  // The authority of a GitLab with a certificate of its own.
  const ca = request.forge === "gitlab" ? variables["CI_SERVER_TLS_CA_FILE"] || null : null;
  const { fetch, close } = await createTransport({ ca, connections: 1, proxy });
  const edges = { api, fetch, clock, random: Math.random, log, signal };
  if (request.forge === "gitlab") {
    const { gitlabHeaders, gitlabRights, createGitlab } = gitlab;
    const client = createForgeClient({ name: "GitLab", rights: gitlabRights, headers: gitlabHeaders(token), ...edges });
    return { forge: createGitlab(client, request), close };
  }
  const { githubHeaders, githubRights, createGithub } = github;
  const client = createForgeClient({ name: "GitHub", rights: githubRights, headers: githubHeaders(token), ...edges });
  return { forge: createGithub(client, request), close };
}

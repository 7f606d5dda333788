import { DtsyncError, exitCodes } from "../errors.ts";
import type { ForgeClient } from "../forge/forge-client.ts";
import type { Project } from "../forge/project.ts";
import { allowsOrigin } from "../secrets/allows-origin.ts";
import { forgeTokenVariables } from "../secrets/forge-tokens.ts";
import type { Context } from "./context.ts";

/**
 * The API of the forge with a project. Its address comes from the variables of the pipeline and from nowhere else, so a token
 * goes there if the forge itself runs the pipeline, or somebody has allowed the origin as for clusters. Throws a refusal, or an
 * error that says which variable has to hold a token.
 */
export async function openForge(
  project: Project,
  purpose: keyof typeof forgeTokenVariables,
  context: Pick<Context, "variables" | "redactor" | "clock" | "log" | "signal">,
): Promise<{ readonly client: ForgeClient; readonly close: () => Promise<void> }> {
  const { variables, redactor, clock, log, signal } = context;
  const { api, origin } = project;
  if (!project.inPipeline && !allowsOrigin(origin, variables)) {
    throw new DtsyncError(`nobody has allowed to send a token to ${origin}: nothing was sent there`, {
      exitCode: exitCodes.refused,
      hint: `outside of a pipeline of the forge itself, export DTSYNC_ORIGINS=${origin} allows it`,
    });
  }
  const names = forgeTokenVariables[purpose][project.forge];
  const token = names.map((name) => variables[name]?.trim() ?? "").find((value) => value !== "");
  if (token === undefined) {
    throw new DtsyncError(`there is no token for ${purpose}: ${names.join(" and ")} are not set`, {
      exitCode: exitCodes.failed,
      hint: "dtsync help gitlab says which token it takes, and where to keep it",
    });
  }
  if (/[^\x21-\x7e]/.test(token)) {
    throw new DtsyncError(`the token for ${purpose} has a blank or another character in it that no token has`, {
      exitCode: exitCodes.failed,
    });
  }
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
  const ca = project.forge === "gitlab" ? variables["CI_SERVER_TLS_CA_FILE"] || null : null;
  const { fetch, close } = await createTransport({ ca, connections: 1, proxy });
  const edges = { api, fetch, clock, random: Math.random, log, signal };
  const client =
    project.forge === "gitlab"
      ? createForgeClient({
          ...{ name: "GitLab", rights: gitlab.gitlabRights[purpose], headers: gitlab.gitlabHeaders(token) },
          ...edges,
        })
      : createForgeClient({
          ...{ name: "GitHub", rights: github.githubRights[purpose], headers: github.githubHeaders(token) },
          ...edges,
        });
  return { client, close };
}

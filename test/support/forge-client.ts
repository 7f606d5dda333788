import { createForgeClient, type ForgeClient } from "../../src/forge/forge-client.ts";
import { githubHeaders, githubRights } from "../../src/forge/github.ts";
import { gitlabHeaders, gitlabRights } from "../../src/forge/gitlab.ts";
import { noon } from "./builders.ts";
import { fakeClock } from "./fake-clock.ts";
import { fetchFrom, forgeTokens, type SimulatedForge } from "./simulated-forge.ts";

const quiet = { error() {}, warn() {}, info() {}, debug() {} };

/** The client of a simulated forge. `token`: its own if left out. */
export function forgeClient(
  kind: "gitlab" | "github",
  simulated: SimulatedForge,
  purpose: "notes" | "issues",
  token = forgeTokens[kind],
  clock = fakeClock(noon),
): ForgeClient {
  const edges = {
    fetch: fetchFrom(simulated),
    clock,
    random: () => 0,
    log: quiet,
    signal: new AbortController().signal,
  };
  return kind === "gitlab"
    ? createForgeClient({
        ...{ name: "GitLab", api: "http://127.0.0.1/api/v4" },
        ...{ rights: gitlabRights[purpose], headers: gitlabHeaders(token), ...edges },
      })
    : createForgeClient({
        ...{ name: "GitHub", api: "http://127.0.0.1" },
        ...{ rights: githubRights[purpose], headers: githubHeaders(token), ...edges },
      });
}

import type { HostProblem } from "./host-problem.ts";

/** Why a host whose own words are as wanted is not believed to be at work yet. */
type Unseen =
  | {
      readonly status: "not-seen";
      /** Milliseconds. */
      readonly within: number;
      /** What its environment says of it instead; null: it does not list it at all. */
      readonly remark: string | null;
    }
  /** Another environment of the run lists it. */
  | { readonly status: "elsewhere"; readonly environment: string }
  /** When the time of the host was over, the list of its environment could not be read. */
  | { readonly status: "unreadable"; readonly reason: string }
  /** The run was interrupted while it was waited for. */
  | { readonly status: "interrupted" };

/** `no-list`: the cluster has no list of an environment's hosts, so that nobody but the host itself can tell. */
export type Sighting = Unseen | { readonly status: "seen" } | { readonly status: "no-list" };

/** What that means for the change, which was made on the host itself. */
export function unseenProblem(unseen: Unseen, environment: string): HostProblem {
  switch (unseen.status) {
    case "not-seen":
      return {
        code: "not-seen",
        message: `the agent says that it is connected, but ${environment} has not listed the host within ${spell(unseen.within)}${unseen.remark === null ? "" : ` (${unseen.remark})`}: look at its page of deployed OneAgents, at /var/log/dynatrace/oneagent on the host, and at its clock; the next plan finds the host as it is`,
      };
    case "elsewhere":
      return {
        code: "wrong-environment",
        message: `the agent is set to ${environment}, but ${unseen.environment} lists the host: look for a copied machine with the same host id, and at what stands between the host and the cluster`,
      };
    case "unreadable":
      return {
        code: "list-unreadable",
        message: `the agent says that it is connected, but the hosts that ${environment} lists could not be read (${unseen.reason}): see to it that GET /e/${environment}/api/v1/oneagents answers, or set rollout.seenWithin: 0 to believe the agent alone; the next plan finds the host as it is`,
      };
    case "interrupted":
      return {
        code: "interrupted",
        message: `the agent says that it is connected, but the run was interrupted before ${environment} listed the host: the next plan finds the host as it is`,
      };
  }
}

const spell = (milliseconds: number): string =>
  milliseconds % 60_000 === 0 ? `${milliseconds / 60_000} min` : `${milliseconds / 1_000} s`;

import type { AnyAuthMethod } from "ssh2";
import { createPromiseCache } from "../lib/promise-cache.ts";
import { type BoundedAgent, createBoundedAgent } from "./agent.ts";
import { HostError } from "./host-error.ts";
import { type Identity, readIdentity } from "./identity.ts";
import type { SshTarget } from "./target.ts";

/** Part of the time for a login that an agent may take to say which keys it holds: others are to be tried, too. */
const agentsShare = 0.5;

/**
 * How to log in. Premise: a server counts the keys that it is offered, and lets nobody in after six by default. So each key
 * is offered once, those that are named before all others of the agent.
 *
 * Cases: a named key whose private half is in its file logs in from there; any other that the file or the `.pub` beside it
 * identifies is left to the agent, whatever locks it. A file that names no key, or one that the agent does not hold, is
 * passed over, and said when nothing else was accepted.
 */
export interface Authentication {
  readonly methods: readonly AnyAuthMethod[];
  /** Why a key was not offered, in words; null: all were. */
  omission(): string | null;
  /** Ends what is open to the agent. */
  end(): void;
}

/** Reads the keys of files once. Throws HostError where there is nothing to offer. */
export function createAuthenticator(): (target: SshTarget) => Promise<Authentication> {
  const identities = createPromiseCache<Identity>();
  return async (target) => {
    const { agentSocket, user: username, otherKeys } = target;
    const named = await Promise.all(target.identityFiles.map((path) => identities.get(path, () => readIdentity(path))));
    const agent = agentSocket === null ? null : createBoundedAgent(agentSocket, target.connectTimeout * agentsShare);
    const offered = new Set(named.flatMap(({ publicKey }) => publicKey ?? []));
    const methods = named.flatMap((identity) => methodOf(identity, username, agent));
    const agentMethod = (choose: (key: string) => boolean) =>
      agent === null ? [] : [{ type: "agent", username, agent: agent.only(choose) } satisfies AnyAuthMethod];
    const all = [...methods, ...(otherKeys ? agentMethod((key) => !offered.has(key)) : [])];
    const unusable = named.find((identity) => identity.unusable !== null && identity.privateKey === null);
    const locked = unusable === undefined ? null : describeUnusable(unusable);
    if (all.length === 0) {
      if (locked !== null) throw new HostError("identity-file", locked);
      const source = otherKeys ? "neither an SSH agent nor any of" : "none of";
      throw new HostError(
        "authentication-failed",
        `there is no key to offer: ${source} ${target.identityFiles.join(", ")}`,
      );
    }
    return {
      methods: all,
      omission() {
        const fault = agent?.fault() ?? null;
        return fault === null ? locked : `the SSH agent cannot be used (${fault.message})`;
      },
      end: () => agent?.end(),
    };
  };
}

function methodOf(identity: Identity, username: string, agent: BoundedAgent | null): readonly AnyAuthMethod[] {
  const { privateKey, publicKey } = identity;
  if (privateKey !== null) return [{ type: "publickey", username, key: privateKey }];
  if (publicKey === null || agent === null) return [];
  return [{ type: "agent", username, agent: agent.only((key) => key === publicKey) }];
}

const describeUnusable = ({ path, unusable }: Identity): string =>
  `the key ${path} cannot be used (${unusable}): load it into the SSH agent`;

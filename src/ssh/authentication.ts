import type { AnyAuthMethod } from "ssh2";
import { createPromiseCache } from "../lib/promise-cache.ts";
import { type BoundedAgent, createBoundedAgent } from "./agent.ts";
import { HostError } from "./host-error.ts";
import { type Identity, readIdentity } from "./identity.ts";
import { keyTypeFor, keyTypeOf } from "./key-blob.ts";
import type { SshTarget } from "./target.ts";

/** Part of the time for a login that an agent may take to say which keys it holds: others are to be tried, too. */
const agentsShare = 0.5;

/**
 * How to log in. Premise: a server counts the keys that it is offered, and lets nobody in after six by default. So each key
 * is offered once, those that are named before all others of the agent.
 *
 * Cases: a named key whose private half is in its file logs in from there; any other that the file or the `.pub` beside it
 * identifies is left to the agent, whatever locks it. A file that names no key, or one that the agent does not hold, is
 * passed over, and so is a key that may sign with nothing that ssh_config allows; it is said when nothing else was accepted.
 */
export interface Authentication {
  readonly methods: readonly AnyAuthMethod[];
  /** Why a key was not offered, in words; null: all were. `mayRsaSign`: as it turned out with the server. */
  omission(mayRsaSign: boolean): string | null;
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
    const signing = new Set(target.algorithms.publicKey.map(keyTypeFor));
    const maySign = (key: string) => signing.has(keyTypeOf(key) ?? "");
    const offered = named.filter(({ publicKey }) => publicKey === null || maySign(publicKey));
    const namedKeys = new Set(named.flatMap(({ publicKey }) => publicKey ?? []));
    const agentMethod = (choose: (key: string) => boolean) =>
      agent === null ? [] : [{ type: "agent", username, agent: agent.only(choose) } satisfies AnyAuthMethod];
    const all = [
      ...offered.flatMap((identity) => methodOf(identity, username, agent)),
      ...(otherKeys ? agentMethod((key) => !namedKeys.has(key) && maySign(key)) : []),
    ];
    const held = (): ReadonlySet<string> => agent?.held() ?? new Set();
    const barred = named.find((identity) => !offered.includes(identity));
    const locked = () =>
      offered.find((it) => it.unusable !== null && it.privateKey === null && !held().has(it.publicKey ?? ""));
    const reason = () => {
      const unusable = locked();
      if (unusable !== undefined) return describeUnusable(unusable);
      return barred === undefined ? null : describeBarred(barred);
    };
    if (all.length === 0) {
      const why = reason();
      if (why !== null && locked() !== undefined) throw new HostError("identity-file", why);
      const source = otherKeys ? "neither an SSH agent nor any of" : "none of";
      throw new HostError(
        "authentication-failed",
        why ?? `there is no key to offer: ${source} ${target.identityFiles.join(", ")}`,
      );
    }
    return {
      methods: all,
      omission(mayRsaSign) {
        const fault = agent?.fault() ?? null;
        if (fault !== null) return `the SSH agent cannot be used (${fault.message})`;
        const hasRsa = [...namedKeys, ...held()].some((key) => keyTypeOf(key) === "ssh-rsa");
        if (hasRsa && !mayRsaSign && signing.has("ssh-rsa")) {
          return "RSA keys were not offered, because the server takes none of the signatures that PubkeyAcceptedAlgorithms of ssh_config allows (old servers take only ssh-rsa)";
        }
        return reason();
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

const describeBarred = ({ path, publicKey }: Identity): string =>
  `the key ${path} is not offered, because PubkeyAcceptedAlgorithms of ssh_config allows no signature of ${keyTypeOf(publicKey ?? "")}`;

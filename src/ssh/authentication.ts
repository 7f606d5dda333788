import type { AnyAuthMethod } from "ssh2";
import { createPromiseCache } from "../lib/promise-cache.ts";
import { type BoundedAgent, createBoundedAgent } from "./agent.ts";
import { HostError } from "./host-error.ts";
import { certificateBeside, type Identity, readIdentity } from "./identity.ts";
import { keyTypeFor, keyTypeOf, rsaBitsOf } from "./key-blob.ts";
import type { SshTarget } from "./target.ts";

/** Part of the time for a login that an agent may take to say which keys it holds: others are to be tried, too. */
const agentsShare = 0.5;

/**
 * How to log in. Premise: a server counts the keys that it is offered, and lets nobody in after six by default. So each key
 * is offered once, those that are named before all others of the agent.
 *
 * Cases: a named key whose private half is in its file logs in from there; any other that the file or the `.pub` beside it
 * identifies is left to the agent, whatever locks it. A file that names no key, or one that the agent does not hold, is
 * passed over, and so is a key that ssh_config does not allow; it is said when nothing else was accepted.
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
    const barrier = (key: string): string | null => {
      const type = keyTypeOf(key) ?? "";
      if (!signing.has(type)) return `PubkeyAcceptedAlgorithms of ssh_config allows no signature of ${type}`;
      const bits = rsaBitsOf(key) ?? Number.POSITIVE_INFINITY;
      return bits < target.requiredRsaSize ? `it has ${bits} bits, and ${target.requiredRsaSize} are required` : null;
    };
    const barrierOf = ({ publicKey }: Identity) => (publicKey === null ? null : barrier(publicKey));
    const offered = named.filter((identity) => barrierOf(identity) === null);
    const namedKeys = new Set(named.flatMap(({ publicKey }) => publicKey ?? []));
    const agentMethod = (choose: (key: string) => boolean) =>
      agent === null ? [] : [{ type: "agent", username, agent: agent.only(choose) } satisfies AnyAuthMethod];
    const all = [
      ...offered.flatMap((identity) => methodOf(identity, username, agent)),
      ...(otherKeys ? agentMethod((key) => !namedKeys.has(key) && barrier(key) === null) : []),
    ];
    const held = (): ReadonlySet<string> => agent?.held() ?? new Set();
    const locked = () =>
      offered.find((it) => it.unusable !== null && it.privateKey === null && !held().has(it.publicKey ?? ""));
    const barred = named.find((identity) => barrierOf(identity) !== null);
    const reasons = (): readonly string[] => {
      const key = locked() ?? barred;
      const why = key === undefined ? null : barrierOf(key);
      const words = key === undefined ? [] : [why === null ? describeUnusable(key) : describeBarred(key, why)];
      return [...words, ...certificateLeftOut(target)];
    };
    if (all.length === 0) {
      if (locked() !== undefined) throw new HostError("identity-file", reasons().join("; "));
      const source = otherKeys ? "neither an SSH agent nor any of" : "none of";
      const nothing = `there is no key to offer: ${source} ${target.identityFiles.join(", ")}`;
      throw new HostError("authentication-failed", [nothing, ...reasons()].join("; "));
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
        return reasons().join("; ") || null;
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

const describeBarred = ({ path }: Identity, barrier: string): string =>
  `the key ${path} is not offered, because ${barrier}`;

/** Of users' certificates, one of which may be what the server wants. */
function certificateLeftOut({ leftOut, identityFiles }: SshTarget): readonly string[] {
  const place = leftOut.CertificateFile;
  const found =
    place === undefined
      ? identityFiles.flatMap((path) => certificateBeside(path) ?? [])
      : [`of CertificateFile in ssh_config (${place})`];
  return found.slice(0, 1).map((certificate) => `the certificate ${certificate} is left out by dtsync`);
}

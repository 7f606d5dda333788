import { errorMessage } from "../errors.ts";
import { readOrdinaryText } from "../files/read-ordinary-file.ts";
import { createPromiseCache } from "../lib/promise-cache.ts";
import { appendKnownHost } from "./append-known-host.ts";
import { HostError } from "./host-error.ts";
import { rsaBitsOf } from "./key-blob.ts";
import { type HostKeyVerdict, type KnownHosts, nameInFile, parseKnownHosts } from "./known-hosts.ts";
import { knownHostsLine } from "./known-hosts-line.ts";
import { type Revocation, readRevokedHostKeys } from "./revoked-host-keys.ts";
import type { SshTarget } from "./target.ts";

/**
 * Terms: a key is *taken* when it is of a host that nothing is known of, and the host's settings say `accept-new`.
 *
 * Premise: where keys are kept is the user's matter. No file that the inventory names is ever written, and nothing is
 * written by a run that only looks.
 *
 * Cases: a key that was taken is the host's key for the rest of the run, like one of a file. A run that changes hosts
 * writes it besides, once, also when an earlier step took it; where it cannot be written the host is not used, because
 * the next run would take any other key.
 */
export interface HostKeys {
  /** What the files say of a machine's keys, and what this run has taken. Throws HostError. */
  of(target: SshTarget): Promise<JudgeHostKey>;
  /** Takes a key that is unknown, or was taken earlier. Throws HostError. */
  take(target: SshTarget, key: string): Promise<void>;
}

export interface JudgeHostKey {
  /**
   * Judges a key (base64 of the public key blob). `taken`: it is the one that was taken earlier in the run; `short`: it is an
   * RSA key of fewer bits than are required.
   */
  judge(key: string): HostKeyVerdict | "taken" | "short";
  readonly keyTypes: readonly string[];
  /** Where what revokes a key stands: `FILE:LINE`, or `FILE` where that has no lines. */
  revocations(key: string): readonly string[];
  /** Where lines with keys of the host stand, and authorities for certificates of hosts. */
  readonly places: readonly string[];
  readonly authorities: readonly string[];
}

/** The keys that were taken in a run, in base64 by the name that known_hosts would have. */
export type TakenHostKeys = Map<string, { readonly key: string; written: boolean }>;

const largestKnownHosts = 20_000_000;

/** Host keys by known_hosts files, each read once. Whether keys may be written is asked each time. */
export function createHostKeys(taken: TakenHostKeys, allowed: { readonly write: boolean }): HostKeys {
  const files = createPromiseCache<KnownHosts>();
  const revoked = createPromiseCache<Revocation>();
  return {
    async of(target) {
      // A host that is known by several names may find the same line by each of them.
      const ofAllNames = <T>(find: (name: string, port: number) => readonly T[]): readonly T[] => [
        ...new Set(target.knownAs.flatMap(({ name, port }) => find(name, port))),
      ];
      const paths = target.knownHostsFiles;
      const known = await files.get(paths.join("\n"), async () =>
        parseKnownHosts(await Promise.all(paths.map(async (path) => ({ path, text: await readKnownHosts(path) })))),
      );
      const revokedKeys = await Promise.all(
        target.revokedHostKeys.map((file) => revoked.get(JSON.stringify(file), async () => readRevokedHostKeys(file))),
      );
      const revocations = (key: string): readonly string[] => [
        ...revokedKeys.flatMap((revocation) => revocation(key) ?? []),
        ...ofAllNames((name, port) => known.revocations(name, port, key)),
      ];
      const own = target.knownAs[0];
      const earlierKey = () =>
        own && target.hostKeys === "accept-new" ? taken.get(nameInFile(own.name, own.port))?.key : undefined;
      return {
        judge(key) {
          if ((rsaBitsOf(key) ?? Number.POSITIVE_INFINITY) < target.requiredRsaSize) return "short";
          if (revocations(key).length > 0) return "revoked";
          const verdicts = target.knownAs.map(({ name, port }) => known.judge(name, port, key));
          const verdict = verdicts.find((found) => found !== "unknown");
          const earlier = earlierKey();
          if (verdict !== undefined || earlier === undefined) return verdict ?? "unknown";
          return earlier === key ? "taken" : "changed";
        },
        revocations,
        keyTypes: ofAllNames(known.keyTypes),
        places: ofAllNames(known.places),
        authorities: ofAllNames(known.authorities),
      };
    },
    async take(target, key) {
      const [own] = target.knownAs;
      if (!own) throw new HostError("host-key-unknown", "a host without a name has no key");
      const name = nameInFile(own.name, own.port);
      const line = knownHostsLine({ ...own, key, hashed: target.newHostKeys.hashed });
      const entry = taken.get(name) ?? { key, written: false };
      if (entry.key !== key) {
        throw new HostError("host-key-changed", `${target.hostName}:${target.port} shows two host keys in one run`);
      }
      taken.set(name, entry);
      const { file } = target.newHostKeys;
      if (!allowed.write || entry.written || file === null) return;
      entry.written = true;
      try {
        await appendKnownHost(file, line);
      } catch (error) {
        entry.written = false;
        throw new HostError(
          "host-key-unknown",
          `the new host key of ${target.hostName}:${target.port} cannot be written into ${file} (${errorMessage(error)}): add it there after checking it`,
          { cause: error },
        );
      }
    },
  };
}

/** A file that is not there holds no keys. One that cannot be read may say that a key is revoked. */
async function readKnownHosts(path: string): Promise<string> {
  if (path === "/dev/null") return "";
  try {
    return readOrdinaryText(path, { largest: largestKnownHosts });
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return "";
    throw new HostError("known-hosts", `the known_hosts file ${path} cannot be used (${errorMessage(error)})`, {
      cause: error,
    });
  }
}

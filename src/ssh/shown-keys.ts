import { explainConnection } from "./connection-failure.ts";
import type { HostKeys } from "./host-keys.ts";
import type { SshTarget } from "./target.ts";

/** Remembers which host key each connection was opened with, so that it can be judged again without opening another one. */
export interface ShownKeys {
  /** What connections are to be opened with. */
  readonly hostKeys: HostKeys;
  /**
   * Judges the key of a connection by the settings of another target that leads to the same machine. A key that was taken
   * is taken again: it is written now if it may be written by now. Throws HostError where the key is not trusted.
   */
  confirm(opened: SshTarget, target: SshTarget): Promise<void>;
}

export function createShownKeys(hostKeys: HostKeys): ShownKeys {
  const keys = new WeakMap<SshTarget, string>();
  /** Targets that know the key from their files; looking again may take long. */
  const trusting = new WeakMap<SshTarget, WeakSet<SshTarget>>();
  return {
    hostKeys: {
      take: hostKeys.take,
      async of(target) {
        const known = await hostKeys.of(target);
        return {
          ...known,
          judge(key) {
            keys.set(target, key);
            const verdict = known.judge(key);
            if (verdict === "trusted") trusting.set(target, new WeakSet([target]));
            return verdict;
          },
        };
      },
    },
    async confirm(opened, target) {
      if (trusting.get(opened)?.has(target)) return;
      const key = keys.get(opened) ?? "";
      const known = await hostKeys.of(target);
      const verdict = known.judge(key);
      if (verdict === "taken" || (verdict === "unknown" && target.hostKeys === "accept-new")) {
        return hostKeys.take(target, key);
      }
      if (verdict !== "trusted") {
        const failed = {
          ...known,
          verdict,
          revocations: known.revocations(key),
          omission: null,
          furtherMethods: [],
          beginning: "",
        };
        throw explainConnection(new Error("its host key is not trusted"), target, failed);
      }
      const others = trusting.get(opened) ?? new WeakSet();
      trusting.set(opened, others.add(target));
    },
  };
}

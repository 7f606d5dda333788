import type { ChosenTransfer } from "../kinds/host/choose-transfer.ts";
import type { Host } from "../model/inventory.ts";
import type { InstallerTransfers } from "../model/result.ts";
import type { BeginStep } from "../ports.ts";

interface TransferTally {
  /** A way was chosen for a host; of several the last one counts. */
  readonly chosen: (host: Pick<Host, "name" | "environment">, transfer: Pick<ChosenTransfer, "way" | "why">) => void;
  /** Null: no host got an installer. */
  readonly sum: () => InstallerTransfers | null;
}

/** The step that says how an installer gets to a host, and why so. */
const transferStep = "choose transfer";

/** Tells of each host how its installer gets there, and counts them all. */
export function transferTally(begin: BeginStep): TransferTally {
  const byHost = new Map<string, Pick<ChosenTransfer, "way" | "why">>();
  return {
    chosen({ name, environment }, { way, why }) {
      byHost.set(name, { way, why });
      begin({ host: name, environment, step: transferStep })({ result: "ok", words: `${way}: ${why}` });
    },
    sum() {
      if (byHost.size === 0) return null;
      const chosen = [...byHost.values()];
      const counts = new Map<string, InstallerTransfers["reasons"][number]>();
      for (const { way, why } of chosen) {
        const key = `${way} ${why}`;
        counts.set(key, { way, why, hosts: (counts.get(key)?.hosts ?? 0) + 1 });
      }
      return {
        pulled: chosen.filter(({ way }) => way === "pull").length,
        pushed: chosen.filter(({ way }) => way === "push").length,
        reasons: [...counts.values()].sort((left, right) => right.hosts - left.hosts),
      };
    },
  };
}

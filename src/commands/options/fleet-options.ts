import type { FleetOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { commonOptions } from "./common-options.ts";
import { oneOf, type RawOptions, textOrNull, texts, wholeNumber } from "./raw-options.ts";

type Only = FleetOptions["scope"]["only"][number];

/** What --only may name: the compiler holds it to the families. */
const kinds = Object.keys({ environments: true, groups: true, hosts: true } satisfies Record<Only, true>) as Only[];

/** Hosts that are worked on at once when nothing else is asked for. */
const defaultConcurrency = 50;

export async function fleetOptions(raw: RawOptions, variables: ProcessVariables): Promise<FleetOptions> {
  const only = texts(raw["only"])
    .flatMap((text) => text.split(","))
    .map((kind) => oneOf("--only", kind.trim(), kinds));
  return {
    ...(await commonOptions(raw, variables)),
    scope: {
      targets: texts(raw["target"]),
      excludes: texts(raw["exclude"]),
      only: only.length === 0 ? kinds : kinds.filter((kind) => only.includes(kind)),
      changedSince: textOrNull(raw["changedSince"]),
      hosts: oneOf("--hosts", raw["hosts"] ?? "probe", ["probe", "skip"]),
    },
    sshConfig: textOrNull(raw["sshConfig"]),
    allowCommands: raw["allowCommands"] === true || variables["DTSYNC_ALLOW_COMMANDS"] === "1",
    concurrency: wholeNumber("--concurrency", raw["concurrency"], 1) ?? defaultConcurrency,
    cache: raw["cache"] !== false,
  };
}

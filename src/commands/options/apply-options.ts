import type { NotifyOptions } from "../../application/notifier.ts";
import type { ReportTarget } from "../../application/options.ts";
import type { ConfirmOptions } from "../../application/plan-and-confirm.ts";
import type { ProcessVariables } from "../../ports.ts";
import { type ApplyReportKind, applyReports } from "../../report/apply-reports.ts";
import { fleetOptions } from "./fleet-options.ts";
import { notifyOptions } from "./notify-options.ts";
import { OptionError } from "./option-error.ts";
import { type RawOptions, textOrNull, wholeNumber } from "./raw-options.ts";
import { reportTargets } from "./report-targets.ts";
import { retryOption } from "./retry-option.ts";

export interface ApplyOptions extends ConfirmOptions {
  readonly report: readonly ReportTarget<ApplyReportKind>[];
  /** A plan that was reviewed; null: a fresh one is made. */
  readonly planFile: string | null;
  /** The report of an earlier apply, to try again what it left; null: everything in scope. */
  readonly retry: string | null;
  /** Null: nobody is told how it ended. */
  readonly notify: NotifyOptions | null;
  readonly skipStale: boolean;
}

export async function applyOptions(
  planFile: string | undefined,
  raw: RawOptions,
  variables: ProcessVariables,
): Promise<ApplyOptions> {
  const options: ApplyOptions = {
    ...(await fleetOptions(raw, variables)),
    report: reportTargets(raw, applyReports),
    planFile: planFile ?? null,
    full: raw["full"] === true,
    retry: retryOption(raw),
    notify: notifyOptions(raw),
    autoApprove: raw["autoApprove"] === true,
    raisedLimits: {
      removals: wholeNumber("--allow-removals", raw["allowRemovals"], 0),
      updates: wholeNumber("--allow-updates", raw["allowUpdates"], 0),
    },
    skipStale: raw["skipStale"] === true,
    shard: parseShard(raw["shard"]),
    journal: textOrNull(raw["journal"]),
  };
  const narrowing = ["target", "exclude", "changedSince", "hosts"].some((name) => raw[name] !== undefined);
  if (options.planFile !== null && narrowing) {
    throw new OptionError(
      "--target, --exclude, --changed-since and --hosts do not go with a plan file, which says what is done",
      "give them to dtsync plan",
    );
  }
  if (options.planFile !== null && options.retry !== null) {
    throw new OptionError(
      "--retry does not go with a plan file, which says what is done",
      "save what is left with dtsync plan --retry FILE --out FILE, or apply --retry without a plan file",
    );
  }
  return options;
}

function parseShard(value: unknown): ApplyOptions["shard"] {
  if (value === undefined) return null;
  const found = /^(\d{1,6})\/(\d{1,6})$/.exec(String(value));
  const [index, total] = [Number(found?.[1]), Number(found?.[2])];
  if (!found || index < 1 || index > total)
    throw new OptionError(`--shard takes I/N with 1 ≤ I ≤ N, not ${JSON.stringify(value)}`);
  return { index, total };
}

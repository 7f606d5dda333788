import type { Context } from "../application/context.ts";
import { readingExitCode } from "../application/exit-codes.ts";
import { loadKnownOrPrint, loadOrPrint } from "../application/load-or-print.ts";
import { openOutputs } from "../application/output-files.ts";
import { readAhead } from "../application/read-ahead.ts";
import { readStatus } from "../application/read-status.ts";
import { combineExitCodes, type ExitCode, exitCodes } from "../errors.ts";
import { onlyTroubled } from "../fleet/only-troubled.ts";
import { painter } from "../lib/printable.ts";
import { renderJson } from "../report/plan-reports.ts";
import { renderStatusMarkdown } from "../report/status-markdown.ts";
import { renderStatusText } from "../report/status-text.ts";
import { noCache, openCacheFolder } from "../state/cache-folder.ts";
import type { StatusOptions } from "./options/status-options.ts";

/** Tells where the fleet stands. Changes nothing. */
export async function status(options: StatusOptions, context: Context): Promise<ExitCode> {
  const outputs = await openOutputs(options.html === null ? [] : [options.html], context);
  if (outputs.unwritable !== null) {
    if ((await loadOrPrint(options, context)) === null) return exitCodes.invalid;
    throw outputs.unwritable;
  }
  const cache = options.cache ? openCacheFolder(context.variables) : noCache;
  const ahead = readAhead(options.scope, context);
  const loadAndRead = async () => {
    const inventory = await loadKnownOrPrint(options, cache, context, ahead.follower);
    return inventory === null ? null : readStatus(inventory, options, context, ahead);
  };
  const whole = await loadAndRead().finally(ahead.close);
  if (whole === null) return exitCodes.invalid;
  const fleet = options.onlyProblems ? onlyTroubled(whole) : whole;
  for (const warning of fleet.warnings) context.log.warn(warning);
  const paint = painter(options.color && context.terminal.output);
  const shown = {
    text: () => renderStatusText(fleet, paint, options),
    json: () => renderJson(fleet),
    markdown: () => renderStatusMarkdown(fleet, options),
  };
  context.output.out(shown[options.format]());
  if (options.html !== null) {
    const { renderFleetHtml } = await import("../report/fleet-html.ts");
    await outputs.write(options.html, renderFleetHtml(fleet));
  }
  const clusters = Object.fromEntries(
    whole.clusters.map(({ name, url, version }) => [name, { url, version, requests: 0 }]),
  );
  return combineExitCodes([
    readingExitCode({ clusters, held: whole.held }),
    whole.counts.unknown > 0 ? exitCodes.partial : exitCodes.done,
  ]);
}

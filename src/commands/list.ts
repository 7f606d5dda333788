import type { Context } from "../application/context.ts";
import { listDeclared } from "../application/list-declared.ts";
import { loadOrPrint } from "../application/load-or-print.ts";
import type { Format } from "../application/options.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import type { Listing } from "../model/listing.ts";
import { renderListingMarkdown, renderListingText } from "../report/listing.ts";
import { renderJson } from "../report/plan-reports.ts";
import type { ListOptions } from "./options/list-options.ts";

/** Lists what the inventory declares of a kind. */
export async function list(options: ListOptions, context: Context): Promise<ExitCode> {
  const inventory = await loadOrPrint(options, context);
  if (inventory === null) return exitCodes.invalid;
  const { kind, scope } = options;
  const { listing, warnings } = listDeclared(kind, inventory, scope);
  for (const warning of warnings) context.log.warn(warning);
  context.output.out(render(listing, options.format, options.color && context.terminal.output));
  if (listing.items.length === 0) {
    const narrowed = scope.targets.length + scope.excludes.length > 0;
    context.output.err(`No ${kind} ${narrowed ? "are left by --target and --exclude" : "are declared"}.\n`);
  }
  return exitCodes.done;
}

function render(listing: Listing, format: Format, coloured: boolean): string {
  if (format === "json") return renderJson({ format: "dtsync-list/1", ...listing });
  return format === "markdown" ? renderListingMarkdown(listing) : renderListingText(listing, painter(coloured));
}

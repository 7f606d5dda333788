import type { Context } from "../application/context.ts";
import { loadOptions } from "../application/load-declared.ts";
import { orTold } from "../application/load-or-print.ts";
import type { NarrowedValidation } from "../application/new-faults.ts";
import { openOutputs } from "../application/output-files.ts";
import { printValidation } from "../application/print-validation.ts";
import { validateRemembered } from "../application/remembered-validation.ts";
import { repositoryPath } from "../application/repository-path.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { type Validation, validationReports } from "../report/validation-reports.ts";
import { noCache, openCacheFolder } from "../state/cache-folder.ts";
import type { ValidateOptions } from "./options/validate-options.ts";

/** Checks the whole inventory: nothing is sent anywhere. With --changed-since only faults that the change brought count. */
export async function validate(options: ValidateOptions, context: Context): Promise<ExitCode> {
  const { variables, version } = context;
  const outputs = await openOutputs(
    options.report.map(({ file }) => file),
    context,
  );
  const whole = await validateRemembered(
    loadOptions(options, context),
    options.cache ? openCacheFolder(variables) : noCache,
    version,
  );
  const { validation, remarks } = await narrow(whole, options, context);
  const folder = repositoryPath(options.inventory);
  const run = { command: "validate", folder, version } as const;
  printValidation(validation, options, context);
  for (const remark of remarks) context.log.say(remark, { level: "warn" });
  const writing = outputs.writeReports(options.report, (kind) => validationReports[kind](validation, run));
  const isValid = validation.summary.errors === 0;
  await (isValid ? writing : orTold(writing, context));
  return isValid ? exitCodes.done : exitCodes.invalid;
}

async function narrow(validation: Validation, options: ValidateOptions, context: Context): Promise<NarrowedValidation> {
  // Without any fault there is none to leave out, and Git need not be asked.
  if (options.changedSince === null || validation.diagnostics.length === 0) return { validation, remarks: [] };
  const { onlyNewFaults } = await import("../application/new-faults.ts");
  return onlyNewFaults(validation, options.changedSince, options, context);
}

import { OptionError } from "./option-error.ts";
import { type RawOptions, textOrNull } from "./raw-options.ts";

/** The report that --retry names; null: it is not given. Throws a usage error with another option that says what to plan. */
export function retryOption(raw: RawOptions): string | null {
  const retry = textOrNull(raw["retry"]);
  if (retry !== null && raw["changedSince"] !== undefined) {
    throw new OptionError(
      "--retry and --changed-since do not go together: each says what is planned",
      "give one of them; --target and --exclude go with both",
    );
  }
  return retry;
}

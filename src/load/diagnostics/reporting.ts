import type { Budget } from "./budget.ts";
import type { Diagnostics } from "./diagnostics.ts";
import type { SuggestionHint } from "./suggest.ts";

/** What every part of loading needs to say what is wrong, and to stop where it becomes too much. */
export interface Reporting {
  readonly diagnostics: Diagnostics;
  readonly budget: Budget;
  /** What was probably meant by a name that is not known. */
  readonly suggest: SuggestionHint;
}

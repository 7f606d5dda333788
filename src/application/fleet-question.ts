import { environmentQuestion } from "../dynatrace/environment-question.ts";
import { isReadScope } from "../dynatrace/read-scopes.ts";
import { usageError } from "../errors.ts";
import { escapeText } from "../load/diagnostics/show-text.ts";
import type { FleetQuestion } from "./ask-fleet.ts";

/** The question that is asked of each environment. Throws a usage error for one that cannot be asked. */
export function fleetQuestion(path: string, tokenScope: string | null): FleetQuestion {
  const question = environmentQuestion(path);
  if ("refusal" in question)
    throw usageError(`${escapeText(path)} cannot be asked: ${question.refusal}`, question.hint);
  if (tokenScope !== null && !isReadScope(tokenScope)) {
    throw usageError(
      `--scope ${escapeText(tokenScope)} is not a scope that only reads`,
      "name one such as entities.read or DataExport",
    );
  }
  const scope = tokenScope ?? question.scope;
  if (scope === null) {
    throw usageError(
      `nobody has told which scope a token needs for ${escapeText(question.path)}`,
      "look it up in the documentation of the API, and give it with --scope, for example --scope entities.read",
    );
  }
  return { ...question, scope };
}

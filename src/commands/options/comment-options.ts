import type { NoteOptions } from "../../application/comment-on-merge-request.ts";
import type { CommonOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { OptionError } from "./option-error.ts";
import { mayColor, oneOf, type RawOptions, wholeNumber } from "./raw-options.ts";

export interface CommentOptions extends NoteOptions, Pick<CommonOptions, "color"> {
  readonly format: "text" | "json";
  /** A path, or `-` for standard input. */
  readonly file: string;
  /** Keeps an issue of the project, and no note. */
  readonly issue: boolean;
}

const forges = ["gitlab", "github"] as const;

/** Throws an OptionError. */
export function commentOptions(file: string, raw: RawOptions, variables: ProcessVariables): CommentOptions {
  const key = String(raw["key"] ?? "dtsync");
  if (!/^[A-Za-z0-9._-]{1,50}$/.test(key)) {
    throw new OptionError(
      `--key must be 1 to 50 letters, digits, dots, dashes and underscores, not ${JSON.stringify(key)}`,
    );
  }
  const issue = raw["issue"] === true;
  if (issue && raw["pullRequest"] !== undefined) {
    throw new OptionError("--issue and --pull-request do not go together", "leave one of them out");
  }
  return {
    format: oneOf("--format", raw["format"] ?? "text", ["text", "json"]),
    color: mayColor(raw, variables),
    file,
    issue,
    forge: raw["forge"] === undefined ? null : oneOf("--forge", raw["forge"], forges),
    pullRequest: wholeNumber("--pull-request", raw["pullRequest"], 1),
    key,
    dryRun: raw["dryRun"] === true,
  };
}

import type { CommonOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { mayColor, oneOf, type RawOptions } from "./raw-options.ts";

export interface ShowOptions extends Pick<CommonOptions, "color"> {
  readonly format: CommonOptions["format"] | "html";
  /** A path, or `-` for standard input. */
  readonly file: string;
  /** Text without folding. */
  readonly full: boolean;
}

export const showOptions = (file: string, raw: RawOptions, variables: ProcessVariables): ShowOptions => ({
  format: oneOf("--format", raw["format"] ?? "text", ["text", "json", "markdown", "html"]),
  color: mayColor(raw, variables),
  file,
  full: raw["full"] === true,
});

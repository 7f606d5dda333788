import type { CommonOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { printOptions } from "./common-options.ts";
import type { RawOptions } from "./raw-options.ts";

export interface ShowOptions extends Pick<CommonOptions, "format" | "color"> {
  /** A path, or `-` for standard input. */
  readonly file: string;
  /** Text without folding. */
  readonly full: boolean;
}

export const showOptions = (file: string, raw: RawOptions, variables: ProcessVariables): ShowOptions => ({
  ...printOptions(raw, variables),
  file,
  full: raw["full"] === true,
});

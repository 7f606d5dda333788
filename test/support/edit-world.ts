import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../../src/application/context.ts";
import { createProgram } from "../../src/commands/program.ts";
import { DtsyncError } from "../../src/errors.ts";
import { type Files, withFiles } from "../unit/load/load-files.ts";
import { aContext } from "./context.ts";

/** An inventory on disk that commands change in this process. */
export interface EditWorld {
  readonly folder: string;
  /** The first words, then options; `--inventory` is added. */
  run(...parameters: readonly string[]): Promise<{
    readonly code: number;
    readonly output: string;
    /** With the hint of an error. */
    readonly errors: string;
  }>;
  read(path: string): string;
}

export const withEditWorld = <Result>(
  files: Files,
  use: (world: EditWorld) => Promise<Result>,
  given: Partial<Context> = {},
): Promise<Result> =>
  withFiles(files, (folder) =>
    use({
      folder,
      read: (path) => readFileSync(join(folder, path), "utf8"),
      async run(...parameters) {
        const { context, output, errors } = aContext({
          ...given,
          variables: {
            HOME: join(folder, "..", "home-of-nobody"),
            XDG_STATE_HOME: join(folder, ".state"),
            ...given.variables,
          },
        });
        const { program, exitCode } = createProgram(context);
        try {
          await program.parseAsync([...parameters, "--inventory", folder], { from: "user" });
          return { code: exitCode(), output: output(), errors: errors() };
        } catch (error) {
          if (!(error instanceof DtsyncError)) throw error;
          return { code: error.exitCode, output: output(), errors: `${error.message}\n${error.hint ?? ""}` };
        }
      },
    }),
  );

import { spawn } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { makeFolders } from "../files/make-folders.ts";
import { packageFolder } from "../package-folder.ts";
import type { ProcessVariables } from "../ports.ts";
import type { Context } from "./context.ts";

/** What leads to a running sandbox. */
export interface WayToSandbox {
  /** Where files for the command may be put. */
  readonly directory: string;
  /** The folder of the inventory. */
  readonly inventory: string;
  /** `--set` options of every command that takes them. */
  readonly sets: readonly string[];
  /** The `--ssh-config` of every command that takes one. */
  readonly sshOptions: readonly string[];
  /** Where the command runs; undefined: in the current folder. */
  readonly folder: string | undefined;
}

/** Runs a program and gives its exit code; every dtsync that it calls is this one and is led to the sandbox. */
export async function runInSandbox(command: readonly string[], way: WayToSandbox, context: Context): Promise<number> {
  const variables = await variablesOfCommand(way, context.variables).catch((error: unknown) => {
    throw notStarted(error);
  });
  context.lendTerminal();
  return runProgram(command, variables, way.folder, context);
}

/** What is said where the sandbox lacks something of this machine, such as room for its files. */
export const notStarted = (error: unknown): DtsyncError =>
  new DtsyncError(`the sandbox could not be started (${errorMessage(error)})`, {
    exitCode: exitCodes.failed,
    cause: error,
  });

async function variablesOfCommand(
  { directory, inventory, sets, sshOptions }: WayToSandbox,
  variables: ProcessVariables,
): Promise<ProcessVariables> {
  const programs = join(directory, "bin");
  makeFolders(programs);
  const cli = fileURLToPath(new URL("dist/cli.js", packageFolder));
  const script = `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${JSON.stringify(cli)} "$@"\n`;
  await writeFile(join(programs, "dtsync"), script);
  await chmod(join(programs, "dtsync"), 0o755);
  return {
    ...variables,
    PATH: `${programs}${delimiter}${variables["PATH"] ?? ""}`,
    DTSYNC_INVENTORY: inventory,
    DTSYNC_SANDBOX_OPTIONS: JSON.stringify({ "--set": sets, "--ssh-config": sshOptions }),
  };
}

function runProgram(
  [program = "", ...parameters]: readonly string[],
  variables: ProcessVariables,
  folder: string | undefined,
  { signal, interruptedBy }: Context,
): Promise<number> {
  if (signal.aborted) return Promise.resolve(exitCodes.interrupted);
  return new Promise((settle, reject) => {
    const child = spawn(program, parameters, { env: variables, stdio: "inherit", cwd: folder });
    const passOn = () => {
      const name = interruptedBy();
      // A terminal sends its interrupt to the whole group; once more from here would be the child's second.
      if (name !== null && name !== "SIGINT") child.kill(name);
    };
    signal.addEventListener("abort", passOn, { once: true });
    child.once("error", (error) =>
      reject(
        new DtsyncError(`${program} could not be started (${errorMessage(error)})`, {
          exitCode: exitCodes.invalid,
          cause: error,
        }),
      ),
    );
    child.once("close", (code) => {
      signal.removeEventListener("abort", passOn);
      settle(code ?? (signal.aborted ? exitCodes.interrupted : exitCodes.failed));
    });
  });
}

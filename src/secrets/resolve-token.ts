import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { errorMessage } from "../errors.ts";
import type { Cluster } from "../model/inventory.ts";
import type { ProcessVariables } from "../ports.ts";

export interface TokenOptions {
  /** The variables that `token.env` may name. */
  readonly variables: ProcessVariables;
  /** Commands are programs that a merge request could change: they run only when the caller allows them. */
  readonly allowCommands: boolean;
  /** Where commands run. */
  readonly directory: string;
  /** Milliseconds that a command may take, 30 s unless given. */
  readonly timeout?: number;
}

const commandTimeout = 30_000;

/** A cluster's token could not be had. The message says where it was looked for and what to do, never a value. */
export class TokenUnavailable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "TokenUnavailable";
  }
}

/** The token of a cluster from the place that dtsync.yaml names. Throws TokenUnavailable. */
export async function resolveToken(cluster: Cluster, options: TokenOptions): Promise<string> {
  const { token } = cluster;
  if ("env" in token) {
    const value = options.variables[token.env]?.trim();
    if (!value)
      throw new TokenUnavailable(
        `the environment variable ${token.env}, which holds its token, is not set: set it to a cluster token with the scope ServiceProviderAPI`,
      );
    return checked(value, `the environment variable ${token.env}`);
  }
  if ("file" in token) {
    try {
      return checked((await readFile(token.file, "utf8")).trim(), `the file ${token.file}`);
    } catch (error) {
      if (error instanceof TokenUnavailable) throw error;
      throw new TokenUnavailable(`its token file ${token.file} cannot be read (${errorMessage(error)})`, {
        cause: error,
      });
    }
  }
  if (!options.allowCommands) {
    throw new TokenUnavailable(
      "its token comes from a command, and commands run only with --allow-commands or DTSYNC_ALLOW_COMMANDS=1",
    );
  }
  const [program = "", ...parameters] = token.command;
  try {
    const { directory, timeout = commandTimeout } = options;
    const { stdout } = await promisify(execFile)(program, parameters, {
      cwd: directory,
      timeout,
      killSignal: "SIGKILL",
      maxBuffer: 1_048_576,
    });
    return checked(stdout.trim(), `the output of ${program}`);
  } catch (error) {
    if (error instanceof TokenUnavailable) throw error;
    // The output of a failed program may hold a secret, and the error holds the output: only how it ended is told.
    throw new TokenUnavailable(`the command ${program}, which prints its token, ${howItFailed(error)}`);
  }
}

function howItFailed(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  if ("killed" in error && error.killed === true) return "did not end in time";
  if (!("code" in error)) return "failed";
  return error.code === "ENOENT" ? "was not found" : `ended with ${String(error.code)}`;
}

/** A header takes no spaces, line breaks or control characters; such a value is no token. */
function checked(value: string, place: string): string {
  if (value === "") throw new TokenUnavailable(`${place} holds no token`);
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new TokenUnavailable(`${place} holds something that is not a token (spaces or control characters)`);
  return value;
}

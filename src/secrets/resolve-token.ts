import { errorMessage } from "../errors.ts";
import { largestSecretFile, readOrdinaryText } from "../files/read-ordinary-file.ts";
import { programFailure } from "../lib/program-failure.ts";
import type { Cluster, Inventory } from "../model/inventory.ts";
import type { ProcessVariables, ProgramLimits, RunProgram } from "../ports.ts";
import type { TrustedCluster } from "./allowed-origins.ts";
import { mayHoldToken, withoutTokens } from "./token-variables.ts";

export interface TokenOptions {
  /** The variables that `token.env` may name. A command gets all but those that hold tokens of clusters. */
  readonly variables: ProcessVariables;
  /** Commands are programs that a merge request could change: they run only when the caller allows them. */
  readonly allowCommands: boolean;
  /** Where commands run, and the clusters whose tokens they do not get. */
  readonly inventory: Pick<Inventory, "directory" | "clusters">;
  readonly run: RunProgram;
}

const commandLimits: ProgramLimits = { timeout: 30_000, output: 64_000 };

/** A cluster's token could not be had. The message says where it was looked for and what to do, never a value. */
export class TokenUnavailable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "TokenUnavailable";
  }
}

/** The token of a cluster from the place that dtsync.yaml names. Throws TokenUnavailable. */
export async function resolveToken({ token }: TrustedCluster, options: TokenOptions): Promise<string> {
  if ("env" in token) return tokenFromVariable(token.env, options.variables);
  return "file" in token ? tokenFromFile(token.file) : tokenFromCommand(token.command, options);
}

/** Where a token comes from, in words. */
export function tokenSource({ token }: Pick<Cluster, "token">): string {
  if ("env" in token) return `the environment variable ${token.env}`;
  return "file" in token ? `the file ${token.file}` : `the output of ${token.command[0] ?? ""}`;
}

function tokenFromVariable(name: string, variables: ProcessVariables): string {
  if (!mayHoldToken(name, variables)) {
    throw new TokenUnavailable(
      `the environment variable ${name} is not for dtsync: name one that begins with DTSYNC_TOKEN, or allow this one with DTSYNC_TOKEN_VARIABLES=${name}`,
    );
  }
  const value = variables[name]?.trim();
  if (!value)
    throw new TokenUnavailable(
      `the environment variable ${name}, which holds its token, is not set: set it to a cluster token with the scope ServiceProviderAPI`,
    );
  return checked(value, `the environment variable ${name}`);
}

function tokenFromFile(file: string): string {
  let text: string;
  try {
    text = readOrdinaryText(file, { largest: largestSecretFile });
  } catch (error) {
    throw new TokenUnavailable(`its token file ${file} cannot be read (${errorMessage(error)})`, { cause: error });
  }
  return checked(text.trim(), `the file ${file}`);
}

async function tokenFromCommand(command: readonly string[], options: TokenOptions): Promise<string> {
  const { allowCommands, inventory, run, variables } = options;
  if (!allowCommands) {
    throw new TokenUnavailable(
      "its token comes from a command, and commands run only with --allow-commands or DTSYNC_ALLOW_COMMANDS=1",
    );
  }
  const [program = ""] = command;
  const outcome = await run(command, {
    directory: inventory.directory,
    variables: withoutTokens(variables, inventory.clusters),
    limits: commandLimits,
  });
  if (outcome.status === "done") return checked(outcome.output.trim(), `the output of ${program}`);
  throw new TokenUnavailable(
    `the command ${program}, which prints its token, ${programFailure(outcome, commandLimits)}`,
  );
}

/** A header takes no spaces, line breaks or control characters; such a value is no token. */
function checked(value: string, place: string): string {
  if (value === "") throw new TokenUnavailable(`${place} holds no token`);
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new TokenUnavailable(`${place} holds something that is not a token (spaces or control characters)`);
  return value;
}

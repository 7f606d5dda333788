import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { killGroup } from "../lib/kill-group.ts";
import type { Log } from "../ports.ts";
import { gitEnvironment, type Variables } from "./git-environment.ts";
import { GitFailure } from "./git-failure.ts";

/** What Git is called with, whatever it is asked. */
export interface GitEdges {
  /** dtsync's own variables, of which Git gets only some. */
  readonly environment: Variables;
  /** Ends what is running. */
  readonly signal: AbortSignal;
  /** Told of each call: its command and the time, not what it was given. */
  readonly log: Log;
}

/** Where Git is called. */
export interface GitPlace extends GitEdges {
  /** The top of a work tree. */
  readonly directory: string;
  /** Made by dtsync for that work tree: its configuration is known to be harmless. */
  readonly gitDirectory: string;
  /** Whether the clone lacks contents, which Git fetches from origin when it meets one of them, whatever it does. */
  readonly partial: boolean;
}

interface GitCall {
  readonly input?: string;
  /** Milliseconds; default one minute. */
  readonly timeout?: number;
  /** Bytes of output; default 64 MiB. More is a failure, never a shortened answer. */
  readonly limit?: number;
  /** Whether it may reach origin, for which it gets the user's credentials. */
  readonly origin?: boolean;
}

interface GitAnswer {
  readonly code: number;
  readonly output: Buffer;
  /** The beginning of standard error. */
  readonly errors: string;
}

/**
 * Above all configuration, the user's included: what happens around a command of Git. Of the repository's own
 * configuration Git sees nothing that could start a program.
 */
export const overrides: readonly string[] = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=false",
  "fetch.writeCommitGraph=false",
  "safe.bareRepository=explicit",
];

/** The variables of a call of Git in a place. */
export function placeEnvironment(
  { environment, directory, gitDirectory, partial }: GitPlace,
  { origin = partial }: Pick<GitCall, "origin"> = {},
): Record<string, string> {
  return { ...gitEnvironment(environment, { origin }), GIT_DIR: gitDirectory, GIT_WORK_TREE: directory };
}

const mostErrorText = 4_000;

/**
 * Runs Git once. Resolves for every exit code; throws GitFailure when there is no Git, or when it takes too long or
 * says too much, and the reason of the signal when that ends it.
 */
export function runGit(place: GitPlace, parameters: readonly string[], call: GitCall = {}): Promise<GitAnswer> {
  return startGit(place.directory, placeEnvironment(place, call), place, parameters, call);
}

/** Questions that Git answers from a repository as it is, running nothing whatever its configuration says. */
type OpeningQuestion = readonly ["rev-parse" | "config", ...(readonly string[])];

/** Asks Git about the repository whose `.git` the folder holds, before there is a place to call it in. */
export function askGit(
  directory: string,
  { environment, ...edges }: GitEdges,
  question: OpeningQuestion,
): Promise<GitAnswer> {
  const variables = { ...gitEnvironment(environment, { origin: false }), GIT_CEILING_DIRECTORIES: dirname(directory) };
  return startGit(directory, variables, edges, question, {});
}

/** Logs how long a command of Git took, and how it ended where that is known. */
export async function timedGit<T extends { readonly code: number } | string>(
  log: Log,
  command: string,
  run: () => Promise<T>,
): Promise<T> {
  const began = performance.now();
  let code: number | null = null;
  try {
    const answer = await run();
    code = typeof answer === "string" ? 0 : answer.code;
    return answer;
  } finally {
    log.debug("git was run", () => ({ command, code, ms: Math.round(performance.now() - began) }));
  }
}

const startGit: typeof callGit = (directory, environment, edges, parameters, call) =>
  timedGit(edges.log, parameters[0] ?? "", () => callGit(directory, environment, edges, parameters, call));

async function callGit(
  directory: string,
  environment: Readonly<Record<string, string>>,
  { signal }: Pick<GitEdges, "signal" | "log">,
  parameters: readonly string[],
  { input, timeout = 60_000, limit = 64 * 1_048_576 }: GitCall,
): Promise<GitAnswer> {
  signal.throwIfAborted();
  const options = overrides.flatMap((option) => ["-c", option]);
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["--no-pager", "--literal-pathspecs", ...options, ...parameters], {
      cwd: directory,
      env: environment,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      // A process group of its own: what reaches origin is programs that Git starts.
      detached: true,
    });
    const chunks: Buffer[] = [];
    let length = 0;
    let errors = "";
    const end = (failure: Error): void => {
      settle();
      killGroup(child.pid);
      // Should anything have left the group, it is not waited for: it may hold them open for as long as it likes.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
      reject(failure);
    };
    const name = parameters[0] ?? "";
    const timer = setTimeout(
      () => end(new GitFailure("unusable", `git ${name} did not end within ${timeout / 1_000} s`)),
      timeout,
    );
    const abort = (): void => end(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    };
    child.stdout?.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) end(new GitFailure("content", `git ${name} printed more than ${limit} bytes`));
      else chunks.push(chunk);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      if (errors.length < mostErrorText) errors += chunk.toString("utf8").slice(0, mostErrorText);
    });
    // A Git that ends before it has read everything says why by its exit code.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
    child.on("error", (error: NodeJS.ErrnoException) => {
      settle();
      const reason = error.code === "ENOENT" ? "the program git was not found" : `git cannot be run (${error.message})`;
      reject(new GitFailure("unusable", reason));
    });
    child.on("close", (code) => {
      settle();
      resolve({ code: code ?? 1, output: Buffer.concat(chunks), errors });
    });
  });
}

/** Runs Git, which must end well, and gives its output as text. */
export async function gitText(place: GitPlace, parameters: readonly string[], call: GitCall = {}): Promise<string> {
  return (await gitOutput(place, parameters, call)).toString("utf8");
}

export async function gitOutput(place: GitPlace, parameters: readonly string[], call: GitCall = {}): Promise<Buffer> {
  const { code, output, errors } = await runGit(place, parameters, call);
  if (code !== 0) throw new GitFailure("unusable", `git ${parameters[0]} failed: ${firstLine(errors)}`);
  return output;
}

/** What Git says of origin where ssh, or the other side, has said why: in the line before. */
const unread = "fatal: Could not read from remote repository.";

/** The line of Git's messages that says what is wrong. */
export function firstLine(errors: string): string {
  const lines = errors.split("\n").filter((line) => line.trim() !== "");
  const said = lines.slice(0, Math.max(0, lines.indexOf(unread))).map((line) => line.replace(/^remote: */, ""));
  const telling =
    said.findLast((line) => /[A-Za-z]/.test(line)) ??
    lines.find((line) => /^(?:fatal|error):/.test(line)) ??
    lines[0] ??
    "it did not say why";
  // The address of origin may have a password in it.
  const withoutPasswords = telling.replace(/:\/\/[^\s/@]*@/g, "://");
  return withoutPasswords
    .replace(/^(?:fatal|error): */i, "")
    .trim()
    .slice(0, 300);
}

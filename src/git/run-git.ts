import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { GitFailure } from "./git-failure.ts";

/** Where and how Git is called. */
export interface GitPlace {
  /** A folder that exists. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends what is running. */
  readonly signal: AbortSignal;
}

export interface GitCall {
  readonly input?: string;
  /** Milliseconds; default one minute. */
  readonly timeout?: number;
  /** Bytes of output; default 64 MiB. More is a failure, never a shortened answer. */
  readonly limit?: number;
}

export interface GitAnswer {
  readonly code: number;
  readonly output: Buffer;
  /** The beginning of standard error. */
  readonly errors: string;
}

/** Nothing of a repository may run: no hooks, no monitor of files, no clean-up in the background. */
const harmless = ["core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "maintenance.auto=false"];

/** A hook of Git, which dtsync may be called from, has these. Here the folder alone says which repository it is. */
const ofTheCaller = { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined, GIT_PREFIX: undefined };

const mostErrorText = 4_000;

/**
 * Runs Git once. Resolves for every exit code; throws GitFailure when there is no Git, or when it takes too long or
 * says too much, and the reason of the signal when that ends it.
 */
export async function runGit(place: GitPlace, parameters: readonly string[], call: GitCall = {}): Promise<GitAnswer> {
  place.signal.throwIfAborted();
  const { timeout = 60_000, limit = 64 * 1_048_576 } = call;
  const options = harmless.flatMap((option) => ["-c", option]);
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["--no-pager", "--literal-pathspecs", ...options, ...parameters], {
      cwd: place.directory,
      // In English, because messages are looked at; without questions, because nobody may be there to answer.
      env: { ...place.environment, ...ofTheCaller, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" },
      stdio: [call.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    let length = 0;
    let errors = "";
    let ending: (() => Error) | null = null;
    const end = (failure: () => Error): void => {
      ending ??= failure;
      child.kill("SIGKILL");
    };
    const name = parameters[0] ?? "";
    const timer = setTimeout(
      () => end(() => new GitFailure("unusable", `git ${name} did not end within ${timeout / 1_000} s`)),
      timeout,
    );
    const abort = (): void => end(() => place.signal.reason as Error);
    place.signal.addEventListener("abort", abort, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      place.signal.removeEventListener("abort", abort);
    };
    child.stdout?.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) end(() => new GitFailure("unusable", `git ${name} printed more than ${limit} bytes`));
      else chunks.push(chunk);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      if (errors.length < mostErrorText) errors += chunk.toString("utf8").slice(0, mostErrorText);
    });
    // A Git that ends before it has read everything says why by its exit code.
    child.stdin?.on("error", () => {});
    child.stdin?.end(call.input);
    child.on("error", (error: NodeJS.ErrnoException) => {
      settle();
      const reason = error.code === "ENOENT" ? "the program git was not found" : `git cannot be run (${error.message})`;
      reject(ending?.() ?? new GitFailure("unusable", reason));
    });
    child.on("close", (code) => {
      settle();
      if (ending) reject(ending());
      else resolve({ code: code ?? 1, output: Buffer.concat(chunks), errors });
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

/** The line of Git's messages that says what is wrong. */
export function firstLine(errors: string): string {
  const lines = errors.split("\n").filter((line) => line.trim() !== "");
  const telling = lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines[0] ?? "it did not say why";
  return telling.replace(/^(?:fatal|error): */, "").slice(0, 300);
}

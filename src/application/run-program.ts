import { type ChildProcessByStdio, spawn } from "node:child_process";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { killGroup } from "../lib/kill-group.ts";
import type { ProgramOutcome, RunProgram } from "../ports.ts";
import type { Context } from "./context.ts";

/**
 * Runs programs as child processes. A program that reaches a limit, and one that runs when the signal is aborted, is killed
 * with its process group; so is what a program that ended left behind there. What it writes to standard error is not kept,
 * because it may hold a secret.
 */
export const programRunner =
  ({ signal, log }: Pick<Context, "signal" | "log">): RunProgram =>
  async (command, options) => {
    const began = performance.now();
    const outcome = await runProgram(command, options, signal);
    // What it was given may hold a secret.
    log.debug("program was run", () => ({
      program: basename(command[0] ?? ""),
      ended: outcome.status === "ended" ? outcome.code : outcome.status,
      ms: Math.round(performance.now() - began),
    }));
    return outcome;
  };

function runProgram(
  command: readonly string[],
  options: Parameters<RunProgram>[1],
  signal: AbortSignal,
): Promise<ProgramOutcome> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ status: "interrupted" });
    const child = start(command, options);
    if (child === null) return resolve({ status: "failed" });
    const { limits } = options;
    const chunks: Buffer[] = [];
    let length = 0;
    let ended = false;
    const end = (outcome: ProgramOutcome) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", interrupt);
      killGroup(child.pid);
      // A program in another group may still hold it open.
      child.stdout.destroy();
      resolve(outcome);
    };
    const interrupt = () => end({ status: "interrupted" });
    let exited = false;
    const timer = setTimeout(() => end({ status: exited ? "left-open" : "timeout" }), limits.timeout);
    signal.addEventListener("abort", interrupt, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > limits.output) end({ status: "too-much-output" });
    });
    child.once("error", ({ code }: NodeJS.ErrnoException) => {
      if (code === "ENOENT") end({ status: "not-found" });
      else end(code === undefined ? { status: "failed" } : { status: "ended", code });
    });
    child.once("exit", () => {
      exited = true;
    });
    child.once("close", (code, killedBy) => {
      if (code === 0) end({ status: "done", output: Buffer.concat(chunks).toString("utf8") });
      else end({ status: "ended", code: String(code ?? killedBy) });
    });
  });
}

type Child = ChildProcessByStdio<null, Readable, null>;

/** Null where the system takes no such call, for example because the parameters are too long. */
function start(
  [program = "", ...parameters]: readonly string[],
  { directory, variables }: Parameters<RunProgram>[1],
): Child | null {
  try {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    // Detached: it leads a process group of its own.
    return spawn(program, parameters, { cwd: directory, env: variables, stdio, detached: true });
  } catch {
    return null;
  }
}

#!/usr/bin/env node
import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Context } from "./application/context.ts";
import { DtsyncError, exitCodes } from "./errors.ts";
import { createRedactor } from "./secrets/redactor.ts";
import { createAwaitEnd } from "./unsettled.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const awaitEnd = createAwaitEnd(process);

/** Options that a surrounding `dtsync sandbox` adds to every dtsync that its command calls. */
function addedOptions(command: string | undefined): readonly string[] {
  const added = process.env["DTSYNC_SANDBOX_OPTIONS"];
  if (!added || command === undefined || !["validate", "plan", "apply"].includes(command)) return [];
  const parsed = JSON.parse(added) as Readonly<Record<string, readonly string[]>>;
  return parsed[command] ?? [];
}

function createContext({ signal, interruptedBy }: Interrupt): Context {
  const redactor = createRedactor();
  return {
    redactor,
    output: {
      out: (text) => void process.stdout.write(redactor.redact(text)),
      err: (text) => void process.stderr.write(redactor.redact(text)),
    },
    clock: {
      now: () => new Date(),
      sleep: async (milliseconds, abort) => {
        await wait(milliseconds, undefined, abort ? { signal: abort } : {});
      },
    },
    variables: process.env,
    version,
    signal,
    interruptedBy,
    awaitEnd,
    terminal: {
      input: process.stdin.isTTY === true,
      output: process.stdout.isTTY === true || (process.env["GITLAB_CI"] === "true" && !process.env["NO_COLOR"]),
      errors: process.stderr.isTTY === true,
    },
    prompt: { input: process.stdin, output: process.stderr },
  };
}

interface Interrupt {
  readonly signal: AbortSignal;
  readonly interruptedBy: () => NodeJS.Signals | null;
}

/** The first interrupt lets what is running finish; the second leaves at once. */
function abortOnInterrupt(): Interrupt {
  const controller = new AbortController();
  // Every connection that is being made listens to it: thousands are no leak.
  setMaxListeners(0, controller.signal);
  let first: NodeJS.Signals | null = null;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (first !== null) process.exit(exitCodes.interrupted);
      first = name;
      process.stderr.write("\nInterrupted: finishing what is running. Once more leaves at once.\n");
      controller.abort();
    });
  }
  return { signal: controller.signal, interruptedBy: () => first };
}

/** Runs a command and says in one place how it failed. Everything that is not a DtsyncError is a bug. */
async function main(): Promise<number> {
  const interrupt = abortOnInterrupt();
  const { signal } = interrupt;
  const context = createContext(interrupt);
  const parameters = process.argv.slice(2);
  const json = parameters.some(
    (text, index) => text === "--format=json" || (text === "json" && parameters[index - 1] === "--format"),
  );
  const { createProgram } = await import("./commands/program.ts");
  const { program, exitCode } = createProgram(context);
  const fail = (message: string, hint: string | null, code: number): number => {
    if (json)
      context.output.out(
        `${JSON.stringify({ format: "dtsync-error/1", error: { message, hint, exitCode: code } }, null, 2)}\n`,
      );
    context.output.err(`dtsync: ${message}\n${hint === null ? "" : `  ${hint}\n`}`);
    return code;
  };
  try {
    // Directly after the command, so that what the user gives comes later and wins.
    const [command, ...rest] = parameters;
    const words = command === undefined ? [] : [command, ...addedOptions(command), ...rest];
    await awaitEnd(() => program.parseAsync(words, { from: "user" }));
    return exitCode();
  } catch (error) {
    if (signal.aborted) return fail("interrupted; nothing was left running", null, exitCodes.interrupted);
    if (error instanceof DtsyncError) return fail(error.message, error.hint, error.exitCode);
    if (error instanceof Error && error.name === "CommanderError" && "exitCode" in error) {
      if (error.exitCode === 0) return exitCodes.done;
      if (json)
        context.output.out(
          `${JSON.stringify({ format: "dtsync-error/1", error: { message: error.message, hint: null, exitCode: exitCodes.invalid } }, null, 2)}\n`,
        );
      return exitCodes.invalid;
    }
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return fail(`this is a bug in dtsync ${version}: please report it\n${detail}`, null, exitCodes.failed);
  }
}

// A reader such as `head` that has seen enough is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await main();

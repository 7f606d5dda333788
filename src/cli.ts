#!/usr/bin/env node
import { setMaxListeners } from "node:events";
import { closeSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { isatty } from "node:tty";
import { bugMessage } from "./application/bug-message.ts";
import type { Context } from "./application/context.ts";
import { isFile, openSink } from "./application/output-sink.ts";
import { DtsyncError, exitCodes } from "./errors.ts";
import { createRedactor } from "./secrets/redactor.ts";
import { createAwaitEnd } from "./unsettled.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** Characters that may wait for a slow reader of standard error. */
const waitingMessages = 1_000_000;
/** Milliseconds in which a run that met a bug may clean up. */
const timeToCleanUp = 60_000;
/** Milliseconds within which a SIGHUP belongs to the signal before it: the end of a session sends several. */
const hangUp = 1_000;

const awaitEnd = createAwaitEnd(process);
const redactor = createRedactor();
const errors = openSink(2, process.stderr, { limit: waitingMessages, onFailure: () => undefined });
const results = openSink(1, process.stdout, {
  limit: Number.POSITIVE_INFINITY,
  onFailure: ({ code, message }) => {
    // A reader such as `head` that has seen enough is no failure.
    if (code !== "EPIPE" && code !== "ECONNRESET")
      say(`the result could not be written to standard output: ${message}`);
  },
});
const output = {
  out: (text: string) => results.write(redactor.redact(text)),
  err: (text: string) => errors.write(redactor.redact(text)),
};

function say(message: string, hint: string | null = null): void {
  output.err(`dtsync: ${message}\n${hint === null ? "" : `  ${hint}\n`}`);
}

/** What is given to dtsync itself, and not to a command after `--`. */
const parameters = process.argv.slice(2);
const ownParameters = parameters.includes("--") ? parameters.slice(0, parameters.indexOf("--")) : parameters;

/** Whether an option has a value, before the command line is read: what is said of a wrong one depends on it, too. */
const isGiven = (option: string, value: string): boolean =>
  ownParameters.some(
    (text, index) => text === `${option}=${value}` || (text === value && ownParameters[index - 1] === option),
  );

/** With `--format json` standard output is one document in every case: this one, unless there is another. */
function printError(message: string, hint: string | null, exitCode: number): void {
  if (!isGiven("--format", "json") || results.used()) return;
  output.out(`${JSON.stringify({ format: "dtsync-error/1", error: { message, hint, exitCode } }, null, 2)}\n`);
}

/** Options that a surrounding `dtsync sandbox` adds to every dtsync that its command calls. */
function addedOptions(command: string | undefined): readonly string[] {
  const added = process.env["DTSYNC_SANDBOX_OPTIONS"];
  if (!added || command === undefined || !["validate", "plan", "apply"].includes(command)) return [];
  const parsed = JSON.parse(added) as Readonly<Record<string, readonly string[]>>;
  return parsed[command] ?? [];
}

const stop = new AbortController();
// Every connection that is being made listens to it: thousands are no leak.
setMaxListeners(0, stop.signal);

/** The first interrupt lets what is running finish; the second leaves at once. */
let interrupt: { readonly name: NodeJS.Signals; readonly at: number } | null = null;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    const now = performance.now();
    if (interrupt === null && !ended) {
      interrupt = { name, at: now };
      output.err("\nInterrupted: finishing what is running. Once more leaves at once.\n");
      stop.abort();
    } else if (interrupt === null || name !== "SIGHUP" || now - interrupt.at > hangUp) {
      process.exit(exitCodes.interrupted);
    }
  });
}

/** Whether the command is over, and only its output may still be on its way. */
let ended = false;
/** What is said of the first error that nobody expected; null: there was none. */
let bug: string | null = null;

function tellBug(error: unknown): void {
  if (bug !== null) return;
  bug = bugMessage(error, version);
  say(bug);
  if (isGiven("--log-level", "debug") && error instanceof Error) output.err(`${error.stack ?? ""}\n`);
}

/** As at an interrupt, what is running is finished and cleaned up, but not without end: nobody knows what is broken. */
process.on("uncaughtException", (error) => {
  tellBug(error);
  stop.abort();
  setTimeout(leaveWithBug, timeToCleanUp).unref();
});

function leaveWithBug(): void {
  if (ended) return;
  end(exitCodes.failed);
  // Whatever still runs is not waited for, but the output is.
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}

// At its end Node.js gives a terminal its settings back, and aborts where there is none any more.
process.on("exit", () => {
  for (const { isTTY, fd } of [process.stdin, process.stdout, process.stderr]) if (isTTY && !isatty(fd)) closeSync(fd);
});

/** The process ends by itself as soon as its output has been taken. */
function end(code: number): void {
  ended = true;
  process.exitCode = bug === null ? code : exitCodes.failed;
  if (bug !== null) printError(bug, null, exitCodes.failed);
}

const context: Context = {
  redactor,
  output,
  clock: {
    now: () => new Date(),
    sleep: async (milliseconds, abort) => {
      await wait(milliseconds, undefined, abort ? { signal: abort } : {});
    },
  },
  variables: process.env,
  version,
  folder: () => process.cwd(),
  signal: stop.signal,
  interruptedBy: () => interrupt?.name ?? null,
  awaitEnd,
  terminal: {
    input: process.stdin.isTTY === true,
    // GitLab's log shows colours. It reads a pipe, as does a program that the output is given to; a file is neither.
    output: process.stdout.isTTY === true || (process.env["GITLAB_CI"] === "true" && !isFile(1)),
    errors: process.stderr.isTTY === true,
  },
  prompt: { input: process.stdin, output: process.stderr },
};

/** Runs a command and says in one place how it failed. Everything that is not a DtsyncError is a bug. */
async function run(): Promise<number> {
  const fail = (message: string, hint: string | null, code: number): number => {
    printError(message, hint, code);
    say(message, hint);
    return code;
  };
  try {
    const { createProgram } = await import("./commands/program.ts");
    const { program, exitCode } = createProgram(context);
    // Directly after the command, so that what the user gives comes later and wins.
    const [command, ...rest] = parameters;
    const words = command === undefined ? [] : [command, ...addedOptions(command), ...rest];
    await awaitEnd(() => program.parseAsync(words, { from: "user" }));
    return exitCode();
  } catch (error) {
    if (bug !== null) return exitCodes.failed;
    if (stop.signal.aborted) return fail("interrupted; nothing was left running", null, exitCodes.interrupted);
    if (error instanceof DtsyncError) return fail(error.message, error.hint, error.exitCode);
    if (error instanceof Error && error.name === "CommanderError" && "exitCode" in error) {
      if (error.exitCode === 0) return exitCodes.done;
      printError(error.message, null, exitCodes.invalid);
      return exitCodes.invalid;
    }
    tellBug(error);
    return exitCodes.failed;
  }
}

end(await run());

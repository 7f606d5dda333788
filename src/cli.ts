#!/usr/bin/env node

import { setMaxListeners } from "node:events";
import { closeSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { isatty } from "node:tty";
import { bugMessage } from "./application/bug-message.ts";
import type { Context } from "./application/context.ts";
import { createLog, type RunLog } from "./application/log.ts";
import { createMessageStream, type TerminalSize } from "./application/message-stream.ts";
import { isFile, openSink } from "./application/output-sink.ts";
import { wrapText } from "./application/wrap-text.ts";
import { leadToSandbox, type WordsForSandbox } from "./commands/usage/lead-to-sandbox.ts";
import { DtsyncError, errorMessage, exitCodes } from "./errors.ts";
import { parseJson } from "./lib/parse-json.ts";
import { packageFolder } from "./package-folder.ts";
import type { Clock } from "./ports.ts";
import { concealForgeTokens } from "./secrets/forge-tokens.ts";
import { createRedactor } from "./secrets/redactor.ts";
import { createAwaitEnd } from "./unsettled.ts";

const { version } = parseJson(readFileSync(new URL("package.json", packageFolder), "utf8")) as {
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
concealForgeTokens(process.env, redactor);
const errors = openSink(2, process.stderr, { limit: waitingMessages, onFailure: () => undefined });
const results = openSink(1, process.stdout, {
  limit: Number.POSITIVE_INFINITY,
  onFailure: (error) => {
    // A reader such as `head` that has seen enough is no failure.
    if (error.code !== "EPIPE" && error.code !== "ECONNRESET")
      log.say(`the result could not be written to standard output: ${errorMessage(error)}`);
  },
});
const clock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  sleep: async (milliseconds, abort) => {
    await wait(milliseconds, undefined, abort ? { signal: abort } : {});
  },
  every: (milliseconds, task) => {
    const timer = setInterval(task, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/**
 * Asked each time, because a terminal's window can be resized. One that does not tell is taken for the usual size, and a dumb
 * one, which knows no cursor, for none.
 */
const sizeOf =
  (stream: NodeJS.WriteStream): TerminalSize =>
  () =>
    stream.isTTY && process.env["TERM"] !== "dumb" ? { columns: stream.columns || 80, rows: stream.rows || 24 } : null;
const messages = createMessageStream(errors.write, sizeOf(process.stderr), clock);
const sizeOfOutput = sizeOf(process.stdout);
const output = {
  out(text: string) {
    const shown = wrapText(redactor.redact(text), isProse ? (sizeOfOutput()?.columns ?? null) : null);
    if (process.stdout.isTTY) messages.aside(() => results.write(shown));
    else results.write(shown);
  },
  err(text: string) {
    if (!log.isJson()) return messages.write(redactor.redact(text));
    for (const line of text.split("\n")) if (line.trim() !== "") log.say(line.trim(), { level: "info" });
  },
};

/** What is given to dtsync itself, and not to a command after `--`. */
const parameters = process.argv.slice(2);
const ownParameters = parameters.includes("--") ? parameters.slice(0, parameters.indexOf("--")) : parameters;

/** Whether an option has a value, before the command line is read: what is said of a wrong one depends on it, too. */
const isGiven = (option: string, value: string): boolean =>
  ownParameters.some(
    (text, index) => text === `${option}=${value}` || (text === value && ownParameters[index - 1] === option),
  );

/** Whether standard output is for people, and no document or script that a program may read from the terminal, too. */
const isProse =
  !["json", "markdown", "html"].some((format) => isGiven("--format", format)) &&
  !["api", "complete", "completion"].includes(parameters[0] ?? "");

/** It tells runs apart and is no secret, so it need not wait for the library that makes those. */
const runId = Math.floor(Math.random() * 2 ** 48)
  .toString(16)
  .padStart(12, "0");
/** A line for programs is one, however narrow the terminal. */
const writeLog = (text: string) => (log.isJson() ? errors : messages).write(redactor.redact(text));
const log: RunLog = createLog(
  {
    write: writeLog,
    redact: redactor.redact,
    clock,
    runId,
    terminal: process.stderr.isTTY === true,
  },
  isGiven("--log-format", "json") ? "json" : "text",
);

/** With `--format json` standard output is one document in every case: this one, unless there is another. */
function printError(message: string, hint: string | null, exitCode: number): void {
  if (!isGiven("--format", "json") || results.used()) return;
  output.out(`${JSON.stringify({ format: "dtsync-error/1", error: { message, hint, exitCode } }, null, 2)}\n`);
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
      log.info("interrupted", () => ({ signal: name }));
      answerInterrupt();
      stop.abort();
    } else if (interrupt === null || name !== "SIGHUP" || now - interrupt.at > hangUp) leaveAtOnce();
  });
}

/** What is being done is left as it is: the next run revokes the tokens of this one, and does the rest. */
function leaveAtOnce(): void {
  const leave = () => process.exit(exitCodes.interrupted);
  printError("interrupted again before all was finished", "the next run cleans up", exitCodes.interrupted);
  // Whoever does not take the output is not waited for.
  setTimeout(leave, 100);
  process.stdout.write("", leave);
}

/**
 * Whether another program answers to what is typed on the terminal, or did: it may be over before its interrupt is seen
 * here.
 */
let terminalIsLent = false;

function answerInterrupt(): void {
  // The other program gets the signal too.
  if (terminalIsLent) return;
  // What was typed stands at the end of a line, unless something is shown live there.
  output.err(`${messages.isLive() ? "" : "\n"}Interrupted: finishing what is running. Once more leaves at once.\n`);
}

/** Whether the command is over, and only its output may still be on its way. */
let ended = false;
/** What is said of the first error that nobody expected; null: there was none. */
let bug: string | null = null;

function tellBug(error: unknown): void {
  if (bug !== null) return;
  bug = bugMessage(error, version);
  log.say(bug);
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
  log.info("run ended", () => ({ exitCode: Number(process.exitCode), ms: Math.round(performance.now()) }));
  if (bug !== null) printError(bug, null, exitCodes.failed);
}

const context: Context = {
  redactor,
  output,
  outputTaken: results.taken,
  log,
  runId,
  clock,
  variables: process.env,
  version,
  folder: () => process.cwd(),
  signal: stop.signal,
  interruptedBy: () => interrupt?.name ?? null,
  awaitEnd,
  terminal: {
    // A question that nobody sees would never be answered.
    input: process.stdin.isTTY === true && process.stderr.isTTY === true,
    // GitLab's log shows colours. It reads a pipe, as does a program that the output is given to; a file is neither.
    output: process.stdout.isTTY === true || (process.env["GITLAB_CI"] === "true" && !isFile(1)),
    errors: process.stderr.isTTY === true,
    get columns() {
      return sizeOfOutput()?.columns ?? null;
    },
  },
  openRegion: (render) => messages.openRegion((columns) => render(columns).map(redactor.redact)),
  lendTerminal() {
    terminalIsLent = process.stderr.isTTY === true;
  },
  prompt: { input: process.stdin, output: process.stderr },
};

/** Whatever asks for the folder that dtsync was called in, which may be gone, fails with this system call. */
const lacksFolder = (error: unknown): boolean =>
  error instanceof Error && "syscall" in error && error.syscall === "uv_cwd";

/** Runs a command and says in one place how it failed. Everything that is not a DtsyncError is a bug. */
async function run(): Promise<number> {
  const fail = (message: string, hint: string | null, code: number): number => {
    printError(message, hint, code);
    log.say(message, { hint, exitCode: code });
    return code;
  };
  try {
    if (parameters.length === 1 && parameters[0] === "--version") {
      // Scripts ask for it again and again, and it takes no definitions of commands to tell.
      const { versionLine } = await import("./commands/usage/version-line.ts");
      output.out(`${versionLine(version, process.version)}\n`);
      return exitCodes.done;
    }
    const [{ createProgram }, { runProgram }] = await Promise.all([
      import("./commands/program.ts"),
      import("./commands/usage/run-program.ts"),
    ]);
    const { program, exitCode } = createProgram(context);
    // A surrounding `dtsync sandbox` leads every dtsync that its command calls there.
    const added = process.env["DTSYNC_SANDBOX_OPTIONS"];
    const words = added ? leadToSandbox(program, parameters, parseJson(added) as WordsForSandbox) : parameters;
    await awaitEnd(() => runProgram(program, words));
    return exitCode();
  } catch (error) {
    if (bug !== null) return exitCodes.failed;
    if (stop.signal.aborted) return fail("interrupted; nothing was left running", null, exitCodes.interrupted);
    if (error instanceof DtsyncError) return fail(error.message, error.hint, error.exitCode);
    if (lacksFolder(error))
      return fail("the folder that dtsync was called in is gone", "change to another folder", exitCodes.failed);
    tellBug(error);
    return exitCodes.failed;
  }
}

end(await run());

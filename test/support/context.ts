import { PassThrough } from "node:stream";
import type { Context } from "../../src/application/context.ts";
import type { FleetOptions } from "../../src/application/options.ts";
import { createRedactor } from "../../src/secrets/redactor.ts";
import { everything, noon } from "./builders.ts";
import { currentFolder } from "./current-folder.ts";
import { fakeClock } from "./fake-clock.ts";

/** The edges of a process without a terminal, and what was written there. */
export interface TestContext {
  readonly context: Context;
  output(): string;
  errors(): string;
}

export function aContext(given: Partial<Context> = {}): TestContext {
  const written = { out: "", err: "" };
  const context: Context = {
    output: {
      out: (text) => {
        written.out += text;
      },
      err: (text) => {
        written.err += text;
      },
    },
    redactor: createRedactor(),
    clock: fakeClock(noon),
    variables: {},
    version: "0.1.0",
    folder: () => currentFolder,
    signal: new AbortController().signal,
    interruptedBy: () => null,
    awaitEnd: (work) => work(),
    terminal: { input: false, output: false, errors: false },
    prompt: { input: new PassThrough(), output: new PassThrough() },
    ...given,
  };
  return { context, output: () => written.out, errors: () => written.err };
}

/** Options as they are when none is given. */
export const fleetOptionsOf = (given: Partial<FleetOptions> = {}): FleetOptions => ({
  inventory: "inventory",
  set: [],
  format: "text",
  logLevel: "warn",
  color: false,
  progress: false,
  scope: everything,
  sshConfig: null,
  allowCommands: false,
  concurrency: 50,
  ...given,
});

import { PassThrough } from "node:stream";
import type { Context } from "../../src/application/context.ts";
import { createLog, type RunLog } from "../../src/application/log.ts";
import { type HostConnections, hostConnections } from "../../src/application/open-ssh.ts";
import type { FleetOptions } from "../../src/application/options.ts";
import { createRedactor } from "../../src/secrets/redactor.ts";
import { everything, noon } from "./builders.ts";
import { currentFolder } from "./current-folder.ts";
import { fakeClock } from "./fake-clock.ts";

const runId = "0123456789ab";

/** The edges of a process without a terminal, and what was written there. */
export interface TestContext {
  readonly context: Context;
  output(): string;
  errors(): string;
}

export function aContext(given: Partial<Context> = {}): TestContext {
  const written = { out: "", err: "" };
  const terminal = given.terminal ?? { input: false, output: false, errors: false, columns: null };
  const redactor = given.redactor ?? createRedactor();
  const clock = given.clock ?? fakeClock(noon);
  const write = (text: string) => {
    written.err += text;
  };
  const log: RunLog = createLog({ write, redact: redactor.redact, clock, runId, terminal: terminal.errors });
  const context: Context = {
    output: {
      out: (text) => {
        written.out += text;
      },
      err: write,
    },
    outputTaken: async () => undefined,
    log,
    runId,
    redactor,
    clock,
    variables: {},
    version: "0.1.0",
    folder: () => currentFolder,
    signal: new AbortController().signal,
    interruptedBy: () => null,
    awaitEnd: (work) => work(),
    terminal,
    openRegion: () => null,
    lendTerminal: () => undefined,
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
  color: false,
  progress: false,
  cache: true,
  scope: everything,
  sshConfig: null,
  allowCommands: false,
  concurrency: 50,
  ...given,
});

/** The way to hosts that such a context has, by the user's own SSH configuration. */
export const connectionsOf = (context: Context): HostConnections =>
  hostConnections({ configFile: null, forChanges: true }, context);

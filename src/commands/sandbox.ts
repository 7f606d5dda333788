import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "../application/context.ts";
import type { SandboxOptions, SetOverride } from "../application/options.ts";
import { loadDeclared } from "../application/session.ts";
import { DtsyncError, type ExitCode, errorMessage, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Sandbox } from "../sandbox/start-sandbox.ts";
import { printValidation } from "./validate.ts";

/** A running sandbox with everything that a command against it needs. */
export interface SandboxRun {
  readonly sandbox: Sandbox;
  readonly inventory: Inventory;
  /** Options for dtsync, in the order to give them. */
  readonly options: readonly string[];
  /** Runs a program against the sandbox and gives its exit code; every dtsync that it calls is led there. */
  run(program: string, parameters: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

/** Starts the sandbox for an inventory; null: the inventory is invalid, and its faults were printed. */
export async function openSandbox(options: SandboxOptions, context: Context): Promise<SandboxRun | null> {
  const overrides = await sshOverrides(options, context);
  const loaded = await loadDeclared({ ...options, set: [...options.set, ...overrides] }, context);
  if (loaded.inventory === null) {
    printValidation(loaded, options, context);
    return null;
  }
  const { inventory } = loaded;
  const { startSandbox } = await import("../sandbox/start-sandbox.ts");
  const directory = await mkdtemp(join(tmpdir(), "dtsync-sandbox-"));
  let sandbox: Sandbox;
  try {
    const kept = options.state === null ? null : `${resolve(options.state)}.hosts`;
    sandbox = await startSandbox({
      inventory,
      // Options that lead to a kept sandbox are the same in every run, so that a saved plan still fits.
      directory: kept ?? directory,
      hostsDirectory: kept ?? join(directory, "hosts"),
      state: options.state === null ? null : resolve(options.state),
      seed: options.seed === null || options.seed === "inventory" ? options.seed : resolve(options.seed),
      clock: context.clock,
    });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw new DtsyncError(`the sandbox could not be started (${errorMessage(error)})`, {
      exitCode: exitCodes.failed,
      cause: error,
    });
  }
  const sets = [...sandbox.setOptions, ...overrides.flatMap(({ text }) => ["--set", text])];
  return {
    sandbox,
    inventory,
    options: [...sets, ...sandbox.sshOptions],
    run: async (program, parameters) => {
      const environment = await commandEnvironment(directory, inventory, sets, sandbox.sshOptions, context);
      return runProgram(program, parameters, environment, context);
    },
    async close() {
      await sandbox.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Defaults that lead past the sandbox are taken away, and only if there are any, so that options stay short. */
async function sshOverrides(options: SandboxOptions, context: Context): Promise<readonly SetOverride[]> {
  const { inventory } = await loadDeclared(options, context);
  const { sandboxSshOverrides } = await import("../sandbox/start-sandbox.ts");
  const ssh = inventory?.hosts.map((host) => host.ssh) ?? [];
  return sandboxSshOverrides
    .map((text) => ({ path: text.slice(0, text.indexOf("=")), value: null, text }))
    .filter(({ path }) => ssh.some((settings) => (path.split(".").at(-1) ?? "") in settings));
}

async function commandEnvironment(
  directory: string,
  inventory: Inventory,
  sets: readonly string[],
  ssh: readonly string[],
  context: Context,
): Promise<Record<string, string | undefined>> {
  const programs = join(directory, "bin");
  await mkdir(programs, { recursive: true });
  const cli = fileURLToPath(new URL("../cli.js", import.meta.url));
  await writeFile(
    join(programs, "dtsync"),
    `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${JSON.stringify(cli)} "$@"\n`,
  );
  await chmod(join(programs, "dtsync"), 0o755);
  return {
    ...context.variables,
    PATH: `${programs}${delimiter}${context.variables["PATH"] ?? ""}`,
    DTSYNC_INVENTORY: inventory.directory,
    DTSYNC_SANDBOX_OPTIONS: JSON.stringify({ validate: sets, plan: [...sets, ...ssh], apply: [...sets, ...ssh] }),
  };
}

function runProgram(
  program: string,
  parameters: readonly string[],
  environment: Record<string, string | undefined>,
  { signal, interruptedBy }: Context,
): Promise<number> {
  return new Promise((settle, reject) => {
    const child = spawn(program, parameters, { env: environment, stdio: "inherit" });
    // A terminal sends its interrupt to the whole group; once more from here would be the child's second.
    signal.addEventListener("abort", () => interruptedBy() === "SIGTERM" && child.kill("SIGTERM"), { once: true });
    child.once("error", (error) =>
      reject(
        new DtsyncError(`${program} could not be started (${errorMessage(error)})`, {
          exitCode: exitCodes.invalid,
          cause: error,
        }),
      ),
    );
    child.once("close", (code) => settle(code ?? exitCodes.failed));
  });
}

/** Serves simulated clusters and hosts until it is interrupted, or for as long as a command runs against them. */
export async function sandbox(options: SandboxOptions, context: Context): Promise<ExitCode> {
  const run = await openSandbox(options, context);
  if (run === null) return exitCodes.invalid;
  try {
    const [program, ...parameters] = options.command;
    if (program !== undefined) return (await run.run(program, parameters)) as ExitCode;
    printGuide(run, options, context);
    await new Promise<void>((resolve) => {
      // The servers alone would keep the process alive, but not an idle wait for a signal.
      const alive = setInterval(() => undefined, 60_000);
      context.signal.addEventListener("abort", () => {
        clearInterval(alive);
        resolve();
      });
    });
    return exitCodes.done;
  } finally {
    await run.close();
  }
}

function printGuide({ sandbox: running, options: lead }: SandboxRun, options: SandboxOptions, context: Context): void {
  const quoted = lead.map((text) => (/^[\w./:=@+-]+$/.test(text) ? text : `'${text}'`));
  if (options.format === "json") {
    const document = {
      format: "dtsync-sandbox/1",
      clusters: Object.fromEntries(running.urls),
      hosts: running.hosts.hosts.size,
      options: lead,
    };
    context.output.out(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  const paint = painter(options.color && context.terminal.output);
  const clusters = [...running.urls].map(([name, url]) => `  ${name}  ${url}\n`).join("");
  context.output.out(
    `${paint("bold", "Simulated clusters")}\n${clusters}${paint("bold", "Simulated hosts")}\n  ${running.hosts.hosts.size}, each with its own SSH server\n` +
      `${paint("bold", "Options that lead there")}\n  ${quoted.join(" ")}\n\nCtrl-C ends the sandbox.\n`,
  );
}

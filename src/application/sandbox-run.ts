import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { SetOverride } from "../load/yaml/set-overrides.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Sandbox } from "../sandbox/start-sandbox.ts";
import type { Context } from "./context.ts";
import { loadDeclared } from "./load-declared.ts";
import { loadOrPrint } from "./load-or-print.ts";
import type { CommonOptions } from "./options.ts";
import { notStarted, runInSandbox } from "./sandbox-command.ts";

export interface SandboxSettings extends CommonOptions {
  /** A file that keeps the clusters between runs; null: they are gone at the end. */
  readonly state: string | null;
  /** What is there at first: a file with a snapshot, `inventory` for everything declared, `estate` for a grown one, or null for nothing. */
  readonly seed: string | null;
}

/** A running sandbox with everything that a command against it needs. */
export interface SandboxRun {
  readonly sandbox: Sandbox;
  /** Options for dtsync, in the order to give them. */
  readonly options: readonly string[];
  /**
   * Runs a program against the sandbox and gives its exit code; every dtsync that it calls is led there. `folder` is the one
   * that it runs in; left out: the current one.
   */
  run(program: string, parameters: readonly string[], folder?: string): Promise<number>;
  close(): Promise<void>;
}

/** Starts the sandbox for an inventory; null: the inventory is invalid, and its faults were printed. */
export async function openSandbox(settings: SandboxSettings, context: Context): Promise<SandboxRun | null> {
  const overrides = await sshOverrides(settings, context);
  const inventory = await loadOrPrint({ ...settings, set: [...settings.set, ...overrides] }, context);
  if (inventory === null) return null;
  const directory = await mkdtemp(join(tmpdir(), "dtsync-sandbox-")).catch((error: unknown) => {
    throw notStarted(error);
  });
  const removeDirectory = () => rm(directory, { recursive: true, force: true });
  const sandbox = await start(inventory, directory, settings, context).catch(async (error: unknown) => {
    await removeDirectory();
    throw notStarted(error);
  });
  const sets = [...sandbox.setOptions, ...overrides.flatMap(({ text }) => ["--set", text])];
  const { sshOptions } = sandbox;
  return {
    sandbox,
    options: [...sets, ...sshOptions],
    run: (program, parameters, folder) => {
      const way = { directory, inventory: inventory.directory, sets, sshOptions, folder };
      return runInSandbox([program, ...parameters], way, context);
    },
    async close() {
      try {
        await sandbox.close();
      } finally {
        await removeDirectory();
      }
    },
  };
}

async function start(
  inventory: Inventory,
  directory: string,
  { state, seed }: SandboxSettings,
  { clock }: Context,
): Promise<Sandbox> {
  const { estatePattern, startSandbox } = await import("../sandbox/start-sandbox.ts");
  const kept = state === null ? null : `${resolve(state)}.hosts`;
  return startSandbox({
    inventory,
    // Options that lead to a kept sandbox are the same in every run, so that a saved plan still fits.
    directory: kept ?? directory,
    hostsDirectory: kept ?? join(directory, "hosts"),
    state: state === null ? null : resolve(state),
    seed: seed === null || seed === "inventory" || estatePattern.test(seed) ? seed : resolve(seed),
    clock,
  });
}

/** Defaults that lead past the sandbox are taken away, and only if there are any, so that options stay short. */
async function sshOverrides(options: CommonOptions, context: Context): Promise<readonly SetOverride[]> {
  const { inventory } = await loadDeclared(options, context);
  const { sandboxSshOverrides } = await import("../sandbox/start-sandbox.ts");
  const ssh = inventory?.hosts.map((host) => host.ssh) ?? [];
  return sandboxSshOverrides
    .map((text) => ({ path: text.slice(0, text.indexOf("=")), value: null, text }))
    .filter(({ path }) => ssh.some((settings) => (path.split(".").at(-1) ?? "") in settings));
}

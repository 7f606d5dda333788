import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { EndToEnd } from "./end-to-end.ts";

/** Whether tmux can make terminals here. Throws instead with DTSYNC_REQUIRE_ALL=1. */
export function tmuxAvailable(): { available: true } | { available: false; reason: string } {
  if (spawnSync("tmux", ["-V"]).status === 0) return { available: true };
  const reason = "there is no tmux to make terminals with";
  if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(reason);
  return { available: false, reason };
}

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** A shell script in which the command of dtsync stands at `"$@"`. */
  readonly script?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A terminal in which dtsync runs. */
export interface Terminal {
  /** What is on the screen and what has left it at the top, as lines without blanks at their ends. */
  screen(): string;
  /** Waits until the screen has this, and gives the screen of that moment. */
  shows(text: string | RegExp): Promise<string>;
  /** Types a text, or a key by its name in tmux, such as `C-c`. */
  type(...keys: readonly string[]): void;
  resize(columns: number): void;
  /** Waits until the command has ended, and gives its exit code. */
  exitCode(): Promise<number>;
  close(): void;
}

/** Milliseconds that something may take to appear on a screen. */
const patience = 60_000;

/** Runs dtsync on a terminal of its own, led to the clusters of the world. */
export async function openTerminal(
  world: EndToEnd,
  parameters: readonly string[],
  { columns = 80, rows = 30, script = 'exec "$@"', environment = {} }: TerminalOptions = {},
): Promise<Terminal> {
  rmSync(join(world.directory, "code"), { force: true });
  const settings = join(world.directory, "tmux.conf");
  writeFileSync(settings, "set -g remain-on-exit on\nset -g history-limit 10000\nset -g default-terminal screen\n");
  const variables = { TMUX_TMPDIR: world.directory, PATH: process.env["PATH"] ?? "", LC_ALL: "C.UTF-8" };
  const tmux = (...words: readonly string[]) => execFileSync("tmux", words, { env: variables, encoding: "utf8" });
  const started = await world.run(parameters, {
    environment: { ...variables, ...environment },
    through: (command) => [
      ...["tmux", "-u", "-f", settings, "new-session", "-d", "-x", String(columns), "-y", String(rows), "--"],
      ...["bash", "-c", `trap : INT\n(${script})\necho $? >code.new; mv code.new code`, "sh", ...command],
    ],
  });
  if (started.code !== 0) throw new Error(`tmux did not start: ${started.stderr}`);
  const screen = () =>
    tmux("capture-pane", "-p", "-S", "-")
      .split("\n")
      .map((line) => line.trimEnd())
      .join("\n")
      .trimEnd();
  const until = async <T>(what: string, find: () => T | null): Promise<T> => {
    for (const end = performance.now() + patience; performance.now() < end; await wait(50)) {
      const found = find();
      if (found !== null) return found;
    }
    throw new Error(`${what} did not happen within ${patience / 1_000} s, but:\n${screen()}`);
  };
  return {
    screen,
    shows: (text) =>
      until(`${text} on the screen`, () => {
        const shown = screen();
        return (typeof text === "string" ? shown.includes(text) : text.test(shown)) ? shown : null;
      }),
    type: (...keys) => void tmux("send-keys", ...keys),
    resize: (width) => void tmux("resize-window", "-x", String(width)),
    exitCode: () =>
      until("the end of the command", () => {
        // Not from tmux, which now and then misses how a command ended.
        const file = join(world.directory, "code");
        return existsSync(file) ? Number(readFileSync(file, "utf8")) : null;
      }),
    close: () => void spawnSync("tmux", ["kill-server"], { env: variables }),
  };
}

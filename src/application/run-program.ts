import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ProgramOutcome, RunProgram } from "../observe/list-hosts.ts";

/** Runs programs as child processes; an interrupt ends them. */
export const programRunner =
  (signal: AbortSignal): RunProgram =>
  async ([program = "", ...parameters], { directory, variables, limits }) => {
    try {
      const { stdout } = await promisify(execFile)(program, parameters, {
        cwd: directory,
        env: variables,
        timeout: limits.timeout,
        killSignal: "SIGKILL",
        maxBuffer: limits.output,
        signal,
      });
      return { status: "done", output: stdout };
    } catch (error) {
      return outcomeOf(error);
    }
  };

function outcomeOf(error: unknown): ProgramOutcome {
  if (!(error instanceof Error)) return { status: "failed" };
  const { code, killed, signal } = error as Error & {
    readonly code?: string | number | null;
    readonly killed?: boolean;
    readonly signal?: string | null;
  };
  if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return { status: "too-much-output" };
  if (killed === true) return { status: "timeout" };
  if (code === "ENOENT") return { status: "not-found" };
  const ending = code ?? signal;
  return ending === undefined || ending === null ? { status: "failed" } : { status: "ended", code: String(ending) };
}

import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";

/**
 * What tells one process from all others. A number alone does not: it is given again, and in a container every program
 * may have the same one. Null is what the system does not say.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after the start of the machine at which the process began. */
  readonly start: string | null;
  /** Changes whenever the machine starts. */
  readonly boot: string | null;
  /** The processes that can see each other, as the kernel calls them. */
  readonly space: string | null;
  readonly machine: string;
}

/** `elsewhere`: on another machine or in another container, where nobody here can look. */
export type ProcessState = "running" | "ended" | "elsewhere";

export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    start: startOf(process.pid),
    boot: readOr(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    space: readOr(() => readlinkSync("/proc/self/ns/pid")),
    machine: hostname(),
  };
}

export function stateOf(other: ProcessIdentity, own: ProcessIdentity = ownIdentity()): ProcessState {
  if (other.machine !== own.machine) return "elsewhere";
  if (other.boot !== own.boot) return "ended";
  if (other.space !== own.space) return "elsewhere";
  if (!isRunning(other.pid)) return "ended";
  // Without a start the number has to do.
  return other.start === null || own.start === null || other.start === startOf(other.pid) ? "running" : "ended";
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it lives.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Null also for a process that has ended and is only kept until somebody asks for its exit code. */
function startOf(pid: number): string | null {
  return readOr(() => {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program comes before, in parentheses, and may hold any character.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  });
}

function readOr(read: () => string | null): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}

export function isProcessIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== "object" || value === null) return false;
  const { pid, start, boot, space, machine } = value as Partial<Record<keyof ProcessIdentity, unknown>>;
  return (
    typeof pid === "number" &&
    Number.isSafeInteger(pid) &&
    // Zero and negative numbers mean groups of processes.
    pid > 0 &&
    [start, boot, space].every((part) => part === null || typeof part === "string") &&
    typeof machine === "string"
  );
}

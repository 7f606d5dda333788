import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

const devices = { null: "3", full: "7" } as const;

/**
 * A device that a test may write to, or null where none can be made. The superuser gets one of its own, because a program at
 * fault could replace that of the machine.
 */
export function deviceFor(name: keyof typeof devices, folder: string): string | null {
  if (process.geteuid?.() !== 0) return `/dev/${name}`;
  const path = join(folder, name);
  try {
    execFileSync("mknod", [path, "c", "1", devices[name]], { stdio: "ignore" });
    // Not where devices in this folder count for nothing.
    closeSync(openSync(path, "w"));
    return path;
  } catch {
    return null;
  }
}

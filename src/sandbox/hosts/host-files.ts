import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatSwitches, type StandInSwitches } from "../agent/stand-in-switches.ts";

/** How often things happened on a host since it was made or reset. */
interface HostCounters {
  readonly installations: number;
  readonly removals: number;
  /** Starts of the service, whatever the reason. */
  readonly starts: number;
  /** Restarts asked for with `--restart-service` or `systemctl restart`. */
  readonly restarts: number;
}

/** The files of a simulated host, seen from outside. */
export interface HostFiles {
  /** Absolute path of the folder that is `/` of the host, as far as OneAgent is concerned. */
  readonly root: string;
  /** Replaces all switches of the stand-in agent and commands. */
  setBehaviour(switches: StandInSwitches): void;
  counters(): HostCounters;
  /** The text of a file of the host, or null when there is none. `path` is absolute, as on the host. */
  read(path: string): string | null;
  write(path: string, text: string): void;
}

const folders = ["etc/ssh", "home", "root", "tmp", "var/lib/dtsync-stand-in"] as const;

export function hostFiles(root: string): HostFiles {
  const at = (path: string) => join(root, path);
  const read = (path: string) => {
    try {
      return readFileSync(at(path), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  };
  const counter = (name: string) => Number(read(`/var/lib/dtsync-stand-in/${name}`) ?? 0);
  return {
    root,
    setBehaviour: (switches) => {
      rmSync(at("var/lib/dtsync-stand-in/exit-code-uses"), { force: true });
      writeFileSync(at("etc/dtsync-stand-in.conf"), formatSwitches(switches));
    },
    counters: () => ({
      installations: counter("installations"),
      removals: counter("removals"),
      starts: counter("starts"),
      restarts: counter("restarts"),
    }),
    read,
    write: (path, text) => {
      mkdirSync(join(at(path), ".."), { recursive: true });
      writeFileSync(at(path), text);
    },
  };
}

/** Makes the folders a host has before anything is installed. */
export function createHostFolders(root: string): void {
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
}

/** Makes the host as if newly installed; its host key and its stand-in commands stay. */
export function emptyHostFolders(root: string): void {
  for (const folder of readdirSync(root)) {
    if (folder !== "etc" && folder !== "usr") rmSync(join(root, folder), { recursive: true, force: true });
  }
  createHostFolders(root);
}

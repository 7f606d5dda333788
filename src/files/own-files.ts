import { lstatSync, type Stats } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { ProcessVariables } from "../ports.ts";
import { homeFolder } from "./home-folder.ts";
import { makeFolders } from "./make-folders.ts";
import { readOrdinaryText } from "./read-ordinary-file.ts";

const bases = {
  configuration: { variable: "XDG_CONFIG_HOME", otherwise: ".config" },
  state: { variable: "XDG_STATE_HOME", otherwise: ".local/state" },
  cache: { variable: "XDG_CACHE_HOME", otherwise: ".cache" },
} as const;

/**
 * Where dtsync keeps files of its user, for example `$XDG_STATE_HOME/dtsync`, else `~/.local/state/dtsync`. A relative folder
 * does not count, as in the XDG specification: it would lead into the checkout, where a merge request can put a file.
 */
export function ownFolder(purpose: keyof typeof bases, variables: ProcessVariables): string {
  const { variable, otherwise } = bases[purpose];
  const chosen = variables[variable] ?? "";
  return join(isAbsolute(chosen) ? chosen : join(homeFolder(variables), otherwise), "dtsync");
}

/** Makes the folder where there is none. Throws an Error that says why it is not used, if somebody else can write there. */
export function makeOwnFolder(path: string): void {
  makeFolders(path, 0o700);
  requireOwnFolder(path);
}

/** Throws an Error that says why the folder is not used: it is none, or somebody else can write there. */
export function requireOwnFolder(path: string): void {
  const found = lstatSync(path);
  if (!found.isDirectory()) throw new Error(`${path} is not a folder`);
  requireOwn(found, path);
}

/**
 * The text of a file that dtsync or its user wrote. Throws an Error that says why it is not used: it is a link, not an
 * ordinary file, too large, or somebody else can change it.
 */
export function readOwnText(path: string, largest: number): string {
  const check = (opened: Stats) => requireOwn(opened, path);
  return readOrdinaryText(path, { largest, refuseLink: true, check });
}

/** Whether group or others may write. */
const writableByOthers = 0o022;

/** What belongs to root counts: who is root can do anything anyway. Throws an Error that names the path and the reason. */
export function requireOwn({ uid, mode }: Pick<Stats, "uid" | "mode">, path: string): void {
  const user = process.getuid?.();
  if (user !== undefined && uid !== user && uid !== 0) throw new Error(`${path} belongs to another user`);
  if ((mode & writableByOthers) !== 0) throw new Error(`others can write to ${path} (chmod go-w takes that away)`);
}

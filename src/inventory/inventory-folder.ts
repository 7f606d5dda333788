import { Buffer, isUtf8 } from "node:buffer";
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { compareText } from "../model/diagnostic.ts";
import type { Fault } from "./fault-list.ts";
import { escapeText, showText } from "./show-text.ts";

/** Bytes. */
const largestFile = 5_000_000;

const isYaml = (name: string): boolean => /\.ya?ml$/i.test(name);

export interface FolderFault {
  /** Relative to the inventory folder. */
  readonly file: string;
  readonly fault: Fault;
}

/** The YAML files of an inventory, relative to its folder, sorted. */
export interface FolderContents {
  readonly customers: readonly string[];
  readonly groups: readonly string[];
  /** YAML files that are not part of the inventory, unless an item names them. */
  readonly others: readonly string[];
  /** Absolute paths with links resolved, by path, of customers and groups. */
  readonly real: ReadonlyMap<string, string>;
  readonly faults: readonly FolderFault[];
}

export type ReadText =
  | { readonly text: string }
  | { readonly fault: Fault /** Into the text as far as it could be read. */; readonly textBefore?: string };

/** Absolute path of the folder with links resolved, or null when it is not a folder. */
export function openFolder(directory: string): string | null {
  try {
    const root = realpathSync.native(resolve(directory));
    return statSync(root).isDirectory() ? root : null;
  } catch {
    return null;
  }
}

/** Finds the files of an inventory. Links are followed as long as they stay inside of the folder; a file counts once. */
export function listFolder(root: string): FolderContents {
  const faults: FolderFault[] = [];
  const seen = new Set<string>();
  const real = new Map<string, string>();
  const walk: Walk = { root, seen, real, faults };
  const customers = findYaml(walk, "customers");
  const groups = findYaml(walk, "groups");
  const others = findStrayYaml(root, "", seen).filter((file) => file !== "dtsync.yaml");
  return { customers, groups, others: others.sort(compareText), real, faults };
}

interface Walk {
  readonly root: string;
  /** Real paths of what was found, so that links cannot lead in circles. */
  readonly seen: Set<string>;
  /** Real paths of the files by the path under which they were found. */
  readonly real: Map<string, string>;
  readonly faults: FolderFault[];
}

function findYaml(walk: Walk, start: string): readonly string[] {
  const files: string[] = [];
  const add = (path: string, real: string): void => {
    files.push(path);
    walk.real.set(path, real);
  };
  // Links wait until everything that is really there has been found under its own name.
  const folders = [start];
  const links: string[] = [];
  for (let path = folders.pop() ?? links.shift(); path !== undefined; path = folders.pop() ?? links.shift()) {
    const found = look(walk, path, path === start);
    if (found === null) continue;
    if (found.entries === null) {
      if (isYaml(path)) add(path, found.real);
      continue;
    }
    for (const entry of found.entries) {
      if (entry.name.startsWith(".")) continue;
      const child = `${path}/${entry.name}`;
      if (entry.isSymbolicLink()) links.push(child);
      else if (entry.isDirectory()) folders.push(child);
      else if (isYaml(entry.name) && !walk.seen.has(join(found.real, entry.name))) {
        walk.seen.add(join(found.real, entry.name));
        add(child, join(found.real, entry.name));
      }
    }
    links.sort(compareText);
  }
  return files.sort(compareText);
}

interface Found {
  readonly real: string;
  /** Null: it is a file. */
  readonly entries: readonly Dirent[] | null;
}

/** What is at the path of a folder or link, or null when it is nothing, was seen before, or is a fault. */
function look({ root, seen, faults }: Walk, path: string, optional: boolean): Found | null {
  let real: string;
  try {
    real = realpathSync.native(join(root, path));
  } catch {
    if (!optional) faults.push({ file: escapeText(path), fault: unreadable("it leads to nothing") });
    return null;
  }
  if (!isInside(root, real)) {
    faults.push({ file: escapeText(path), fault: outsideFault });
    return null;
  }
  if (seen.has(real)) return null;
  seen.add(real);
  try {
    return { real, entries: statSync(real).isDirectory() ? readdirSync(real, { withFileTypes: true }) : null };
  } catch (error) {
    faults.push({ file: escapeText(path), fault: unreadable(errorCode(error)) });
    return null;
  }
}

function findStrayYaml(root: string, folder: string, seen: ReadonlySet<string>): string[] {
  let entries: readonly Dirent[];
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    // Hidden files are left alone, except where they could be taken for a part of the inventory.
    const hidden = entry.name.startsWith(".") && !/^(?:customers|groups)(?:\/|$)/.test(folder);
    if (hidden || entry.name === "node_modules" || seen.has(join(root, path))) return [];
    if (entry.isDirectory()) return findStrayYaml(root, path, seen);
    return isYaml(entry.name) && !entry.isSymbolicLink() ? [path] : [];
  });
}

/** Reads a file of the inventory as text. `path` is relative to the folder; links may not lead out of it. */
export function readText(root: string, path: string, listed: ReadonlyMap<string, string>): ReadText {
  let bytes: Uint8Array | Fault;
  try {
    const real = listed.get(path) ?? realpathSync.native(join(root, path));
    bytes = isInside(root, real) ? readBytes(real) : outsideFault;
  } catch (error) {
    return { fault: errorCode(error) === "ENOENT" ? missingFault(path) : unreadable(errorCode(error)) };
  }
  if (!(bytes instanceof Uint8Array)) return { fault: bytes };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
  const withoutMark = text.startsWith("\ufeff") ? text.slice(1) : text;
  if (isUtf8(bytes)) return { text: withoutMark };
  return { fault: encodingFault, textBefore: withoutMark.slice(0, Math.max(0, withoutMark.indexOf("\ufffd"))) };
}

function readBytes(path: string): Uint8Array | Fault {
  // Not blocking, because a pipe would make it wait for ever.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) return unreadable("it is not a file");
    if (found.size > largestFile) return tooLargeFault;
    const bytes = new Uint8Array(found.size);
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(descriptor, bytes, length, bytes.length - length, length);
      if (count === 0) break;
      length += count;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Why a file that the inventory names cannot be used, or null. `path` is absolute. */
export function checkNamedFile(root: string, path: string): Fault | null {
  try {
    const real = realpathSync.native(path);
    if (!isInside(root, real)) return outsideFault;
    return statSync(real).isFile() ? null : unreadable("it is not a file");
  } catch (error) {
    return errorCode(error) === "ENOENT" ? missingFault(relative(root, path)) : unreadable(errorCode(error));
  }
}

export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}

const unreadable = (reason: string): Fault => ({
  rule: "unreadable-file",
  message: `the file cannot be read: ${reason}`,
  hint: "Check that it is a file and that its permissions let dtsync read it.",
});

const missingFault = (path: string): Fault => ({
  rule: "missing-file",
  message: `there is no file ${showText(path)}`,
  hint: "Create it, or correct the path.",
});

const outsideFault: Fault = {
  rule: "outside-folder",
  message: "a link leads out of the inventory folder",
  hint: "Put the file itself into the inventory folder.",
};

const tooLargeFault: Fault = {
  rule: "file-too-large",
  message: "the file is larger than 5 MB",
  hint: "Split it: one customer a file, long host lists by environment.",
};

const encodingFault: Fault = {
  rule: "not-utf-8",
  message: "the file is not UTF-8 text",
  hint: "Save it as UTF-8.",
};

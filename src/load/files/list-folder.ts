import { type Dirent, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { compareText } from "../../lib/text.ts";
import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { escapeText } from "../diagnostics/show-text.ts";
import { errorCode, isInside, outsideDiagnostic, unreadable } from "./inventory-folder.ts";
import { isHiddenYaml, isMisnamed } from "./stray-files.ts";

const isYaml = (name: string): boolean => /\.ya?ml$/i.test(name);

interface FolderDiagnostic {
  /** Relative to the inventory folder. */
  readonly file: string;
  readonly diagnostic: DiagnosticText;
}

/** The YAML files of an inventory, relative to its folder, sorted. */
export interface FolderContents {
  readonly customers: readonly string[];
  readonly groups: readonly string[];
  /** Files that are not part of the inventory, unless an item names them, and look as if they were meant to be. */
  readonly others: readonly string[];
  /** Absolute paths with links resolved, by path, of customers and groups. */
  readonly real: ReadonlyMap<string, string>;
  readonly diagnostics: readonly FolderDiagnostic[];
}

/** Finds the files of an inventory. Links are followed as long as they stay inside of the folder; a file counts once. */
export function listFolder(root: string): FolderContents {
  const diagnostics: FolderDiagnostic[] = [];
  const seen = new Set<string>();
  const real = new Map<string, string>();
  const misnamed: string[] = [];
  const walk: Walk = { root, seen, real, misnamed, diagnostics };
  const customers = findYaml(walk, "customers");
  const groups = findYaml(walk, "groups");
  const others = [...misnamed, ...findStrayYaml(root, "", seen).filter((file) => file !== "dtsync.yaml")];
  return { customers, groups, others: others.sort(compareText), real, diagnostics };
}

interface Walk {
  readonly root: string;
  /** Real paths of what was found, so that links cannot make a cycle. */
  readonly seen: Set<string>;
  /** Real paths of the files by the path under which they were found. */
  readonly real: Map<string, string>;
  /** Files of the folders whose names end in another way, or are hidden. */
  readonly misnamed: string[];
  readonly diagnostics: FolderDiagnostic[];
}

/** The folders of an inventory, each with an example of what stands in it. */
const starts = { customers: "customers/abc.yaml", groups: "groups/operations.yaml" } as const;
type Start = keyof typeof starts;

function findYaml(walk: Walk, start: Start): readonly string[] {
  const files: string[] = [];
  const add = (path: string, real: string): void => {
    files.push(path);
    walk.real.set(path, real);
  };
  const folders: Waiting[] = [{ path: start, real: null }];
  // Links wait until everything that is really there has been found under its own name.
  const links = createLinkQueue();
  for (let next = folders.pop(); next !== undefined; next = folders.pop() ?? links.take()) {
    const { path } = next;
    const found = look(walk, next);
    if (found === null) continue;
    if (found.entries === null) {
      if (path === start) walk.diagnostics.push({ file: path, diagnostic: notAFolder(start) });
      else if (isYaml(path)) add(path, found.real);
      continue;
    }
    for (const entry of found.entries) {
      const child = `${path}/${entry.name}`;
      if (entry.name.startsWith(".")) {
        if (entry.isFile() && isHiddenYaml(entry.name)) walk.misnamed.push(child);
      } else if (entry.isSymbolicLink()) links.add({ path: child, real: null });
      else if (entry.isDirectory()) folders.push({ path: child, real: join(found.real, entry.name) });
      else if (isYaml(entry.name) && !walk.seen.has(join(found.real, entry.name))) {
        walk.seen.add(join(found.real, entry.name));
        add(child, join(found.real, entry.name));
      } else if (isMisnamed(entry.name)) walk.misnamed.push(child);
    }
  }
  return files.sort(compareText);
}

/** A folder or link that was found and not looked at. */
interface Waiting {
  readonly path: string;
  /** Absolute path with links resolved; null where it has to be asked for. */
  readonly real: string | null;
}

interface Found {
  readonly real: string;
  /** Null: it is a file. */
  readonly entries: readonly Dirent[] | null;
}

/** Gives the links in the order of their paths; sorting them again for each would take long where there are many. */
function createLinkQueue(): { add(link: Waiting): void; take(): Waiting | undefined } {
  const links: Waiting[] = [];
  let isSorted = true;
  return {
    add(link) {
      links.push(link);
      isSorted = false;
    },
    take() {
      if (!isSorted) links.sort((left, right) => compareText(right.path, left.path));
      isSorted = true;
      return links.pop();
    },
  };
}

/** What is at the path of a folder or link, or null when it is nothing, was seen before, or is reported. */
function look({ root, seen, diagnostics }: Walk, { path, real: known }: Waiting): Found | null {
  if (isTooDeep(path)) {
    diagnostics.push({ file: escapeText(path), diagnostic: depthDiagnostic });
    return null;
  }
  let real: string;
  try {
    real = known ?? realpathSync.native(join(root, path));
  } catch {
    // What is not there at all is a folder that the inventory does without.
    if (isThere(join(root, path)))
      diagnostics.push({ file: escapeText(path), diagnostic: unreadable("it leads to nothing") });
    return null;
  }
  if (!isInside(root, real)) {
    diagnostics.push({ file: escapeText(path), diagnostic: outsideDiagnostic });
    return null;
  }
  if (seen.has(real)) return null;
  seen.add(real);
  try {
    return { real, entries: statSync(real).isDirectory() ? readdirSync(real, { withFileTypes: true }) : null };
  } catch (error) {
    diagnostics.push({ file: escapeText(path), diagnostic: unreadable(errorCode(error)) });
    return null;
  }
}

/** Whether a folder has such an entry, wherever that leads. */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Folders inside of each other. The deeper one is, the longer the disk takes for it. */
const deepestFolder = 50;

const isTooDeep = (path: string): boolean => path.split("/").length > deepestFolder;

function findStrayYaml(root: string, folder: string, seen: ReadonlySet<string>): string[] {
  let entries: readonly Dirent[];
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith(".") || entry.name === "node_modules" || seen.has(join(root, path))) return [];
    if (entry.isDirectory()) return isTooDeep(path) ? [] : findStrayYaml(root, path, seen);
    const isMeant = isYaml(entry.name) || (folder === "" && isMisnamed(entry.name));
    return isMeant && !entry.isSymbolicLink() ? [path] : [];
  });
}

const notAFolder = (start: Start): DiagnosticText => ({
  rule: "not-a-folder",
  message: `${start} is no folder`,
  hint: `Rename it and move it into a folder ${start}, for example to ${starts[start]}.`,
});

const depthDiagnostic: DiagnosticText = {
  rule: "too-deep",
  message: `folders are more than ${deepestFolder} levels deep`,
  hint: "Move what is in it up; nothing below is read.",
};

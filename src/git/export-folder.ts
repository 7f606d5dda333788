import { Buffer } from "node:buffer";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GitFailure } from "./git-failure.ts";
import type { Repository } from "./open-repository.ts";
import { gitOutput } from "./run-git.ts";

/** Bytes, as many as a host list may have. A larger file is written empty in its place with its size: the inventory takes none of that size. */
const largestFile = 5_000_000;
const mostFiles = 200_000;
/** Bytes of all files. */
const mostBytes = 1_073_741_824;
/** What the system says of a name that is too long, or that stands for a file and a folder, or for two files. */
const impossibleNames: readonly string[] = ["ENAMETOOLONG", "EEXIST", "ENOTDIR", "EISDIR", "EILSEQ"];
/** Bytes that are asked of Git at once. */
const portion = 33_554_432;

interface Entry {
  readonly mode: string;
  readonly hash: string;
  /** Relative to the top of the work tree. */
  readonly path: string;
  readonly size: number;
}

interface ExportedFolder {
  /** Absolute. */
  readonly directory: string;
  /** Number of files; 0: the revision does not have the folder. */
  readonly files: number;
  /** Paths of submodules, whose files are not exported. */
  readonly submodules: readonly string[];
}

/**
 * Writes the repository's folder, as it is in a commit, below `target`, which must be empty. The objects are read as they
 * are: nothing is checked out, no filter runs, links stay links. Throws GitFailure, with the reason `content` for a folder that is
 * too large, or has names that no file can have here.
 */
export async function exportFolder(repository: Repository, commit: string, target: string): Promise<ExportedFolder> {
  const listed = await listEntries(repository, commit);
  const blobs = listed.filter(({ mode }) => mode !== "160000");
  const entries = await withSizes(repository, blobs);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > mostBytes || entries.length > mostFiles) {
    throw new GitFailure("content", `the folder at ${commit.slice(0, 12)} is too large`);
  }
  const directory = join(target, ...repository.prefix.split("/"));
  await writeEntries(repository, entries, { directory, target }).catch((error: NodeJS.ErrnoException) => {
    if (!impossibleNames.includes(error.code ?? "")) throw error;
    throw new GitFailure("content", `the folder at ${commit.slice(0, 12)} cannot be written: ${error.message}`);
  });
  return {
    directory,
    files: entries.length,
    submodules: listed.filter(({ mode }) => mode === "160000").map(({ path }) => path),
  };
}

async function writeEntries(
  repository: Repository,
  entries: readonly Entry[],
  { directory, target }: { readonly directory: string; readonly target: string },
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const links = new Map<string, string>();
  for (const group of inPortions(entries)) {
    const contents = await readBlobs(repository, group);
    for (const [index, { mode, path, size }] of group.entries()) {
      const content = contents[index] ?? Buffer.alloc(0);
      if (mode === "120000") links.set(path, content.toString("utf8"));
      else await writeEntry(join(target, path), content, { size, mode: mode === "100755" ? 0o777 : 0o666 });
    }
  }
  // Last, so that no file is ever written through one of them.
  for (const [path, to] of links) {
    const place = join(target, path);
    await mkdir(dirname(place), { recursive: true });
    await symlink(to, place);
  }
}

async function listEntries(repository: Repository, commit: string): Promise<readonly Omit<Entry, "size">[]> {
  const folder = repository.prefix === "" ? [] : ["--", repository.prefix];
  // With the full tree, because paths are otherwise relative to where Git is called.
  const output = await gitOutput(repository, ["ls-tree", "-r", "-z", "--full-tree", commit, ...folder]);
  return output
    .toString("utf8")
    .split("\0")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const found = /^(\d{6}) (?:blob|commit) ([0-9a-f]+)\t([\s\S]+)$/.exec(line);
      const [, mode = "", hash = "", path = ""] = found ?? [];
      // The folder's name may be that of a file or a link.
      const inside = repository.prefix === "" || path.startsWith(`${repository.prefix}/`);
      if (!found || !inside) return [];
      if (path.split("/").some((part) => part === "" || part === "." || part === "..")) {
        throw new GitFailure("content", `the tree of ${commit.slice(0, 12)} has a path that leads out of it`);
      }
      return [{ mode, hash, path }];
    });
}

async function withSizes(repository: Repository, blobs: readonly Omit<Entry, "size">[]): Promise<readonly Entry[]> {
  if (blobs.length === 0) return [];
  const input = `${blobs.map(({ hash }) => hash).join("\n")}\n`;
  const output = await gitOutput(repository, ["cat-file", "--batch-check=%(objecttype) %(objectsize)", "--buffer"], {
    input,
  });
  const lines = output.toString("utf8").split("\n");
  return blobs.map((blob, index) => {
    const size = /^blob (\d+)$/.exec(lines[index] ?? "")?.[1];
    if (size === undefined) throw new GitFailure("unusable", `the repository lacks the content of ${blob.path}`);
    return { ...blob, size: Number(size) };
  });
}

function inPortions(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const groups: Entry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const size = Math.min(entry.size, largestFile);
    if (bytes + size > portion) {
      groups.push([]);
      bytes = 0;
    }
    bytes += size;
    groups.at(-1)?.push(entry);
  }
  return groups;
}

/** Contents in the order of the entries; that of a file which is too large is empty. */
async function readBlobs(repository: Repository, entries: readonly Entry[]): Promise<readonly Buffer[]> {
  const wanted = entries.filter(({ size }) => size <= largestFile);
  const output =
    wanted.length === 0
      ? Buffer.alloc(0)
      : await gitOutput(repository, ["cat-file", "--batch=%(objectsize)", "--buffer"], {
          input: `${wanted.map(({ hash }) => hash).join("\n")}\n`,
        });
  let offset = 0;
  return entries.map(({ size, path }) => {
    if (size > largestFile) return Buffer.alloc(0);
    const start = output.indexOf(10, offset) + 1;
    if (output.subarray(offset, start - 1).toString("latin1") !== String(size)) {
      throw new GitFailure("unusable", `the repository lacks the content of ${path}`);
    }
    offset = start + size + 1;
    return output.subarray(start, start + size);
  });
}

async function writeEntry(
  place: string,
  content: Buffer,
  { size, mode }: { readonly size: number; readonly mode: number },
): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, content, { flag: "wx", mode });
  if (size > content.length) await truncate(place, size);
}

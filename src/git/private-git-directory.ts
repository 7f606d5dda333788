import {
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where the parts of a repository are; the two are equal except in a further work tree. */
export interface GitDirectories {
  /** Absolute; holds HEAD and the index. */
  readonly own: string;
  /** Absolute; holds objects and refs. */
  readonly common: string;
}

interface PrivateGitDirectory {
  /** Absolute; Git's GIT_DIR. */
  readonly directory: string;
  /** Gives the file of its configuration another text, in Latin-1. */
  configure(text: string): Promise<void>;
  /** Takes it away. Objects and refs that were fetched stay in the repository. */
  close(): Promise<void>;
}

/** Data that Git reads, and a fetch writes, in its place. Neither configuration nor hooks are among it. */
const linkedOfCommon: readonly string[] = ["objects", "refs", "packed-refs", "reftable", "shallow", "logs"];
const linkedOfOwn: readonly string[] = ["index", "refs", "reftable", "logs"];

/** Bytes of a file that is copied. */
const largestCopy = 4_000_000;

/**
 * Makes a Git directory that has the objects, refs and index of a repository, but a configuration of dtsync's own: Git
 * called with it knows nothing of what is configured in the repository. The links are those that `git-new-workdir` in
 * Git's contrib folder makes, so that several work trees can use one repository.
 */
export async function createPrivateGitDirectory({ own, common }: GitDirectories): Promise<PrivateGitDirectory> {
  const root = await mkdtemp(join(tmpdir(), "dtsync-git-directory-"));
  const close = () => rm(root, { recursive: true, force: true });
  try {
    const shared = join(root, "common");
    const directory = own === common ? shared : join(root, "own");
    for (const folder of new Set([shared, directory])) await mkdir(join(folder, "info"), { recursive: true });
    await linkEntries(common, shared, linkedOfCommon);
    await linkEntries(common, shared, [join("info", "exclude"), join("info", "grafts")]);
    await copyHead(common, shared);
    await withoutFilters(common, shared);
    const ofOwn = await readdir(own);
    if (own !== common) {
      await copyHead(own, directory);
      await writeFile(join(directory, "commondir"), "../common\n");
    }
    await linkEntries(own, directory, own === common ? ["index"] : linkedOfOwn);
    await linkEntries(own, directory, [join("info", "sparse-checkout")]);
    await linkEntries(
      own,
      directory,
      ofOwn.filter((name) => name.startsWith("sharedindex.")),
    );
    // ORIG_HEAD and the like name revisions. They are copies, because a fetch overwrites FETCH_HEAD, and the user's must stay.
    for (const name of ofOwn.filter((name) => /^[A-Z]+_HEAD$/.test(name))) {
      await copyOrdinary(join(own, name), join(directory, name));
    }
    const shallow = await isThere(join(shared, "shallow"));
    return {
      directory,
      configure: (text) => writeFile(join(shared, "config"), text, "latin1"),
      close: async () => {
        // Git removes the file when the clone is no longer shallow; here that was only the link.
        if (shallow && !(await isThere(join(shared, "shallow")))) await rm(join(common, "shallow"), { force: true });
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function linkEntries(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) if (await isThere(join(from, name))) await symlink(join(from, name), join(to, name));
}

/** Git takes a HEAD for one that is a file, or a link to a ref. */
async function copyHead(from: string, to: string): Promise<void> {
  const [source, target] = [join(from, "HEAD"), join(to, "HEAD")];
  if ((await lstat(source)).isSymbolicLink()) await symlink(await readlink(source), target);
  else await copyOrdinary(source, target);
}

/** Devices and pipes, which might never end, are passed over. */
async function copyOrdinary(source: string, target: string): Promise<void> {
  if (await isOrdinary(source)) await copyFile(source, target);
}

/** These attributes are above those of the work tree, which therefore cannot ask for a filter, the user's own included. */
async function withoutFilters(from: string, to: string): Promise<void> {
  const source = join(from, "info", "attributes");
  const known = (await isOrdinary(source)) ? `${await readFile(source, "latin1")}\n` : "";
  await writeFile(join(to, "info", "attributes"), `${known}* -filter\n`, "latin1");
}

function isOrdinary(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() && found.size <= largestCopy,
    () => false,
  );
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

import { existsSync } from "node:fs";
import { mkdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { readMarkedText } from "../files/read-ordinary-file.ts";
import { isSystemError, removeDrafts, writeNew, writeWhole } from "../files/write-file.ts";
import type { ProposedFile } from "../import/proposal.ts";
import { createLimiter } from "../lib/limiter.ts";

/** Bytes of a YAML file of an inventory. */
const largestFile = 1_000_000;

type WrittenFile = Pick<ProposedFile, "path" | "text" | "before">;

/** A file or folder that was written, and how that is taken back. */
interface Step {
  readonly target: string;
  /** Throws where that cannot be. */
  readonly takeBack: () => Promise<void>;
}

/** Files that are written side by side: each of them waits for the disk several times. */
const filesAtOnce = 16;

/**
 * Writes the files of a proposal so that what is there is a valid inventory at every moment: whoever is cut off and imports again
 * adds what is missing. A file that somebody has changed meanwhile, or made, ends it; what was written until then is taken
 * back.
 */
export async function writeImport(folder: string, files: readonly WrittenFile[], signal: AbortSignal): Promise<void> {
  const steps: Step[] = [];
  let failure: { readonly path: string; readonly error: unknown } | null = null;
  const attempt = async (path: string, work: () => Promise<Step | null>): Promise<void> => {
    if (failure !== null) return;
    try {
      signal.throwIfAborted();
      const step = await work();
      if (step !== null) steps.push(step);
    } catch (error) {
      failure ??= { path, error };
    }
  };
  const targets = files.map(({ path }) => join(folder, path));
  await attempt(folder, () => removeDrafts(targets).then(() => null));
  for (const path of missingFolders(folder, files)) await attempt(path, () => makeFolder(path));
  const limiter = createLimiter(filesAtOnce);
  for (const stage of stagesOf(files)) {
    await Promise.all(
      stage.map((file) => {
        const target = join(folder, file.path);
        return limiter.run(() => attempt(target, () => writeProposed(target, file)));
      }),
    );
  }
  if (failure === null) return;
  const left = await takeAllBack(steps);
  if (left.length === 0) signal.throwIfAborted();
  const { path, error } = failure as { readonly path: string; readonly error: unknown };
  const state = left.length === 0 ? "nothing was left behind" : `what was written is left in ${left.join(", ")}`;
  throw new DtsyncError(`${path} cannot be written (${errorMessage(error)}); ${state}`, {
    exitCode: signal.aborted ? exitCodes.interrupted : exitCodes.failed,
    cause: error,
  });
}

/** What is named comes before what names it: roles of dtsync.yaml, environments of customers, then groups. */
function stagesOf(files: readonly WrittenFile[]): readonly (readonly WrittenFile[])[] {
  const isSettings = ({ path }: WrittenFile): boolean => path === "dtsync.yaml";
  const isGroups = ({ path }: WrittenFile): boolean => path.startsWith("groups/");
  return [
    files.filter(isSettings),
    files.filter((file) => !isSettings(file) && !isGroups(file)),
    files.filter(isGroups),
  ];
}

/** Folders of new files that are not there yet, each behind the one that it is in. */
function missingFolders(folder: string, files: readonly WrittenFile[]): readonly string[] {
  const missing = new Set<string>();
  for (const { path, before } of files) {
    if (before !== null) continue;
    const own: string[] = [];
    for (let place = dirname(join(folder, path)); !missing.has(place) && !existsSync(place); place = dirname(place))
      own.unshift(place);
    for (const place of own) missing.add(place);
  }
  return [...missing];
}

/** Null: somebody else has made it. */
async function makeFolder(target: string): Promise<Step | null> {
  try {
    await mkdir(target);
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return null;
    throw error;
  }
  const takeBack = () =>
    rmdir(target).catch((error: unknown) => {
      // What somebody else has put there keeps it.
      if (!isSystemError(error, "ENOTEMPTY")) throw error;
    });
  return { target, takeBack };
}

async function writeProposed(target: string, { text, before }: WrittenFile): Promise<Step> {
  const now = (): string => readMarkedText(target, { largest: largestFile, refuseLink: true });
  const requireText = (found: string, wanted: string): void => {
    if (found !== wanted) throw new Error("it has changed meanwhile");
  };
  if (before === null) {
    await writeNew(target, text).catch((error: unknown) => {
      throw isSystemError(error, "EEXIST") ? new Error("somebody has made it meanwhile") : error;
    });
    const takeBack = async () => {
      requireText(now(), text);
      await rm(target);
    };
    return { target, takeBack };
  }
  const found = now();
  const mark = found.startsWith("\ufeff") ? "\ufeff" : "";
  requireText(found, mark + before);
  await writeWhole(target, mark + text);
  const takeBack = async () => {
    requireText(now(), mark + text);
    await writeWhole(target, found);
  };
  return { target, takeBack };
}

/** The last step first. Gives the files and folders that are still as they were written. */
async function takeAllBack(steps: readonly Step[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const { target, takeBack } of [...steps].reverse()) await takeBack().catch(() => left.push(target));
  return left;
}

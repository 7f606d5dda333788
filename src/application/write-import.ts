import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { readMarkedText } from "../files/read-ordinary-file.ts";
import { writeNew, writeWhole } from "../files/write-file.ts";
import type { ProposedFile } from "../import/proposal.ts";
import { createLimiter } from "../lib/limiter.ts";

/** Bytes of a YAML file of an inventory. */
const largestFile = 1_000_000;

type WrittenFile = Pick<ProposedFile, "path" | "text" | "before">;

/** Files that are written side by side: each of them waits for the disk several times. */
const filesAtOnce = 16;

/**
 * Writes the files of a proposal, dtsync.yaml before all others, so that what is there is true at every moment: whoever imports
 * again adds what is missing. A file that somebody has changed meanwhile, or made, ends it; what was written until then is
 * taken back.
 */
export async function writeImport(folder: string, files: readonly WrittenFile[], signal: AbortSignal): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  let failure: { readonly path: string; readonly error: unknown } | null = null;
  const write = async ({ path, text, before }: WrittenFile) => {
    if (failure !== null) return;
    const target = join(folder, path);
    try {
      signal.throwIfAborted();
      undo.push(await writeProposed(target, text, before));
    } catch (error) {
      failure ??= { path: target, error };
    }
  };
  const [settings, ...others] = files;
  if (settings !== undefined) await write(settings);
  const limiter = createLimiter(filesAtOnce);
  await Promise.all(others.map((file) => limiter.run(() => write(file))));
  if (failure === null) return;
  for (const step of undo.reverse()) await step();
  signal.throwIfAborted();
  const { path, error } = failure;
  throw new DtsyncError(`${path} cannot be written (${errorMessage(error)}); nothing was left behind`, {
    exitCode: exitCodes.failed,
    cause: error,
  });
}

/** Writes one file; gives what takes it back. */
async function writeProposed(target: string, text: string, before: string | null): Promise<() => Promise<void>> {
  if (before !== null) {
    const found = readMarkedText(target, { largest: largestFile, refuseLink: true });
    const mark = found.startsWith("\ufeff") ? "\ufeff" : "";
    if (found !== mark + before) throw new Error("it has changed meanwhile");
    await writeWhole(target, mark + text);
    return () => writeWhole(target, found);
  }
  await mkdir(dirname(target), { recursive: true });
  await writeNew(target, text);
  return () => rm(target, { force: true });
}

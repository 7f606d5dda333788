import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { GitFailure } from "./git-failure.ts";
import {
  type GitSetting,
  isCarried,
  isOfPartialClone,
  isOfRepository,
  isUnknownExtension,
  listSettings,
  parseSettings,
  settingsText,
} from "./git-settings.ts";
import { createPrivateGitDirectory, type GitDirectories } from "./private-git-directory.ts";
import { askGit, firstLine, type GitEdges, type GitPlace, gitOutput } from "./run-git.ts";
import { findTopLevel } from "./top-level.ts";

/** A repository, and where in it a folder stands. The caller of openRepository closes it. */
export interface Repository extends GitPlace {
  /** Of the folder below the top, with `/` between names; empty: the top itself. */
  readonly prefix: string;
  close(): Promise<void>;
}

/**
 * Opens the repository of the checkout that a folder is in. The folder itself need not exist in the work tree (another
 * revision may have it). Throws GitFailure outside of Git, and where Git does not trust the repository.
 */
export async function openRepository(folder: string, edges: GitEdges): Promise<Repository> {
  const top = findTopLevel(folder);
  if (top === null) throw new GitFailure("outside", `${folder} is not in a Git repository`);
  const { directory, prefix } = top;
  const [directories, settings] = await Promise.all([
    trustedDirectories(folder, directory, edges),
    askGit(directory, edges, listSettings),
  ]);
  if (settings.code !== 0) throw cannotRead(settings.errors);
  const listed = parseSettings(settings.output);
  const { close, configure, ...made } = await createPrivateGitDirectory(directories).catch((error: Error) => {
    throw new GitFailure("unusable", `the Git repository cannot be opened: ${error.message}`);
  });
  const partial = listed.some((setting) => isOfRepository(setting) && isOfPartialClone(setting));
  const repository = { ...edges, directory, gitDirectory: made.directory, partial, prefix, close };
  try {
    const ofRepository = repositorySettings(listed);
    await configure(settingsText(ofRepository));
    const byPlace = await userSettingsByPlace(listed, repository);
    if (byPlace.length > 0) await configure(settingsText([...byPlace, ...ofRepository]));
    return repository;
  } catch (error) {
    await close();
    throw error;
  }
}

/** Git follows a `.git` that is a file, and judges whether the owner of all of it is to be trusted. */
async function trustedDirectories(folder: string, top: string, edges: GitEdges): Promise<GitDirectories> {
  const question = ["rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir"] as const;
  const { code, output, errors } = await askGit(top, edges, question);
  if (code !== 0) {
    if (errors.includes("not a git repository")) {
      throw new GitFailure("outside", `${folder} is not in a Git repository`);
    }
    throw cannotRead(errors);
  }
  const lines = output.toString("utf8").replace(/\n$/, "").split("\n");
  const [workTree = "", own = "", common = ""] = lines;
  if (lines.length !== 3) throw new GitFailure("unusable", "the path of the Git repository has a line break");
  if (realpathSync.native(workTree) !== top) {
    throw new GitFailure("outside", `${folder} is not in the work tree of its Git repository`);
  }
  const real = (path: string): string => realpathSync.native(resolve(top, path));
  return { own: real(own), common: real(common) };
}

function cannotRead(errors: string): GitFailure {
  // As in containers that run as another user than the one who cloned.
  const solution = /^\s*(git config --global --add safe\.directory .+)$/m.exec(errors)?.[1];
  const advice = solution === undefined ? "" : `; if you trust it, this lets Git read it: ${solution}`;
  return new GitFailure("unusable", `Git cannot read the repository: ${firstLine(errors)}${advice}`);
}

/** Throws GitFailure for a repository that is kept in a way which dtsync does not know. */
function repositorySettings(listed: readonly GitSetting[]): readonly Pick<GitSetting, "key" | "value">[] {
  const settings = listed.filter(isOfRepository);
  const unknown = settings.find(isUnknownExtension);
  if (unknown !== undefined) {
    const place = unknown.origin.replace(/^file:/, "");
    throw new GitFailure("unusable", `the repository has ${unknown.key} in ${place}, which dtsync does not know`);
  }
  return [...settings.filter(isCarried), { key: "core.bare", value: "false" }];
}

/**
 * What the user has configured for repositories in certain folders (`includeIf "gitdir:…"`). The private Git directory is
 * elsewhere, so Git would not find it for that.
 */
async function userSettingsByPlace(listed: readonly GitSetting[], place: GitPlace): Promise<readonly GitSetting[]> {
  const ofUser = listed.filter((setting) => !isOfRepository(setting));
  if (!ofUser.some(({ key }) => /^includeif\.gitdir/i.test(key))) return [];
  const seen = new Set(
    parseSettings(await gitOutput(place, [...listSettings])).map((setting) => JSON.stringify(setting)),
  );
  return ofUser.filter((setting) => setting.scope !== "command" && !seen.has(JSON.stringify(setting)));
}

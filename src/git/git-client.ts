import { type SimpleGit, simpleGit } from "simple-git";
import { type GitPlace, overrides, placeEnvironment } from "./run-git.ts";

/**
 * simple-git refuses variables and settings that may start a program, because it cannot know whose they are. Here they
 * are dtsync's own or the user's; those of the repository were left out before.
 */
const whatTheUserMaySet = {
  allowUnsafeAlias: true,
  allowUnsafeAskPass: true,
  allowUnsafeCommandBinaries: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeDiffExternal: true,
  allowUnsafeDiffTextConv: true,
  allowUnsafeEditor: true,
  allowUnsafeExec: true,
  allowUnsafeFilter: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeGitProxy: true,
  allowUnsafeGpgProgram: true,
  allowUnsafeHooksPath: true,
  allowUnsafeInclude: true,
  allowUnsafeMergeDriver: true,
  allowUnsafePack: true,
  allowUnsafePager: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
  allowUnsafeSubmodule: true,
  allowUnsafeTemplateDir: true,
  allowUnsafeUrlRewrite: true,
};

/** simple-git, calling Git as `runGit` does: with the same variables, overrides and Git directory. */
export function createGitClient(place: GitPlace): SimpleGit {
  const environment = placeEnvironment(place);
  return simpleGit({
    baseDir: place.directory,
    abort: place.signal,
    config: [...overrides],
    allowEnvironment: Object.keys(environment),
    unsafe: whatTheUserMaySet,
  }).env(environment);
}

import { dirname, isAbsolute, join, resolve } from "node:path";
import { errorMessage, usageError } from "../errors.ts";
import { globMatcher, isGlob } from "../lib/glob.ts";
import { parseSshConfig, type SshConfig } from "./config.ts";
import { expandHome } from "./expand-home.ts";

/** What reading the configuration needs of a file system. Both throw where there is nothing that can be read. */
export interface ConfigFiles {
  /** The text of a file. */
  read(path: string): string;
  /** The names in a folder. */
  list(folder: string): readonly string[];
}

export interface ConfigLocation {
  /** A file that was named; null: the user's own, which need not be there. */
  readonly file: string | null;
  /** Home folder of the local user. */
  readonly home: string;
}

/**
 * Reads the configuration of the SSH client with what it includes. A relative Include is looked for in `~/.ssh`, or
 * beside a file that was named. Throws DtsyncError when that file cannot be read.
 */
export function readSshConfig({ file, home }: ConfigLocation, files: ConfigFiles): SshConfig {
  const text = file === null ? textOr("", join(home, ".ssh/config"), files) : textOfNamed(file, files);
  const base = file === null ? join(home, ".ssh") : dirname(resolve(file));
  return parseSshConfig(text, (pattern) => {
    const expanded = expandHome(pattern, home);
    return readIncluded(isAbsolute(expanded) ? expanded : join(base, expanded), files);
  });
}

function textOfNamed(file: string, files: ConfigFiles): string {
  try {
    return files.read(file);
  } catch (error) {
    throw usageError(`--ssh-config ${file} cannot be read (${errorMessage(error)})`);
  }
}

function textOr(fallback: string, path: string, files: ConfigFiles): string {
  try {
    return files.read(path);
  } catch {
    return fallback;
  }
}

/** OpenSSH passes over what an Include names in vain. */
function readIncluded(pattern: string, files: ConfigFiles): readonly string[] {
  try {
    return pathsOf(pattern, files).map((path) => files.read(path));
  } catch {
    return [];
  }
}

function pathsOf(pattern: string, files: ConfigFiles): readonly string[] {
  if (!isGlob(pattern)) return [pattern];
  const folder = dirname(pattern);
  return files
    .list(folder)
    .map((name) => join(folder, name))
    .filter(globMatcher(pattern))
    .sort();
}

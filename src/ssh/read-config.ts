import { dirname, isAbsolute, join, resolve } from "node:path";
import { errorMessage, usageError } from "../errors.ts";
import { caseSensitiveGlobMatcher, isGlob } from "../lib/glob.ts";
import { parseSshConfig, type SshConfig } from "./config.ts";
import { expandHome } from "./expand-home.ts";

/** What reading the configuration needs of a file system. */
export interface ConfigFiles {
  /** The text of a file; null where there is none. Throws where it cannot be read. */
  read(path: string): string | null;
  /** The names in a folder. Throws where there is none. */
  list(folder: string): readonly string[];
}

export interface ConfigLocation {
  /** A file that was named; null: the user's own, which need not be there. */
  readonly file: string | null;
  /** Home folder of the local user. */
  readonly home: string;
}

/** Files that include each other several times would be read without end. */
const mostIncludedFiles = 1_000;
const mostCharacters = 20_000_000;

/**
 * Reads the configuration of the SSH client with what it includes. A relative Include is looked for in `~/.ssh`, or
 * beside a file that was named. Throws DtsyncError when that file cannot be read, or when it is too much in all.
 */
export function readSshConfig({ file, home }: ConfigLocation, files: ConfigFiles): SshConfig {
  const path = file ?? join(home, ".ssh/config");
  const text = textOfFirst({ path, named: file !== null }, files);
  const base = file === null ? join(home, ".ssh") : dirname(resolve(file));
  let included = 0;
  let characters = text.length;
  return parseSshConfig(text, (pattern) => {
    const expanded = expandHome(pattern, home);
    return pathsOf(isAbsolute(expanded) ? expanded : join(base, expanded), files).map((include) => {
      // OpenSSH passes over what an Include names in vain.
      const found = textOfIncluded(include, files);
      included += 1;
      characters += found.length;
      if (included > mostIncludedFiles || characters > mostCharacters) {
        throw usageError(
          `the SSH configuration ${path} includes too much: at most ${mostIncludedFiles} files and ${mostCharacters / 1_000_000} MB are read`,
        );
      }
      return found;
    });
  });
}

/** The user's own file need not be there; but settings that cannot be read are not none. */
function textOfFirst({ path, named }: { readonly path: string; readonly named: boolean }, files: ConfigFiles): string {
  const option = named ? "--ssh-config " : "the SSH configuration ";
  let text: string | null;
  try {
    text = files.read(path);
  } catch (error) {
    throw usageError(`${option}${path} cannot be read (${errorMessage(error)})`);
  }
  if (text === null && named) throw usageError(`${option}${path} cannot be read (there is no such file)`);
  return text ?? "";
}

function textOfIncluded(path: string, files: ConfigFiles): string {
  try {
    return files.read(path) ?? "";
  } catch {
    return "";
  }
}

function pathsOf(pattern: string, files: ConfigFiles): readonly string[] {
  if (!isGlob(pattern)) return [pattern];
  const folder = dirname(pattern);
  return namesIn(folder, files)
    .map((name) => join(folder, name))
    .filter(caseSensitiveGlobMatcher(pattern))
    .sort();
}

function namesIn(folder: string, files: ConfigFiles): readonly string[] {
  try {
    return files.list(folder);
  } catch {
    return [];
  }
}

import { isAbsolute, join } from "node:path";
import { errorMessage, usageError } from "../errors.ts";
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

const systemFolder = "/etc/ssh";
/** What stands for no configuration at all, as for `ssh -F`. */
const noFile: ReadonlySet<string> = new Set(["none", "/dev/null"]);

/**
 * Reads the configuration of the SSH client with what it includes: the user's and then the machine's, or a file that was
 * named alone. A relative Include is looked for in `~/.ssh`, or in `/etc/ssh` from the machine's. Throws DtsyncError when
 * a file that counts cannot be read, or when it is too much in all.
 */
export function readSshConfig({ file, home }: ConfigLocation, files: ConfigFiles): SshConfig {
  const folder = join(home, ".ssh");
  const roots =
    file === null
      ? [
          { path: join(folder, "config"), base: folder },
          { path: join(systemFolder, "ssh_config"), base: systemFolder },
        ]
      : noFile.has(file)
        ? []
        : [{ path: file, base: folder }];
  const texts = roots.map((root) => ({ ...root, text: textOfRoot({ path: root.path, named: file !== null }, files) }));
  let included = 0;
  let characters = texts.reduce((sum, { text }) => sum + text.length, 0);
  return parseSshConfig(texts, (pattern, { base }) => {
    const expanded = expandHome(pattern, home);
    return pathsOf(isAbsolute(expanded) ? expanded : join(base, expanded), files).map((path) => {
      // OpenSSH passes over what an Include names in vain.
      const text = textOfIncluded(path, files);
      included += 1;
      characters += text.length;
      if (included > mostIncludedFiles || characters > mostCharacters) {
        throw usageError(
          `the SSH configuration ${roots[0]?.path} includes too much: at most ${mostIncludedFiles} files and ${mostCharacters / 1_000_000} MB are read`,
        );
      }
      return { path, text, base };
    });
  });
}

/** Files that nobody named need not be there; but settings that cannot be read are not none. */
function textOfRoot({ path, named }: { readonly path: string; readonly named: boolean }, files: ConfigFiles): string {
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

/** Paths that a pattern stands for, in the order of their names. */
function pathsOf(pattern: string, files: ConfigFiles): readonly string[] {
  const [, ...parts] = pattern.split("/");
  let paths: readonly string[] = [""];
  for (const part of parts) {
    const matches = nameMatcher(part);
    if (matches === null) paths = paths.map((path) => `${path}/${part}`);
    else {
      paths = paths.flatMap((path) =>
        namesIn(path || "/", files)
          // As in a shell, a file with a dot in front has to be named with it.
          .filter((name) => matches(name) && (part.startsWith(".") || !name.startsWith(".")))
          .sort()
          .map((name) => `${path}/${name}`),
      );
    }
    if (paths.length > mostIncludedFiles) return paths;
  }
  return paths;
}

/** Matches names as the glob(3) of OpenSSH does, which also knows sets of characters: `[0-9]`, `[!a]`. Null: it is no pattern. */
function nameMatcher(part: string): ((name: string) => boolean) | null {
  if (!/[*?[]/.test(part)) return null;
  const pattern = part.replace(
    /\*+|\?|\[(!?)(\]?[^\]]*)\]|[^*?]/g,
    (piece, negated: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${negated ? "^" : ""}${set.replace(/[\\\]^[]/g, "\\$&")}]`;
      if (piece === "?") return ".";
      return piece.startsWith("*") ? ".*" : piece.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
    },
  );
  try {
    const matcher = new RegExp(`^${pattern}$`, "s");
    return (name) => matcher.test(name);
  } catch {
    // Such as [z-a], which matches nothing.
    return () => false;
  }
}

function namesIn(folder: string, files: ConfigFiles): readonly string[] {
  try {
    return files.list(folder);
  } catch {
    return [];
  }
}

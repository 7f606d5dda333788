import type { ProcessVariables } from "../ports.ts";
import { expandHome } from "./expand-home.ts";
import { HostError } from "./host-error.ts";

/** What stands for the tokens of ssh_config, by their letters. */
export type Tokens = Readonly<Partial<Record<string, string>>>;

const longestPath = 4_096;

/**
 * A path of ssh_config with `~`, `%h` and `${VARIABLE}` filled in, as OpenSSH does. Throws HostError for a token or variable
 * that stands for nothing, where OpenSSH ends, and for a path that is too long.
 */
export function expandTokens(path: string, tokens: Tokens, { home, variables }: Surroundings): string {
  const text = expandHome(path.slice(0, longestPath + 1), home);
  const filled = fill(text, /%(.)|\$\{([^}]*)\}/g, tokens, variables);
  // No file system takes a longer one; a shortened one would be another file.
  if (filled.length > longestPath) throw unusable("it names a path that is too long");
  return filled;
}

/** Another text of ssh_config with `%h` and the like filled in. Throws HostError for one that stands for nothing. */
export const fillTokens = (text: string, tokens: Tokens): string => fill(text, /%(.)/g, tokens, {});

const fill = (text: string, pattern: RegExp, tokens: Tokens, variables: ProcessVariables): string =>
  text.replace(pattern, (whole, letter: string | undefined, name: string | undefined) => {
    const value = letter === undefined ? variables[name ?? ""] : letter === "%" ? "%" : tokens[letter];
    if (value === undefined) throw unusable(`${whole} in ${text.slice(0, 100)} stands for nothing here`);
    return value;
  });

export interface Surroundings {
  /** Home folder of the local user. */
  readonly home: string;
  readonly variables: ProcessVariables;
}

const unusable = (reason: string): HostError => new HostError("ssh-config", `ssh_config cannot be used: ${reason}`);

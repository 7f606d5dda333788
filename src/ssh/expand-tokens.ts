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
  const filled = expandHome(path.slice(0, longestPath + 1), home).replace(
    /%(.)|\$\{([^}]*)\}/g,
    (whole, letter: string | undefined, name: string | undefined) => {
      const value = letter === undefined ? variables[name ?? ""] : letter === "%" ? "%" : tokens[letter];
      if (value === undefined) throw unusable(`${whole} in the path ${path.slice(0, 100)} stands for nothing here`);
      return value;
    },
  );
  // No file system takes a longer one; a shortened one would be another file.
  if (filled.length > longestPath) throw unusable("it names a path that is too long");
  return filled;
}

export interface Surroundings {
  /** Home folder of the local user. */
  readonly home: string;
  readonly variables: ProcessVariables;
}

const unusable = (reason: string): HostError => new HostError("ssh-config", `ssh_config cannot be used: ${reason}`);

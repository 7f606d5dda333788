import { userInfo } from "node:os";
import { isAbsolute } from "node:path";
import type { ProcessVariables } from "../ports.ts";

/**
 * The home of the user: `$HOME`, else what the system has for the user. An empty or relative `$HOME` does not count. It would
 * lead into the checkout, where a merge request can put files that tell which origins and host keys are trusted.
 */
export function homeFolder(variables: ProcessVariables): string {
  const chosen = variables["HOME"] ?? "";
  return isAbsolute(chosen) ? chosen : knownHome();
}

/** Without an entry for the user, as in a container that runs as any number, it is the root, as logging in makes it. */
function knownHome(): string {
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) ? homedir : "/";
  } catch {
    return "/";
  }
}

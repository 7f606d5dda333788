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

/** The root where the system has no entry for the user, as in a container that runs under an arbitrary number; a login does the same. */
function knownHome(): string {
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) ? homedir : "/";
  } catch {
    return "/";
  }
}

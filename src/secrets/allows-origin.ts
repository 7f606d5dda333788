import { isLoopback } from "../lib/loopback.ts";
import type { ProcessVariables } from "../ports.ts";
import { originsOfFile, originsOfVariable } from "./allowed-origins.ts";
import { originsFile, readOriginsFile } from "./origins-file.ts";

/** Whether somebody has allowed to send a token to the origin: it is this machine's, or in `DTSYNC_ORIGINS` or the user's file. */
export function allowsOrigin(origin: string, variables: ProcessVariables): boolean {
  if (isLoopback(new URL(origin).hostname)) return true;
  if (originsOfVariable(variables["DTSYNC_ORIGINS"] ?? "").origins.has(origin)) return true;
  const file = originsFile(variables);
  try {
    return originsOfFile(readOriginsFile(file), file).origins.has(origin);
  } catch {
    // A file that others can change allows nothing.
    return false;
  }
}

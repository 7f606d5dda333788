import { isLoopback } from "../lib/loopback.ts";
import type { ProcessVariables } from "../ports.ts";
import { toldOrigins } from "./told-origins.ts";

/** Whether somebody has allowed to send a token to the origin: it is this machine's, or in `DTSYNC_ORIGINS` or the user's file. */
export function allowsOrigin(origin: string, variables: ProcessVariables): boolean {
  if (isLoopback(new URL(origin).hostname)) return true;
  const { ofVariable, ofFile } = toldOrigins(variables);
  if (ofVariable.origins.has(origin)) return true;
  try {
    return ofFile().origins.has(origin);
  } catch {
    // A file that others can change allows nothing.
    return false;
  }
}

import type { ProcessVariables } from "../ports.ts";
import { type AllowedOrigins, originsOfFile, originsOfVariable } from "./allowed-origins.ts";
import { originsFile, readOriginsFile } from "./origins-file.ts";

/** What somebody outside of the inventory has said about origins. */
export interface ToldOrigins {
  /** Whether this runs in a sandbox: no origin counts then but those of this machine, whatever somebody has allowed. */
  readonly inSandbox: boolean;
  /** `DTSYNC_ORIGINS`. */
  readonly ofVariable: AllowedOrigins;
  /** Where the user's file of origins is. */
  readonly file: string;
  /** What it says. Throws an Error that says why it is not used. */
  ofFile(): AllowedOrigins;
}

/** Set for whatever a sandbox runs: what leads there. */
const sandboxVariable = "DTSYNC_SANDBOX_OPTIONS";

const nothing: AllowedOrigins = { origins: new Set(), unusable: [] };

/** Where everything that decides about an origin learns what is allowed. */
export function toldOrigins(variables: ProcessVariables): ToldOrigins {
  const file = originsFile(variables);
  // A sandbox leads away from the clusters that it began with. Another one, of a later revision, would be the real one.
  if (variables[sandboxVariable]) return { inSandbox: true, ofVariable: nothing, file, ofFile: () => nothing };
  return {
    inSandbox: false,
    ofVariable: originsOfVariable(variables["DTSYNC_ORIGINS"] ?? ""),
    file,
    ofFile: () => originsOfFile(readOriginsFile(file), file),
  };
}

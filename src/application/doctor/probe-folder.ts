import { join } from "node:path";
import { ownFolder } from "../../files/own-files.ts";
import type { ProcessVariables } from "../../ports.ts";

/** Where it is kept what probes would have to clean up. */
export const probeFolder = (variables: ProcessVariables): string => join(ownFolder("state", variables), "probes");

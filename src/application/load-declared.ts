import { homedir } from "node:os";
import { resolve } from "node:path";
import type { LoadOptions, LoadResult } from "../load/load-inventory.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";

/** Loads and checks the inventory that the options name. */
export async function loadDeclared(options: CommonOptions, context: Context): Promise<LoadResult> {
  const { loadInventory } = await import("../load/load-inventory.ts");
  return loadInventory(loadOptions(options, context));
}

/** What the inventory is loaded with. */
export function loadOptions(options: CommonOptions, { variables }: Pick<Context, "variables">): LoadOptions {
  const certificate = variables["DTSYNC_ROOT_CERTIFICATE"];
  return {
    directory: resolve(options.inventory),
    set: options.set,
    rootCertificate: certificate ? resolve(certificate) : null,
    home: variables["HOME"] || homedir(),
  };
}

import { customerRule } from "../../application/customer-rule.ts";
import { usualInventory } from "../../application/find-inventory.ts";
import type { ImportOptions } from "../../application/import-estate.ts";
import type { ProcessVariables } from "../../ports.ts";
import { commonOptions } from "./common-options.ts";
import { OptionError } from "./option-error.ts";
import { type RawOptions, textOrNull, texts } from "./raw-options.ts";

export interface ImportCommandOptions extends ImportOptions {
  /** Files are shown and not written. */
  readonly dryRun: boolean;
}

/** Throws a usage error for clusters that are not said, or said twice. */
export async function importOptions(raw: RawOptions, variables: ProcessVariables): Promise<ImportCommandOptions> {
  const clusters = [...new Set(texts(raw["cluster"]).flatMap((text) => text.split(",").map((name) => name.trim())))];
  const all = raw["all"] === true;
  if (all === clusters.length > 0) {
    throw new OptionError("say which clusters are meant", "--cluster NAME (repeatable), or --all");
  }
  return {
    ...(await commonOptions(withPlace(raw, variables), variables)),
    clusters,
    firstCluster: firstCluster(raw, clusters),
    rule: customerRule(texts(raw["customerFrom"])),
    allowCommands: raw["allowCommands"] === true || variables["DTSYNC_ALLOW_COMMANDS"] === "1",
    hosts: raw["hosts"] === true,
    dryRun: raw["dryRun"] === true,
  };
}

function firstCluster(raw: RawOptions, [name = ""]: readonly string[]): ImportOptions["firstCluster"] {
  const url = textOrNull(raw["url"]);
  const variable = textOrNull(raw["tokenEnv"]);
  if (url === null) {
    if (variable !== null) throw new OptionError("--token-env is for a first import", "give --url, too");
    return null;
  }
  if (/[\s#'"]/.test(url)) throw new OptionError(`--url must be the origin of a cluster, not ${JSON.stringify(url)}`);
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) {
    throw new OptionError(
      `--cluster ${name} is no name of a cluster`,
      "a letter, then letters, digits and dashes, all of them small",
    );
  }
  const tokenVariable = variable ?? `DTSYNC_TOKEN_${name.toUpperCase().replaceAll("-", "_")}`;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(tokenVariable)) {
    throw new OptionError(`--token-env must be the name of a variable, not ${JSON.stringify(tokenVariable)}`);
  }
  return { url, tokenVariable };
}

/** A first inventory is made here: none that is further up is looked for. */
const withPlace = (raw: RawOptions, variables: ProcessVariables): RawOptions =>
  raw["url"] === undefined ? raw : { inventory: variables["DTSYNC_INVENTORY"] || usualInventory, ...raw };

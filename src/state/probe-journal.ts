import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "../errors.ts";
import { makeOwnFolder, readOwnText, requireOwnFolder } from "../files/own-files.ts";
import { writeWhole } from "../files/write-file.ts";
import { parseJson } from "../lib/parse-json.ts";
import { isMissing } from "./journal.ts";
import { isProcessIdentity, type ProcessIdentity, stateOf } from "./process-identity.ts";

/** What a probe may leave behind when it is killed: written before it makes anything. Never a secret. */
export interface ProbeEntry {
  readonly format: "dtsync-probe-journal/1";
  /** Twelve hexadecimal digits. */
  readonly runId: string;
  readonly process: ProcessIdentity;
  /** Origin of the cluster. */
  readonly cluster: string;
  /** Id of the scratch environment. */
  readonly environment: string;
}

const largest = 100_000;
/** More than anybody could have left. */
const mostEntries = 1_000;
const entryName = /^([0-9a-f]{12})\.json$/;

const pathOf = (folder: string, runId: string): string => join(folder, `${runId}.json`);

/** Throws an Error that says why it cannot be kept. */
export async function keepProbe(folder: string, entry: ProbeEntry): Promise<void> {
  makeOwnFolder(folder);
  await writeWhole(pathOf(folder, entry.runId), JSON.stringify(entry), { secret: true });
}

export const forgetProbe = (folder: string, runId: string): void => rmSync(pathOf(folder, runId), { force: true });

/**
 * Probes of this user that have ended without cleaning up. What is not in the form of a journal is left alone and warned of, and
 * so is a folder that others can write to.
 */
export function abandonedProbes(
  folder: string,
  own: ProcessIdentity,
  warn: (message: string) => void,
): readonly ProbeEntry[] {
  try {
    requireOwnFolder(folder);
  } catch (error) {
    if (!isMissing(error)) warn(`journals of earlier probes are not used: ${errorMessage(error)}`);
    return [];
  }
  return readdirSync(folder)
    .slice(0, mostEntries)
    .flatMap((name) => {
      const runId = entryName.exec(name)?.[1];
      if (runId === undefined) return [];
      try {
        const entry = parseJson(readOwnText(join(folder, name), largest));
        if (!isEntry(entry) || entry.runId !== runId) throw new Error("it is not in the form of a journal");
        return stateOf(entry.process, own) === "ended" ? [entry] : [];
      } catch (error) {
        // Another probe may have removed its own at this moment.
        if (!isMissing(error)) warn(`${join(folder, name)} is left alone: ${errorMessage(error)}`);
        return [];
      }
    });
}

function isEntry(value: unknown): value is ProbeEntry {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Partial<Record<keyof ProbeEntry, unknown>>;
  return (
    entry.format === "dtsync-probe-journal/1" &&
    typeof entry.runId === "string" &&
    isProcessIdentity(entry.process) &&
    typeof entry.cluster === "string" &&
    typeof entry.environment === "string"
  );
}

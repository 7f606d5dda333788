import type { ValuePlace } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { resolveAnywhere } from "../files/setting-paths.ts";
import type { OneAgentEntry, SshEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { startPlace, valuePlace } from "../yaml/positions.ts";
import type { ValuePath } from "../yaml/value-path.ts";
import { checkRetention, checkTags, checkVersions } from "./check-levels.ts";
import { type LevelEntries, type Levels, lowerLevels, type Section } from "./levels.ts";
import type { MergeDecision, MergeObserver } from "./merge-settings.ts";
import { readInsidePath } from "./read-inside-path.ts";
import type { LevelDecisions, SettingsContext } from "./settings-context.ts";

/**
 * Lays the settings that a map declares over those of the levels above it: paths become absolute, values are checked.
 * `root` leads to the map in its file.
 */
export function readLevels(
  above: Levels,
  declared: LevelEntries,
  file: LoadedFile<unknown>,
  context: SettingsContext,
  root: ValuePath = [],
): Levels {
  const { cluster, labels, environment, oneagent, ssh, rollout } = declared;
  const entries: LevelEntries = {
    cluster,
    labels,
    environment,
    oneagent: oneagent && prepareOneAgent(oneagent, file, context),
    ssh: ssh && prepareSsh(ssh, file),
    rollout,
  };
  const recorder = context.notes && createRecorder();
  const merged = lowerLevels(above, entries, context.rootCertificate, recorder?.observing);
  const levels = { ...merged, uncheckedSignature: uncheckedSignature(above, oneagent, merged, file) };
  if (recorder) context.notes?.levels.set(levels, { above, decisions: recorder.decisions, declared, root, file });
  context.budget.spend(
    "settings",
    addedUp(declared, levels),
    startPlace(file.positions, oneagent ?? environment ?? {}),
  );
  if (oneagent) checkVersions(oneagent, levels.oneagent.entry, file, context);
  if (environment) {
    checkRetention(environment, levels.environment, file, context);
    checkTags(environment, levels.environment, file, context);
  }
  return levels;
}

/** Keeps what the merge of each section decides. */
function createRecorder(): {
  readonly decisions: LevelDecisions;
  readonly observing: (section: Section) => MergeObserver;
} {
  const decisions = new Map<Section, MergeDecision[]>();
  const observing = (section: Section): MergeObserver => {
    return (decision) => {
      const known = decisions.get(section);
      if (known) known.push(decision);
      else decisions.set(section, [decision]);
    };
  };
  return { decisions, observing };
}

/** Entries that were put together from several levels. */
function addedUp({ environment, oneagent }: LevelEntries, levels: Levels): number {
  const { hostTags, hostProperties } = levels.oneagent.entry;
  const ofHosts = oneagent ? (hostTags?.length ?? 0) + Object.keys(hostProperties ?? {}).length : 0;
  return ofHosts + (environment?.tags ? (levels.environment.tags?.length ?? 0) : 0);
}

/** A certificate that is declared but invalid is reported at its own place. */
function uncheckedSignature(
  above: Levels,
  declared: OneAgentEntry | null | undefined,
  { oneagent: { resolved } }: Levels,
  { positions }: LoadedFile<unknown>,
): ValuePlace | null {
  if (!declared) return declared === null ? null : above.uncheckedSignature;
  if (resolved.signature !== "required" || resolved.rootCertificate !== null || declared.rootCertificate) return null;
  if (declared.signature) return valuePlace(positions, declared, "signature");
  return declared.rootCertificate === null && above.uncheckedSignature === null
    ? valuePlace(positions, declared, "rootCertificate")
    : above.uncheckedSignature;
}

/** Reports hosts whose agent could never be installed, because there is no root certificate to check it against. */
export function checkSignature({ uncheckedSignature, environment }: Levels, { diagnostics }: SettingsContext): void {
  if (uncheckedSignature === null || environment.state === "disabled" || environment.state === "absent") return;
  // Not an error: the variable is that of the machine that deploys, and this may be another.
  diagnostics.warning(uncheckedSignature, {
    rule: "missing-root-certificate",
    message: "the signature of installers is required, but there is no root certificate to check it against",
    hint: "Add rootCertificate: with a PEM file in the inventory, or set DTSYNC_ROOT_CERTIFICATE; auto checks where there is one.",
  });
}

function prepareSsh(entry: SshEntry, { base }: LoadedFile<unknown>): SshEntry {
  const { identityFile, knownHosts } = entry;
  if (!identityFile && !knownHosts) return entry;
  return {
    ...entry,
    ...(identityFile ? { identityFile: resolveAnywhere(identityFile, base) } : {}),
    ...(knownHosts ? { knownHosts: resolveAnywhere(knownHosts, base) } : {}),
  };
}

/** `key=value` of a host property may not be longer than this. */
const longestProperty = 256;

function prepareOneAgent(entry: OneAgentEntry, file: LoadedFile<unknown>, context: SettingsContext): OneAgentEntry {
  for (const [key, value] of Object.entries(entry.hostProperties ?? {})) {
    if (!entry.hostProperties || typeof value !== "string" || key.length + value.length < longestProperty) continue;
    context.diagnostics.error(valuePlace(file.positions, entry.hostProperties, key), {
      rule: "invalid-value",
      message: `the host property ${showText(key)} is longer than ${longestProperty} characters`,
      hint: "Shorten its key or value.",
    });
  }
  if (!entry.rootCertificate) return entry;
  const rootCertificate = readInsidePath(entry, "rootCertificate", entry.rootCertificate, file, context);
  return { ...entry, rootCertificate };
}

import type { Value } from "../../lib/json.ts";
import type { Place } from "../../model/diagnostic.ts";
import type { ExplainedSetting, ValueSource } from "../../model/explanation.ts";
import type { Amount } from "../../model/inventory.ts";
import type { Origin } from "../diagnostics/fault-list.ts";
import { type LevelEntries, type Levels, topLevels } from "../settings/levels.ts";
import { mergeSettings } from "../settings/merge-settings.ts";
import type { LevelNote } from "../settings/settings-context.ts";
import { keyOrigin, type Positions } from "../yaml/positions.ts";
import { containerAt, entryOf, isContainer, isMap, type ValuePath } from "../yaml/value-path.ts";
import type { LoadNotes } from "./load-notes.ts";
import { createMergeNotes, type Locator } from "./merge-notes.ts";

export type Settings = ReadonlyMap<string, ExplainedSetting>;

/** The settings of one section, with everything that the levels from the top down to `levels` declare of them. */
export function explainSection(
  section: keyof LevelEntries,
  levels: Levels,
  trace: LoadNotes,
  fallback: Place,
  rootCertificate: string | null,
): Settings {
  const bodies = new Map<Levels, object>(
    [...trace.environments.values()].map((traced) => [traced.levels, traced.body]),
  );
  const notes = createMergeNotes();
  let merged: object = {};
  for (const { made, step } of stepsTo(levels, trace)) {
    const { positions } = step.file;
    const body = bodies.get(made);
    // An environment declares the settings that have defaults under `environment` directly.
    const start: ValuePath = body && section === "environment" ? [] : [section];
    const locator = createLocator(positions, body ?? step.declared, start, ["defaults", section], fallback);
    merged = mergeSettings(merged, step.merged[section], notes.observer(locator));
  }
  const settings = new Map(notes.settings());
  if (section === "environment") return settings;
  const defaults: object = topLevels(rootCertificate)[section].resolved;
  for (const [key, value] of Object.entries(defaults)) addDefault(settings, key, showDefault(value));
  const certificate = settings.get("rootCertificate");
  if (section === "oneagent" && certificate?.source === null)
    settings.set("rootCertificate", { ...certificate, variable: "DTSYNC_ROOT_CERTIFICATE" });
  return settings;
}

/** Adds the value that holds where nothing is declared; a null that took something away stays in sight. */
export function addDefault(settings: Map<string, ExplainedSetting>, key: string, value: Value): void {
  const declared = settings.get(key);
  if (value === null || (declared && declared.value !== null)) return;
  const taken = declared?.source ? [{ value: null, source: declared.source }] : [];
  settings.set(key, { value, source: null, overrides: [...taken, ...(declared?.overrides ?? [])] });
}

interface MadeStep {
  readonly made: Levels;
  readonly step: LevelNote;
}

/** From the defaults downwards. */
function stepsTo(levels: Levels, trace: LoadNotes): readonly MadeStep[] {
  const step = trace.levels.get(levels);
  return step ? [...stepsTo(step.above, trace), { made: levels, step }] : [];
}

/**
 * Finds what a level declares at `start` and below in `owner`. `root` leads there in the data that `--set` changed.
 * What has no place of its own, because no YAML file has it, is at `fallback`.
 */
export function createLocator(
  positions: Positions,
  owner: object,
  start: ValuePath,
  root: ValuePath,
  fallback: Place,
): Locator {
  const originOf = (path: ValuePath): Origin => {
    const key = path.at(-1);
    const container = containerAt(owner, path.slice(0, -1));
    const known = container && (positions.offsets.has(container) || positions.overrides.has(container));
    return known && key !== undefined ? keyOrigin(positions, container, key) : { place: fallback, setPath: null };
  };
  const sourceOf: Locator["sourceOf"] = (path, index) =>
    toSource(originOf([...start, ...path, ...(index === undefined ? [] : [index])]));
  return {
    sourceOf,
    beforeSet(path) {
      if (sourceOf(path).set === undefined) return null;
      const container = containerAt(positions.withoutSet, [...root, ...path.slice(0, -1)]);
      const key = path.at(-1);
      if (!container || key === undefined) return null;
      const value = entryOf(container, key);
      if (value === undefined || value === null || isMap(value)) return null;
      return { value: value as Value, source: toSource(keyOrigin(positions, container, key)) };
    },
  };
}

export function toSource({ place, setPath }: Origin): ValueSource {
  return { file: place.file, line: place.line, ...(setPath === null ? {} : { set: setPath }) };
}

export const placeSource = ({ file, line }: Place): ValueSource => ({ file, line });

const showDefault = (value: unknown): Value => (isAmount(value) ? showAmount(value) : (value as Value));
const isAmount = (value: unknown): value is Amount => isContainer(value) && ("count" in value || "percent" in value);
const showAmount = (amount: Amount): Value => ("count" in amount ? amount.count : `${amount.percent}%`);

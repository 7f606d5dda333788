import type { Value } from "../../lib/json.ts";
import type { Place } from "../../model/diagnostic.ts";
import type { ExplainedSetting, ValueSource } from "../../model/explanation.ts";
import type { Amount } from "../../model/inventory.ts";
import type { EnvironmentNote } from "../customers/customers-context.ts";
import type { ValuePlace } from "../diagnostics/diagnostics.ts";
import type { Levels, Section } from "../settings/levels.ts";
import { showDuration } from "../settings/setting-values.ts";
import type { LevelNote } from "../settings/settings-context.ts";
import { keyPlace, type Positions } from "../yaml/positions.ts";
import { containerAt, entryOf, isContainer, isMap, type ValuePath } from "../yaml/value-path.ts";
import type { LoadNotes } from "./load-notes.ts";
import { createSettingSources, type Locator } from "./setting-sources.ts";

/** An item whose settings are explained: its levels, the environment that it is or belongs to, and its place. */
export interface ExplainedItem {
  readonly levels: Levels;
  readonly environment: EnvironmentNote;
  readonly place: Place;
}

/** The settings of one section, with everything that the levels from the top down declare of them. */
export function explainSection(
  section: Section,
  { levels, environment, place }: ExplainedItem,
  notes: LoadNotes,
): ReadonlyMap<string, ExplainedSetting> {
  const sources = createSettingSources();
  const chain = levelsAbove(levels, notes);
  for (const { made, note } of chain) {
    const isEnvironment = made === environment.levels;
    // An environment declares directly what the other levels have under `environment`.
    const isDirect = section === "cluster" || (section === "environment" && isEnvironment);
    const inside = section === "cluster" ? [] : [section];
    const owner = isEnvironment ? environment.body : note.declared;
    const locator = createLocator(note.file.positions, owner, isDirect ? [] : inside, [...note.root, ...inside], place);
    for (const decision of note.decisions.get(section) ?? []) sources.follow(decision, locator);
  }
  const settings = new Map(sources.settings());
  if (section === "environment" || section === "cluster" || section === "labels") return settings;
  const top = chain[0]?.note.above ?? levels;
  const resolved = Object.entries(top[section].resolved);
  for (const [key, value] of resolved) addDefault(settings, key, showDefault(key, value));
  const certificate = settings.get("rootCertificate");
  if (section === "oneagent" && certificate?.source === null)
    settings.set("rootCertificate", { ...certificate, variable: "DTSYNC_ROOT_CERTIFICATE" });
  return settings;
}

/** Adds the value that holds where nothing is declared; a null that removed a value is still shown. */
export function addDefault(settings: Map<string, ExplainedSetting>, key: string, value: Value): void {
  const declared = settings.get(key);
  if (value === null || (declared && declared.value !== null)) return;
  const taken = declared?.source ? [{ value: null, source: declared.source }] : [];
  settings.set(key, { value, source: null, overrides: [...taken, ...(declared?.overrides ?? [])] });
}

interface MadeLevel {
  readonly made: Levels;
  readonly note: LevelNote;
}

/** The level and those that it was laid over, from the defaults downwards. */
function levelsAbove(levels: Levels, notes: LoadNotes): readonly MadeLevel[] {
  const note = notes.levels.get(levels);
  return note ? [...levelsAbove(note.above, notes), { made: levels, note }] : [];
}

/**
 * Finds what a level declares at `start` and below in `owner`. `root` leads there in the data that `--set` changed.
 * What has no place of its own, because no YAML file has it, is at `fallback`.
 */
function createLocator(
  positions: Positions,
  owner: object,
  start: ValuePath,
  root: ValuePath,
  fallback: Place,
): Locator {
  const entryPlace = (path: ValuePath): ValuePlace => {
    const key = path.at(-1);
    const container = containerAt(owner, path.slice(0, -1));
    const known = container && (positions.offsets.has(container) || positions.overrides.has(container));
    return known && key !== undefined ? keyPlace(positions, container, key) : { place: fallback, setPath: null };
  };
  const sourceOf: Locator["sourceOf"] = (path, index) =>
    toSource(entryPlace([...start, ...path, ...(index === undefined ? [] : [index])]));
  return {
    sourceOf,
    beforeSet(path) {
      if (sourceOf(path).set === undefined) return null;
      const container = containerAt(positions.withoutSet, [...root, ...path.slice(0, -1)]);
      const key = path.at(-1);
      if (!container || key === undefined) return null;
      const value = entryOf(container, key);
      if (value === undefined || value === null || isMap(value)) return null;
      return { value: value as Value, source: toSource(keyPlace(positions, container, key)) };
    },
  };
}

export function toSource({ place, setPath }: ValuePlace): ValueSource {
  return { file: place.file, line: place.line, ...(setPath === null ? {} : { set: setPath }) };
}

export const placeSource = ({ file, line }: Place): ValueSource => ({ file, line });

/** A default as it would be written in a file. */
function showDefault(key: string, value: unknown): Value {
  if (key === "seenWithin" && typeof value === "number") return showDuration(value);
  return isAmount(value) ? showAmount(value) : (value as Value);
}
const isAmount = (value: unknown): value is Amount => isContainer(value) && ("count" in value || "percent" in value);
const showAmount = (amount: Amount): Value => ("count" in amount ? amount.count : `${amount.percent}%`);

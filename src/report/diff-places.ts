import { rulesOf } from "../kinds/kinds.ts";
import { type Fields, sameValue, type Value } from "../lib/json.ts";
import { printableLine } from "../lib/printable.ts";
import type { Difference } from "../model/difference.ts";
import type { ExplainedSetting, ValueSource } from "../model/explanation.ts";
import { type DiffEntry, diffEntries, settingGroups } from "./diff-entries.ts";

export type ExplainedSettings = ReadonlyMap<string, ExplainedSetting>;
export type DiffSide = "before" | "after";

/** Gives those items of a side that are wanted, each with a way to learn where its settings come from. */
export type ExplainItems = (
  side: DiffSide,
  wants: (id: string) => boolean,
) => Iterable<{ readonly id: string; explain(): ExplainedSettings }>;

/** The places that many items have in common. */
export interface SharedPlaces {
  readonly side: DiffSide;
  /** In words, at least one. */
  readonly places: readonly string[];
}

/** By the key of what many items undergo alike. */
export type DiffPlaces = ReadonlyMap<string, SharedPlaces>;

/** A place in words; `whole`: a file, for want of one line that all share. */
interface Candidate {
  readonly text: string;
  readonly whole: boolean;
}

/** Where an item has what it undergoes from. */
interface Question {
  readonly key: string;
  /** Id of the item. */
  readonly item: string;
  answer(settings: ExplainedSettings, side: DiffSide): readonly ValueSource[];
}

const mostPlaces = 3;

/** The places behind a line about many items, or nothing where they have none in common. */
export function renderPlaces(found: SharedPlaces | undefined, show: (place: string) => string): string {
  return found ? ` (${found.side === "before" ? "was " : ""}${found.places.map(show).join(", ")})` : "";
}

/**
 * Finds the default, role, template or list that each line about many items comes from: in the later inventory, or,
 * where it is gone from there, in the earlier one.
 */
export function findPlaces(difference: Difference, explain: ExplainItems): DiffPlaces {
  const { shared } = diffEntries(difference.changes);
  const declared = new Map(
    shared.filter((entry) => !asksSettings(entry)).map((entry) => [entry.key, commonSources(entry)]),
  );
  const questions = [...shared.filter(asksSettings).flatMap(entryQuestions), ...settingQuestions(difference)];
  const after = answers(questions, "after", explain);
  const gone = questions.filter(({ key }) => after.get(key)?.length === 0);
  const before = answers(gone, "before", explain);
  return new Map([...onSide("after", [...declared, ...after]), ...onSide("before", before)]);
}

const onSide = (side: DiffSide, found: Iterable<readonly [string, readonly Candidate[]]>) =>
  [...found]
    .filter(([, places]) => places.length > 0)
    .map(([key, places]): readonly [string, SharedPlaces] => [key, { side, places: describe(places) }]);

/** What all items of a question have in common. */
function answers(
  questions: readonly Question[],
  side: DiffSide,
  explain: ExplainItems,
): ReadonlyMap<string, readonly Candidate[]> {
  const byItem = new Map<string, Question[]>();
  for (const question of questions) {
    const item = question.item.toLowerCase();
    const list = byItem.get(item);
    if (list) list.push(question);
    else byItem.set(item, [question]);
  }
  const common = new Map<string, readonly Candidate[]>();
  for (const item of explain(side, (id) => byItem.has(id.toLowerCase()))) {
    const open = (byItem.get(item.id.toLowerCase()) ?? []).filter(({ key }) => common.get(key)?.length !== 0);
    const settings = open.length === 0 ? null : item.explain();
    for (const { key, answer } of open) {
      const here = settings === null ? [] : candidates(answer(settings, side));
      common.set(key, inBoth(common.get(key) ?? here, here));
    }
  }
  return common;
}

const inBoth = (left: readonly Candidate[], right: readonly Candidate[]): readonly Candidate[] =>
  left.filter(({ text }) => right.some((other) => other.text === text));

function candidates(sources: readonly ValueSource[]): readonly Candidate[] {
  const all = sources.flatMap(({ file, line, set }): readonly Candidate[] =>
    set === undefined
      ? [
          { text: `${printableLine(file)}:${line}`, whole: false },
          { text: printableLine(file), whole: true },
        ]
      : [{ text: `--set ${set}`, whole: false }],
  );
  return [...new Map(all.map((candidate) => [candidate.text, candidate])).values()];
}

/** Lines rather than files, and not too many of them. */
function describe(places: readonly Candidate[]): readonly string[] {
  const lines = places.filter(({ whole }) => !whole);
  return (lines.length > 0 ? lines : places).slice(0, mostPlaces).map(({ text }) => text);
}

/** Whether settings tell more than the declaration of each item. */
const asksSettings = ({ first, details: [detail] }: DiffEntry): boolean =>
  rulesOf(first).sharing(first).by === "field" || rulesOf(first).explained(first, detail?.field ?? "").rights;

const commonSources = ({ changes }: DiffEntry): readonly Candidate[] =>
  changes.map(({ source }) => candidates([source])).reduce(inBoth);

function entryQuestions({ key, changes, details: [detail] }: DiffEntry): readonly Question[] {
  const field = detail?.field ?? "";
  return changes.map((change) => {
    const rules = rulesOf(change);
    const { item, path, rights } = rules.explained(change, field);
    const values = rules.fields(change).find((candidate) => candidate.field === field) ?? nowhere;
    return {
      key,
      item,
      answer: (settings, side) =>
        rights ? rightSources(settings.get(path), values, side) : settingSources(settings, path, values, side),
    };
  });
}

const nowhere: Values = { before: undefined, after: undefined };

/** Only settings of items have places: those of clusters and safety stand in dtsync.yaml under their names. */
function settingQuestions({ settings }: Difference): readonly Question[] {
  return settingGroups(settings).flatMap(({ key, members }) =>
    members
      .filter(({ subject }) => subject.startsWith("environment/") || subject.startsWith("host/"))
      .map(({ subject, field, before, after }) => ({
        key,
        item: subject,
        answer: (explained, side) => settingSources(explained, field, { before, after }, side),
      })),
  );
}

interface Values {
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

function settingSources(
  settings: ExplainedSettings,
  path: string,
  values: Values,
  side: DiffSide,
): readonly ValueSource[] {
  const setting = settings.get(path);
  if (setting?.elements) {
    const others = asList(values[side === "after" ? "before" : "after"]);
    const own = asList(values[side]).filter((value) => !others.includes(value));
    return setting.elements.filter(({ value }) => own.includes(value)).map(({ source }) => source);
  }
  if (setting) return setting.source === null ? [] : [setting.source];
  // The keys of a map are settings of their own.
  return [...settings].flatMap(([name, { source }]) => {
    const key = name.slice(path.length + 1);
    const differs = !sameValue(entryOf(values.before, key), entryOf(values.after, key));
    return name.startsWith(`${path}.`) && differs && source !== null ? [source] : [];
  });
}

/** Places on the way to the rights that only this side has: those on the way to each of them, if there are any. */
function rightSources(setting: ExplainedSetting | undefined, rights: Values, side: DiffSide): readonly ValueSource[] {
  const others = asList(rights[side === "after" ? "before" : "after"]);
  const ways = asList(rights[side])
    .filter((right) => !others.includes(right))
    .map((right) =>
      (setting?.elements ?? [])
        .filter(({ value }) => value === right)
        .flatMap(({ source, roles = [] }) => [source, ...roles.map((role) => role.source)]),
    );
  const same = (left: ValueSource) => (right: ValueSource) => left.file === right.file && left.line === right.line;
  const shared = (ways[0] ?? []).filter((source) => ways.every((way) => way.some(same(source))));
  return shared.length > 0 ? shared : ways.flat();
}

const asList = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? value : []);
const entryOf = (value: Value | undefined, key: string): Value | undefined => (value as Fields | undefined)?.[key];

import { compareText } from "../lib/text.ts";
import type { Member } from "./group-entry.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { type Granted, grantedKey } from "./rights.ts";

export type Placeholder = "customer" | "environment" | "stage";

/** A group with placeholders in its names, as a template has it. */
export interface Pattern {
  readonly placeholders: readonly Placeholder[];
  /** What they stand for: a template makes one group for each. */
  readonly value: string;
  readonly name: string;
  readonly ldapGroupNames: readonly string[];
  readonly ssoGroupNames: readonly string[];
  /** What the group has in each stage, with placeholders in the names of management zones. */
  readonly rights: ReadonlyMap<string, Granted>;
}

/** The ways in which a group may be one of a template: its name says where it has rights, which are the same in all of a stage. */
export function patternsOf(member: Member): readonly Pattern[] {
  const { observed, access } = member;
  const [environment, ...more] = access?.keys() ?? [];
  if (access === null || environment === undefined) return [];
  const { customer, stage } = environment;
  const { id } = environment.observed;
  if (more.length === 0 && contains(observed.name, id)) {
    return patternWith(member, access, [["environment", id]]);
  }
  const all = [environment, ...more];
  const isCustomers = contains(observed.name, customer) && all.every((other) => other.customer === customer);
  const isStages = contains(observed.name, stage) && all.every((other) => isOfStage(other, stage));
  return [
    ...(isCustomers ? patternWith(member, access, [["customer", customer]]) : []),
    ...(isStages ? patternWith(member, access, [["stage", stage]]) : []),
    ...(isCustomers && isStages
      ? patternWith(member, access, [
          ["customer", customer],
          ["stage", stage],
        ])
      : []),
  ];
}

/** The stage of an environment with an id of its own is its key, which tells nothing of others. */
const isOfStage = (environment: PlacedEnvironment, stage: string): boolean =>
  environment.template !== null && environment.stage === stage;

function patternWith(
  { observed }: Member,
  access: ReadonlyMap<PlacedEnvironment, Granted>,
  values: readonly (readonly [Placeholder, string])[],
): readonly Pattern[] {
  const fill = filler(values);
  const rights = new Map<string, Granted>();
  for (const [{ stage }, { whole, zones }] of access) {
    const granted = { whole, zones: new Map([...zones].map(([zone, permissions]) => [fill(zone), permissions])) };
    const known = rights.get(stage);
    if (known !== undefined && grantedKey(known) !== grantedKey(granted)) return [];
    rights.set(stage, known ?? granted);
  }
  const filled = (names: readonly string[]): readonly string[] => names.map(fill).sort(compareText);
  const pattern = {
    placeholders: values.map(([placeholder]) => placeholder),
    value: JSON.stringify(values.map(([, value]) => value)),
    name: fill(observed.name),
    ldapGroupNames: filled(observed.ldapGroupNames),
    ssoGroupNames: filled(observed.ssoGroupNames),
    rights,
  };
  return [pattern];
}

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[a-zA-Z0-9]/.test(character);

/** Whether a word stands at a place of a text, with none of its characters before or behind it. */
const isWordAt = (text: string, word: string, at: number): boolean =>
  text.startsWith(word, at) && !isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + word.length]);

function contains(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (isWordAt(text, word, at)) return true;
  }
  return false;
}

/** Puts placeholders in the place of the words that they stand for. */
function filler(values: readonly (readonly [Placeholder, string])[]): (text: string) => string {
  return (text) => {
    let filled = "";
    for (let at = 0; at < text.length; ) {
      const [placeholder, word] = values.find(([, value]) => isWordAt(text, value, at)) ?? [];
      filled += placeholder === undefined ? text[at] : `{${placeholder}}`;
      at += word?.length ?? 1;
    }
    return filled;
  };
}

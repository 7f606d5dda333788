import type { Argument, Option } from "commander";

/** What an option or argument takes, as far as a shell can help with it. */
export type ValueKind =
  | { readonly kind: "words"; readonly words: readonly string[] }
  /** Words with commas between them. */
  | { readonly kind: "list"; readonly words: readonly string[] }
  /** A word, `=` and a file. */
  | { readonly kind: "word-and-file"; readonly words: readonly string[] }
  | { readonly kind: "items" | "targets" | "topics" | "files" | "folders" | "program" | "nothing" };

/**
 * By the placeholder that stands for the value in the help. `words` are those that the definition of the option or argument has.
 * A test holds the table to all placeholders that there are.
 */
export const placeholders = {
  address: "nothing",
  age: "nothing",
  "cluster/environment": "nothing",
  command: "program",
  day: "nothing",
  days: "nothing",
  dir: "folders",
  environment: "nothing",
  events: "list",
  file: "files",
  format: "words",
  how: "words",
  "i/n": "nothing",
  id: "items",
  "key=value": "nothing",
  kind: "words",
  "kind=file": "word-and-file",
  kinds: "list",
  level: "words",
  n: "nothing",
  name: "nothing",
  names: "nothing",
  path: "nothing",
  "path=value": "nothing",
  percent: "nothing",
  planfile: "files",
  ref: "nothing",
  report: "files",
  revisions: "nothing",
  rule: "files",
  scope: "nothing",
  shell: "words",
  source: "files",
  text: "nothing",
  time: "nothing",
  topic: "topics",
  url: "nothing",
  what: "targets",
} as const satisfies Readonly<Record<string, ValueKind["kind"]>>;

export const placeholderOf = (option: Option): string | null => /[<[]([^>\]]*)[>\]]/.exec(option.flags)?.[1] ?? null;

/** Null: the option takes no value. */
export function valueOfOption(option: Option): ValueKind | null {
  const placeholder = placeholderOf(option);
  return placeholder === null ? null : valueNamed(placeholder, option.argChoices);
}

export const valueOfArgument = (argument: Argument): ValueKind => valueNamed(argument.name(), argument.argChoices);

function valueNamed(placeholder: string, words: readonly string[] = []): ValueKind {
  const kind: ValueKind["kind"] = Object.hasOwn(placeholders, placeholder)
    ? placeholders[placeholder as keyof typeof placeholders]
    : "nothing";
  if (kind === "list" || kind === "word-and-file") return { kind, words };
  if (kind === "words" || words.length > 0) return { kind: "words", words };
  return { kind };
}

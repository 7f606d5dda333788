import { isDeepStrictEqual } from "node:util";
import { parseYaml } from "../load/yaml/parse-yaml.ts";
import { createPositions } from "../load/yaml/positions.ts";
import type { Edit } from "./edit.ts";
import { editData } from "./edit-data.ts";
import { editText } from "./edit-text.ts";
import { Refusal } from "./refusal.ts";
import { splice } from "./splice.ts";
import { spreadBrackets } from "./spread-brackets.ts";

export type EditedYaml =
  | { readonly text: string }
  | {
      /** What is in the way. */
      readonly message: string;
      readonly hint: string;
    };

/**
 * The text of a YAML file after some edits, one after the other, in which nothing else has changed: comments, order,
 * quotation marks, brackets, indentation, line ends and whether the last line has one stay as they are. An empty text, or
 * one of comments only, is the beginning of a new file.
 *
 * What comes out says what the edits ask for, and nothing else: it is read again and compared. Where a text is written so
 * that this cannot be had (through an alias, say), nothing is changed, and the answer says what is in the way.
 */
export function editYaml(text: string, edits: readonly Edit[]): EditedYaml {
  const mark = text.startsWith("\ufeff") ? "\ufeff" : "";
  try {
    const before = text.slice(mark.length);
    let data = readData(before);
    let edited = before;
    for (const edit of edits) {
      const wanted = editData(data, edit);
      if (isDeepStrictEqual(wanted, data)) continue;
      edited = splice(edited, editText(edited, edit));
      if (!isDeepStrictEqual(readData(edited), wanted)) throw changesMore();
      edited = laidOut(edited, edit, wanted);
      data = wanted;
    }
    return { text: mark + edited };
  } catch (error) {
    if (error instanceof Refusal) return { message: error.message, hint: error.hint };
    throw error;
  }
}

/** The text with brackets that have become too long written over several lines, unless that would say something else. */
function laidOut(text: string, edit: Edit, wanted: unknown): string {
  const splices = spreadBrackets(text, edit);
  if (splices.length === 0) return text;
  const spread = splice(text, splices);
  const { readable, value, diagnostics } = parseYaml(spread, createPositions("", spread));
  return readable && diagnostics.length === 0 && isDeepStrictEqual(value ?? null, wanted) ? spread : text;
}

function readData(text: string): unknown {
  const { readable, value, diagnostics } = parseYaml(text, createPositions("", text));
  const first = diagnostics[0]?.diagnostic;
  if (first) throw new Refusal(first.message, first.hint);
  if (!readable) throw new Refusal("the file is not readable as YAML", "Correct it first: dtsync validate says where.");
  return value ?? null;
}

const changesMore = (): Refusal =>
  new Refusal(
    "the file is written in a way in which this change would change something else",
    "Write it more plainly, for example without text over several lines, or change it by hand.",
  );

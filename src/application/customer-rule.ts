import { existsSync } from "node:fs";
import { DtsyncError, errorMessage, usageError } from "../errors.ts";
import { readOrdinaryText } from "../files/read-ordinary-file.ts";
import { type CustomerRule, firstRule, patternRule, type RuleSubject, tableRule } from "../import/customer-rules.ts";
import { customerIdOf } from "../import/place-environments.ts";

/** Bytes: a line for each of 50,000 environments. */
const largestTable = 5_000_000;

/**
 * The rule that `--customer-from` asks for, of several the first that knows: `tag:PATTERN`, `name:PATTERN` or `id:PATTERN`,
 * a regular expression whose first group is the customer, which is about ids where nothing else is named, or a CSV file of id,
 * customer and stage key. Null: none is given. Throws a usage error.
 */
export function customerRule(texts: readonly string[]): CustomerRule | null {
  return texts.length === 0 ? null : firstRule(texts.map(readRule));
}

function readRule(text: string): CustomerRule {
  const isPattern = /^(?:tag|name|id):/.test(text) || (text.includes("(") && !existsSync(text));
  if (!isPattern) return tableRule(readTable(text), customerIdOf);
  const [, subject = "id", pattern = ""] = /^(?:(tag|name|id):)?(.*)$/s.exec(text) ?? [];
  const fault = (what: string) =>
    usageError(
      `--customer-from ${text}: ${what}`,
      "write a regular expression whose first group is the customer, for example 'tag:customer=(.+)'",
    );
  try {
    // What matches nothing, too, tells how many groups there are.
    const groups = (new RegExp(`${pattern}|`, "u").exec("")?.length ?? 1) - 1;
    if (groups === 0) throw fault("the expression has no group, so it names no customer");
    return patternRule(subject as RuleSubject, new RegExp(pattern, "u"), customerIdOf);
  } catch (error) {
    throw error instanceof DtsyncError ? error : fault(errorMessage(error));
  }
}

/** Rows of a CSV file: no quotation marks, since ids and customers have no commas. */
function readTable(path: string): readonly (readonly string[])[] {
  let text: string;
  try {
    text = readOrdinaryText(path, { largest: largestTable });
  } catch (error) {
    throw usageError(
      `--customer-from ${path} cannot be read: ${errorMessage(error)}`,
      "name a CSV file of id, customer and stage key, or write tag:…, name:… or id:… with a regular expression",
    );
  }
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    const cells = line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"([^"]*)"$/, "$1"));
    if (cells.some((cell) => cell.includes('"'))) {
      throw usageError(
        `--customer-from ${path}: line ${index + 1} has a quotation mark within a value`,
        "ids, customers and stage keys have no commas or quotation marks: write them plainly",
      );
    }
    return [cells];
  });
}

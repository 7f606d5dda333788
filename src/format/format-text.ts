/*
 * Layout is what is not data: comments, blank lines, brackets, order. The premise is that each comment belongs to one entry
 * and goes where that goes. The YAML library's own writer (parseDocument, toString) keeps every comment but not its owner: a
 * comment behind `hosts:` moves below it, the one above the next host or stage becomes part of the last one when that ends with
 * a comment of its own, a heading moves with the first key, brackets that do not fit come out as `{` on lines of their own,
 * and of random files nearly one in five changes again the second time. So the library reads, and the layout is written here.
 */
import { isDeepStrictEqual } from "node:util";
import { CST, Lexer } from "yaml";
import type { DiagnosticText } from "../load/diagnostics/diagnostics.ts";
import { parseYaml } from "../load/yaml/parse-yaml.ts";
import { createPositions } from "../load/yaml/positions.ts";
import { orderKeys, type Schema } from "./key-order.ts";
import { readLayout } from "./read-layout.ts";
import { writeLayout } from "./write-layout.ts";

type Formatted =
  | { readonly text: string }
  | { readonly diagnostics: readonly { readonly offset: number; readonly diagnostic: DiagnosticText }[] };

/** Characters. All comments, blanks and marks of more than that take too much memory and time. */
const largestText = 500_000;

/**
 * The text of a YAML file in the one layout: keys in the order of the schema, two blanks of indentation, brackets
 * where there were brackets and they fit in 120 columns, no quotation marks without need, comments where they belong.
 * The data stays what it is. Text that is not YAML, or whose meaning this would change, is reported.
 */
export function formatText(text: string, schema: Schema): Formatted {
  if (text.length > largestText) return { diagnostics: [{ offset: 0, diagnostic: sizeDiagnostic }] };
  const parsed = parse(text);
  if (parsed.diagnostics.length > 0) return { diagnostics: parsed.diagnostics };
  const source = text.replace(/\r\n/g, "\n");
  const layout = readLayout(source);
  // An alias must not come before its anchor.
  const root = layout.root && !hasAliases(source) ? orderKeys(layout.root, schema) : layout.root;
  const formatted = writeLayout({ ...layout, root });
  if (formatted === text) return { text };
  const again = parse(formatted);
  const same = again.diagnostics.length === 0 && isDeepStrictEqual(again.value, parsed.value);
  return same && isDeepStrictEqual(commentsIn(formatted), commentsIn(source))
    ? { text: formatted }
    : { diagnostics: [{ offset: 0, diagnostic: layoutDiagnostic }] };
}

const parse = (text: string) => parseYaml(text, createPositions("", text));

const hasAliases = (text: string): boolean => lexemesOf(text, "alias").length > 0;

const commentsIn = (text: string): readonly string[] =>
  lexemesOf(text, "comment")
    .map((comment) => comment.trimEnd())
    .sort();

const lexemesOf = (text: string, type: CST.TokenType): readonly string[] =>
  [...new Lexer().lex(text)].filter((lexeme) => CST.tokenType(lexeme) === type);

const sizeDiagnostic: DiagnosticText = {
  rule: "file-too-large",
  message: "the file is too large for a layout: it has more than 500,000 characters",
  hint: "Split it: one customer a file, long host lists in files of their own.",
};

const layoutDiagnostic: DiagnosticText = {
  rule: "layout",
  message: "the layout of this file cannot be changed without changing what it says",
  hint: "Write it more plainly, for example without text over several lines; it is left as it is.",
};

import { printableLine } from "../../lib/printable.ts";

/** The key of markup: no data that was read from anywhere can have it, so that none can pass for markup. */
const markup: unique symbol = Symbol("markup");

/** Markup that `html` made. */
export interface Html {
  readonly [markup]: string;
}

/** What may stand in a template: text, which is escaped, or markup. Nothing, null and false leave no trace. */
export type HtmlValue = string | number | Html | readonly HtmlValue[] | null | false;

/**
 * Markup from a template. Whatever stands in it is text, in elements and in attributes with quotation marks, unless it is
 * markup from here itself; control characters and those that turn the direction of writing become escapes.
 */
export const html = (template: TemplateStringsArray, ...values: readonly HtmlValue[]): Html => ({
  [markup]: template.reduce((text, part, index) => `${text}${markupOf(values[index - 1] ?? null)}${part}`),
});

/** The text of markup. */
export const htmlText = (value: Html): string => value[markup];

/** How large it is in a file. */
export const bytesOf = (value: Html): number => Buffer.byteLength(value[markup]);

/** Style or script as it is: for texts of this program alone. */
export const trustedText = (text: string): Html => ({ [markup]: text });

function markupOf(value: HtmlValue): string {
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return String(value);
  if (value === null || value === false) return "";
  return markup in value ? value[markup] : value.map(markupOf).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escapeText = (text: string): string =>
  printableLine(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);

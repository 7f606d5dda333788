import type { ScalarNode } from "./layout.ts";

/** The text of a scalar on one line. Plain text stays plain; quotation marks stay where leaving them out is not safe. */
export function scalarText({ properties, content }: ScalarNode, inFlow: boolean): string {
  return [...properties, ...contentText(content, inFlow)].join(" ");
}

function contentText(content: ScalarNode["content"], inFlow: boolean): readonly string[] {
  if (content.style === "empty") return inFlow ? ["null"] : [];
  if (content.style === "block") throw new Error("a block has several lines");
  if (content.style !== "quoted" || isSafe(content.text, inFlow)) return [content.text];
  return [quote(content.text)];
}

/** Words that some reader of YAML takes for something other than text. */
const words: ReadonlySet<string> = new Set(["null", "true", "false", "yes", "no", "on", "off", "y", "n"]);

/** What must not stand in text without quotation marks: what is not visible, blanks at the end, marks of YAML. */
const unsafe = /[\p{C}\p{Zl}\p{Zp}]|[^\S ]|[\s:]$|: | #/u;

/** Whether text can stand without quotation marks and is text for every version of YAML. */
function isSafe(text: string, inFlow: boolean): boolean {
  if (!/^[\p{L}_/]/u.test(text) || unsafe.test(text) || words.has(text.toLowerCase())) return false;
  return !(inFlow && /[,[\]{}]/.test(text));
}

/** Characters that are not visible, which are written as escapes. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function quote(text: string): string {
  if (/["\\]/.test(text) && !invisible.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text).replace(new RegExp(invisible, "gu"), (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

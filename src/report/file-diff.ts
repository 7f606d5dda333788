import { type Paint, printableLine } from "../lib/printable.ts";

/** A file that is new, where there was none before, or differs. */
interface ChangedFile {
  readonly path: string;
  readonly text: string;
  readonly before: string | null;
}

/** Lines that stay, around those that do not. */
const context = 3;

/** The files as a unified diff. Made for files to which lines are added: one that moves is shown as taken away and added. */
export function renderFileDiff(files: readonly ChangedFile[], paint: Paint): string {
  return files.map((file) => renderFile(file, paint)).join("");
}

interface Line {
  readonly mark: " " | "+" | "-";
  readonly text: string;
}

function renderFile({ path, text, before }: ChangedFile, paint: Paint): string {
  const lines = compareLines(before === null ? [] : linesOf(before), linesOf(text));
  const heads = [`--- ${before === null ? "/dev/null" : printableLine(path)}`, `+++ ${printableLine(path)}`];
  const shown = [...heads.map((head) => paint("bold", head))];
  let old = 1;
  let now = 1;
  for (let at = 0; at < lines.length; ) {
    const start = lines.findIndex(({ mark }, index) => index >= at && mark !== " ");
    if (start < 0) break;
    let end = start;
    for (let index = start; index < lines.length && index <= end + 2 * context; index += 1) {
      if (lines[index]?.mark !== " ") end = index;
    }
    const from = Math.max(at, start - context);
    const to = Math.min(lines.length, end + context + 1);
    old += countMarks(lines.slice(at, from), "-");
    now += countMarks(lines.slice(at, from), "+");
    const hunk = lines.slice(from, to);
    const [left, right] = [countMarks(hunk, "-"), countMarks(hunk, "+")];
    shown.push(paint("dim", `@@ -${left === 0 ? old - 1 : old},${left} +${right === 0 ? now - 1 : now},${right} @@`));
    for (const { mark, text: line } of hunk) {
      const written = `${mark}${printableLine(line)}`;
      shown.push(mark === " " ? written : paint(mark === "+" ? "green" : "red", written));
    }
    old += left;
    now += right;
    at = to;
  }
  return `${shown.join("\n")}\n`;
}

/** Lines of one side: those that stay count for both. */
const countMarks = (lines: readonly Line[], mark: "+" | "-"): number =>
  lines.filter((line) => line.mark === " " || line.mark === mark).length;

const linesOf = (text: string): readonly string[] => (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");

/** Each old line is looked for among the new ones that come next; what is passed over was added. */
function compareLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  const lines: Line[] = [];
  let at = 0;
  for (const text of before) {
    const found = after.indexOf(text, at);
    if (found < 0) {
      lines.push({ mark: "-", text });
      continue;
    }
    for (const added of after.slice(at, found)) lines.push({ mark: "+", text: added });
    lines.push({ mark: " ", text });
    at = found + 1;
  }
  for (const added of after.slice(at)) lines.push({ mark: "+", text: added });
  return lines;
}

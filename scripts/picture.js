// Writes docs/demo.svg, a picture of a terminal, from what `dtsync demo` prints. Parts are left out, at `⋮`; nothing is changed.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const picture = new URL("../docs/demo.svg", import.meta.url);
const program = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** Columns of the terminal, and pixels of one column and of one line. */
const size = { columns: 92, column: 8.4, line: 19, margin: 18 };

const sequence = /\u001b\[(\d+)m/;
/** The styles of dtsync by the code that begins them. Every other code ends the style. */
const styles = new Map([
  ["1", "bold"],
  ["2", "dim"],
  ["31", "red"],
  ["32", "green"],
  ["33", "yellow"],
  ["36", "cyan"],
]);

/** What `dtsync demo` prints, with the colours that it has in a job log of GitLab. */
export function demoOutput() {
  const environment = { ...process.env, GITLAB_CI: "true", NO_COLOR: "" };
  const stdio = ["ignore", "pipe", "ignore"];
  return execFileSync(process.execPath, [program, "demo"], { env: environment, stdio, encoding: "utf8" });
}

/** The picture of an output of `dtsync demo`. */
export function renderPicture(output) {
  const lines = excerpt(output.trim().split("\n"));
  const width = Math.round(size.columns * size.column) + 2 * size.margin;
  const height = lines.length * size.line + 2 * size.margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>dtsync plan, dtsync apply, and a plan that has nothing left to do</title>
<style>
rect { fill: #f6f8fa; stroke: #d1d9e0 }
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre }
.bold { font-weight: bold } .dim { fill: #59636e } .red { fill: #c5221f } .green { fill: #116329 } .yellow { fill: #7d4e00 } .cyan { fill: #0550ae }
@media (prefers-color-scheme: dark) {
rect { fill: #151b23; stroke: #3d444d }
text { fill: #f0f6fc }
.dim { fill: #9198a1 } .red { fill: #ff7b72 } .green { fill: #7ee787 } .yellow { fill: #f2cc60 } .cyan { fill: #79c0ff }
}
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${lines.map(renderLine).join("\n")}
</svg>
`;
}

const plain = (line) => line.replaceAll(new RegExp(sequence, "g"), "");

/**
 * What fits into a picture: the environment that the README declares and the end of the first plan, the end of the apply,
 * the whole second plan. Addresses differ from run to run.
 */
function excerpt(output) {
  const lines = output.filter((line) => !plain(line).includes("http://"));
  const starts = lines.flatMap((line, index) => (plain(line).startsWith("# ") ? [index] : []));
  const [plan = [], apply = [], ...rest] = starts.map((start, index) => lines.slice(start, starts[index + 1]));
  const first = Math.max(
    2,
    plan.findIndex((line) => /^\s*abc-p1\b/.test(plain(line))),
  );
  return [
    ...[...plan.slice(0, 2), "⋮", ...plan.slice(first, first + 16), "⋮", ...lastOf(plan), ""],
    ...[...apply.slice(0, 2), "⋮", ...lastOf(apply), ""],
    ...rest.flat(),
  ];
}

const lastOf = (lines) => lines.filter((line) => line !== "").slice(-1);

function renderLine(line, index) {
  const y = size.margin + index * size.line + 14;
  const parts = line.split(sequence);
  let left = size.columns;
  let spans = "";
  for (let part = 0; part < parts.length; part += 2) {
    const style = styles.get(parts[part - 1]);
    const text = [...parts[part]].length > left ? `${[...parts[part]].slice(0, left - 1).join("")}…` : parts[part];
    left -= [...text].length;
    if (text !== "") spans += style === undefined ? inXml(text) : `<tspan class="${style}">${inXml(text)}</tspan>`;
    if (left <= 0) break;
  }
  return `<text x="${size.margin}" y="${y}" xml:space="preserve">${spans}</text>`;
}

const inXml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(picture, renderPicture(demoOutput()));

// Writes the manual pages, dtsync.1 and one for each command, from the definitions of the commands and from docs/:
//   node scripts/man-pages.js --out FOLDER
// The program has to be built. `npm run package` puts them into the package.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { readPages } from "../build/application/documentation.js";
import { createProgram } from "../build/commands/program.js";
import { commandHelp } from "../build/commands/usage/command-help.js";
import { describeProgram, visibleCommands } from "../build/commands/usage/help-layout.js";
import { plainText, readInline } from "../build/pages/inline-text.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** The day of the commit, so that the pages are the same whenever they are made of it. */
function day() {
  try {
    return execFileSync("git", ["log", "-1", "--format=%cs"], { cwd: root, encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "";
  }
}

/** Writes the pages into a folder, and gives the names of the files. */
export function writeManPages(folder) {
  const { program } = createProgram({ version, output: { out() {}, err() {} } });
  describeProgram(program);
  const commands = visibleCommands(program);
  const pages = readPages();
  const texts = new Map([
    ["dtsync.1", programPage(program, commands, pages)],
    ...commands.map((command) => [`dtsync-${command.name()}.1`, commandPage(command, pages)]),
  ]);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of texts) writeFileSync(join(folder, name), text);
  return [...texts.keys()];
}

function programPage(program, commands, pages) {
  return page("dtsync", program.description(), [
    [".SH SYNOPSIS", `.B dtsync\n.I command\n${roff("[options]")}`],
    [
      ".SH COMMANDS",
      ...commands.map((command) =>
        entry(
          [bold(`dtsync ${command.name()}`)],
          inline(`${command.description()}; see \`dtsync-${command.name()}(1)\``),
        ),
      ),
    ],
    [".SH OPTIONS", ...optionEntries(program.createHelp().visibleOptions(program))],
    exitStatus(pages),
    [".SH ENVIRONMENT", ...blocks(sectionOf(pages, "commands", "Variables"))],
    [".SH PAGES", ...pages.map(({ topic, title }) => entry([bold(`dtsync help ${topic}`)], inline(title)))],
    seeAlso(commands.map((command) => `dtsync-${command.name()}`)),
  ]);
}

function commandPage(command, pages) {
  const name = `dtsync-${command.name()}`;
  const { examples, topics, sections } = commandHelp[command.name()];
  const groups = optionGroupsOf(command);
  return page(name, command.description(), [
    [".SH SYNOPSIS", `.B dtsync ${command.name()}\n${roff(command.usage())}`],
    [".SH DESCRIPTION", inline(command.description())],
    [
      ".SH OPTIONS",
      ...[...groups].flatMap(([title, options]) => [
        ...(title === "Options:" ? [] : [`.SS ${quoted(title.replace(/:$/, ""))}`]),
        ...optionEntries(options),
      ]),
    ],
    [
      ".SH EXAMPLES",
      ...examples.map(({ line, what }) => `.PP\n${inline(what)}:\n.PP\n.RS 4\n.nf\n${code(line)}\n.fi\n.RE`),
    ],
    sections.length === 0 ? [] : [".SH DETAILS", ...sections.flatMap((title) => detail(title, pages))],
    exitStatus(pages),
    seeAlso(["dtsync"], topics),
  ]);
}

const detail = (title, pages) => [`.SS ${quoted(title)}`, ...blocks(sectionOf(pages, "commands", title))];

const page = (name, description, sections) =>
  `${[
    `.TH ${quoted(name.toUpperCase())} 1 "${day()}" ${quoted(`dtsync ${version}`)} "dtsync manual"`,
    ".SH NAME",
    `${roff(name)} \\- ${inline(description)}`,
    ...sections.flat(),
  ]
    .join("\n")
    .replace(/^(\.S[HS] .*\n)\.PP\n/gm, "$1")}\n`;

function optionGroupsOf(command) {
  const help = command.createHelp();
  const { groupItems } = command.configureHelp();
  return groupItems(command.options, help.visibleOptions(command), (option) => option.helpGroupHeading ?? "Options:");
}

/** `--target <what>`: what is typed in bold, what stands for something in italics. */
const optionEntries = (options) =>
  options.map(({ flags, description }) => {
    const shown = flags
      .split(/(<[^>]+>)/)
      .map((part) => (part.startsWith("<") ? italic(part.slice(1, -1)) : bold(part)));
    return entry(shown, inline(description));
  });

function exitStatus(pages) {
  const table = sectionOf(pages, "exit-codes", "Exit codes").find(({ kind }) => kind === "table");
  return [".SH EXIT STATUS", ...table.rows.map(([status, meaning]) => entry([bold(status)], inline(meaning)))];
}

const seeAlso = (names, topics = []) => [
  ".SH SEE ALSO",
  names.map((name) => `.BR ${roff(name)} (1)`).join(" ,\n"),
  ...(topics.length === 0 ? [] : [".PP", inline(topics.map((topic) => `\`dtsync help ${topic}\``).join(", "))]),
];

/** What stands below a heading of a page, up to the next one that is not below it. */
function sectionOf(pages, topic, title) {
  const all = pages.find((each) => each.topic === topic).blocks;
  const start = all.findIndex((block) => block.kind === "heading" && plainText(block.text) === title);
  if (start < 0) throw new Error(`docs/${topic}.md has no section ${title}`);
  const length = all.slice(start + 1).findIndex((block) => block.kind === "heading" && block.level <= all[start].level);
  return all.slice(start + 1, length < 0 ? undefined : start + 1 + length);
}

const blocks = (all) =>
  all.map((block) => {
    switch (block.kind) {
      case "heading":
        return `.PP\n${bold(plainText(block.text))}`;
      case "paragraph":
        return `.PP\n${inline(block.text)}`;
      case "item":
        return `.IP ${block.marker === "-" ? "\\(bu 2" : `${block.marker} 4`}\n${inline(block.text)}`;
      case "code":
        return `.PP\n.RS 4\n.nf\n${block.lines.map(code).join("\n")}\n.fi\n.RE`;
      default:
        return block.rows.map((row) => rowEntry(block.head, row)).join("\n");
    }
  });

/** Of two columns the second one explains the first; of more each has its title. */
function rowEntry(head, [name, ...cells]) {
  const texts = cells.flatMap((cell, index) => {
    if (cell === "") return [];
    return [cells.length === 1 ? inline(cell) : `${inline(head[index + 1] || name)}: ${inline(cell)}`];
  });
  return entry([inline(name)], texts.join("\n.br\n"));
}

const entry = (parts, text) => `.TP\n${parts.join("")}\n${text}`;

/** Inline Markdown with fonts. A line must not begin like a request. */
const inline = (text) =>
  startSafely(
    readInline(text)
      .map(({ text: piece, style }) => (style === "plain" ? roff(piece) : bold(piece)))
      .join(""),
  );

const bold = (text) => `\\fB${roff(text)}\\fR`;
const italic = (text) => `\\fI${roff(text)}\\fR`;
const code = (line) => (line === "" ? "\\&" : startSafely(roff(line)));
const startSafely = (text) => text.replace(/^[.']/, "\\&$&");

/** Dashes, accents and the like are typed as they are: they are to be copied. */
const roff = (text) =>
  text
    .replaceAll("\\", "\\(rs")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti");

const quoted = (text) => `"${roff(text).replaceAll('"', "\\(dq")}"`;

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { out: { type: "string", default: join(root, "man") } } });
  for (const name of writeManPages(values.out)) process.stdout.write(`${name}\n`);
}

import type { Command } from "commander";
import type { Context } from "../application/context.ts";
import { type Page, readPages } from "../application/documentation.ts";
import { meaningOfExit } from "../application/meaning-of-exit.ts";
import { showInPager } from "../application/show-in-pager.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import { entryNames, findEntries } from "../pages/find-entries.ts";
import { type PageLayout, renderBlocks } from "../pages/page-text.ts";
import { stackedRow } from "../pages/table-lines.ts";
import { OptionError } from "./options/option-error.ts";
import { didYouMean } from "./options/raw-options.ts";
import { describeProgram, helpOf, visibleCommands } from "./usage/help-layout.ts";

/** Longer lines are hard to read. */
const widest = 100;

/**
 * Shows the help of a command, a page of the documentation, what the pages say of an error code, option or setting, or without
 * a topic what there is.
 */
export async function help(topic: string | undefined, program: Command, context: Context): Promise<ExitCode> {
  describeProgram(program);
  const isColoured = context.terminal.output && !context.variables["NO_COLOR"];
  const width = Math.min(context.terminal.columns ?? 80, widest);
  const layout: PageLayout = { width, paint: painter(isColoured), isColoured };
  const pages = readPages();
  await show(topic === undefined ? overview(program, pages) : textAbout(topic, program, pages, layout), context);
  return exitCodes.done;
}

function overview(program: Command, pages: readonly Page[]): string {
  const longest = Math.max(...pages.map(({ topic }) => topic.length));
  const topics = pages.map(({ topic, title }) => `  ${topic.padEnd(longest)}  ${title}\n`);
  return `${helpOf(program)}
Pages, for dtsync help TOPIC:
${topics.join("")}
dtsync help also knows error codes, exit codes, options and settings: dtsync help host-key-unknown.
`;
}

function textAbout(topic: string, program: Command, pages: readonly Page[], layout: PageLayout): string {
  const name = topic.toLowerCase();
  const command = visibleCommands(program).find((candidate) => candidate.name() === name);
  const page = pages.find((candidate) => candidate.topic === name);
  const parts = [...(command ? [helpOf(command)] : []), ...(page ? [renderBlocks(page.blocks, layout)] : [])];
  if (parts.length > 0) return parts.join("\n");
  const entries = pages.map((each) => entriesOf(each, topic, layout)).filter((text) => text !== "");
  const meaning = meaningOfExit(topic);
  if (entries.length > 0) return [...(meaning === null ? [] : [`${topic}: ${meaning}\n`]), ...entries].join("\n");
  const known = [
    ...visibleCommands(program).map((each) => each.name()),
    ...pages.map((each) => each.topic),
    ...pages.flatMap((each) => entryNames(each.blocks)),
  ];
  throw new OptionError(`there is no help about ${JSON.stringify(topic)}`, didYouMean(topic, known));
}

function entriesOf({ topic, title, blocks }: Page, word: string, layout: PageLayout): string {
  const found = findEntries(blocks, word).map((entry) => {
    if (entry.kind === "section") return renderBlocks(entry.blocks, layout);
    const { head, cells, section } = entry;
    const lines = stackedRow(head, cells, { ...layout, width: layout.width - 2 });
    return [layout.paint("dim", section), ...lines.map((line) => `  ${line}`.trimEnd())].join("\n");
  });
  return found.length === 0 ? "" : `${found.join("\n")}${layout.paint("dim", `${title}: dtsync help ${topic}`)}\n`;
}

async function show(text: string, { output, terminal, variables }: Context): Promise<void> {
  const pager = variables["PAGER"] ?? "";
  if (terminal.output && terminal.input && pager !== "" && (await showInPager(text, pager, variables))) return;
  output.out(text);
}

import { type Command, Help, type HelpConfiguration } from "commander";
import { optionGroups } from "../options/shared-options.ts";
import { type CommandHelp, commandGroups, commandHelp } from "./command-help.ts";

const order: readonly string[] = Object.values(optionGroups);

const rank = (heading: string): number => order.indexOf(heading);

/** How commander writes the help: groups of options in their own order, and no list of choices behind a description. */
const helpLayout: HelpConfiguration = {
  optionDescription: ({ description }) => description,
  argumentDescription: ({ description }) => description,
  groupItems: (all, visible, groupOf) => {
    const groups = new Help().groupItems(all, visible, groupOf);
    return new Map([...groups].sort(([left], [right]) => rank(left) - rank(right)));
  },
};

/** Gives the program and its commands their help: layout, headings, and what it has besides options. */
export function describeProgram(program: Command): void {
  program.configureHelp(helpLayout).addHelpText("after", programNotes);
  for (const command of program.commands) {
    command.configureHelp(helpLayout);
    const help = commandHelp[command.name()];
    if (help) command.helpGroup(commandGroups[help.group]).addHelpText("after", commandNotes(help));
  }
}

/** What stands below the options of a command. */
function commandNotes({ examples, topics }: CommandHelp): string {
  const lines = examples.flatMap(({ line, what }) => [`  # ${what}`, `  ${line}`]);
  return [
    ...(lines.length === 0 ? [] : ["", "Examples:", ...lines]),
    ...(topics.length === 0 ? [] : ["", "More:", ...topics.map((topic) => `  dtsync help ${topic}`)]),
  ].join("\n");
}

const programNotes = `
dtsync COMMAND --help shows the options of a command with examples, and dtsync help the pages of the documentation.`;

/** Commands that are shown to users. */
export const visibleCommands = (program: Command): readonly Command[] => program.createHelp().visibleCommands(program);

/** All that `--help` prints, as text. */
export function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

import { type Command, Help, type HelpConfiguration } from "commander";
import { optionGroups } from "../options/shared-options.ts";
import { commandHelp } from "./command-help.ts";

/** Headings of commands in the help of dtsync. */
export const commandGroups = {
  inventory: "Write and check:",
  fleet: "Plan and apply:",
  trial: "Try it out:",
  help: "Help:",
} as const;

const order: readonly string[] = Object.values(optionGroups);

const rank = (heading: string): number => order.indexOf(heading);

/** How commander writes the help: groups of options in their own order, and no list of choices behind a description. */
export const helpLayout: HelpConfiguration = {
  optionDescription: ({ description }) => description,
  argumentDescription: ({ description }) => description,
  groupItems: (all, visible, groupOf) => {
    const groups = new Help().groupItems(all, visible, groupOf);
    return new Map([...groups].sort(([left], [right]) => rank(left) - rank(right)));
  },
};

/** What stands below the options of a command. */
export function commandNotes(name: string): string {
  const { examples, topics } = commandHelp[name] ?? { examples: [], topics: [] };
  const lines = examples.flatMap(({ line, what }) => [`  # ${what}`, `  ${line}`]);
  return [
    ...(lines.length === 0 ? [] : ["", "Examples:", ...lines]),
    ...(topics.length === 0 ? [] : ["", "More:", ...topics.map((topic) => `  dtsync help ${topic}`)]),
  ].join("\n");
}

export const programNotes = `
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

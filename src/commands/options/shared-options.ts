import { Argument, type Command, Option } from "commander";

/** Headings of options in the help of a command, in their order. What a command has for itself alone stands first. */
export const optionGroups = {
  own: "Options:",
  scope: "Scope:",
  inventory: "Inventory:",
  hosts: "Clusters and hosts:",
  output: "Output:",
} as const;

/** For an option that may be given several times. */
export const collect = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  value,
];

/** What standard output may carry, in commands that have all of them. */
const allFormats = ["text", "json", "markdown"] as const;

const noColor = ["--no-color", "no colours (also: NO_COLOR)"] as const;

/** What standard output carries. */
const format = (formats: readonly string[]): Option => {
  const last = formats.length - 1;
  const words = `${formats.slice(0, last).join(", ")} or ${formats[last]}`;
  return choiceOption("--format <format>", `${words} (default: text)`, formats);
};

/** Options of every command that prints a document. */
export const printed = (command: Command, formats: readonly string[] = allFormats): Command =>
  command.addOption(format(formats)).option(...noColor);

/** Options of every command that has to do with an inventory folder. No formats: what it prints has one of its own. */
export function basic(command: Command, formats: readonly string[] = allFormats): Command {
  command
    .optionsGroup(optionGroups.inventory)
    .option(
      "--inventory <dir>",
      "folder of the inventory (default: $DTSYNC_INVENTORY, else ./inventory, else the one that this folder is in)",
    );
  return logged(command, formats);
}

/** Options of every command that says what it does. */
function logged(command: Command, formats: readonly string[]): Command {
  command.optionsGroup(optionGroups.output);
  if (formats.length > 0) command.addOption(format(formats));
  return command
    .addOption(
      choiceOption("--log-level <level>", "error, warn, info or debug (default: warn, in a file: info)", [
        "error",
        "warn",
        "info",
        "debug",
      ]),
    )
    .addOption(
      choiceOption("--log-format <format>", "text or json: a line for each entry (default: text)", ["text", "json"]),
    )
    .option("--log-file <file>", "add the log to this file; standard error has warnings and errors then")
    .option(...noColor)
    .option("--no-progress", "no progress on standard error")
    .optionsGroup(optionGroups.own);
}

/** Options of every command that loads the inventory. */
export const common = (command: Command, formats: readonly string[] = allFormats): Command =>
  settings(basic(command, formats));

const settings = (command: Command): Command =>
  command
    .optionsGroup(optionGroups.inventory)
    .option("--set <path=value>", "a setting of dtsync.yaml for this run (repeatable)", collect)
    .optionsGroup(optionGroups.own);

/** Options of every command that reaches clusters and hosts. */
export const fleet = (command: Command): Command => reached(changedSince(cached(common(command))));

/** Options of a command that nobody sits before, and that brings the inventory here by itself: its log tells what happens. */
export function unattended(command: Command): Command {
  reached(settings(logged(command, []))).setOptionValueWithSource("logLevel", "info", "default");
  const level = command.options.find(({ long }) => long === "--log-level");
  if (level !== undefined) level.description = "error, warn, info or debug (default: info)";
  return command;
}

/** What of everything that is declared is reached, and how. */
function reached(command: Command): Command {
  return clusterAccess(targets(command))
    .optionsGroup(optionGroups.scope)
    .addOption(
      choiceOption("--only <kinds>", "environments, groups, hosts: a list with commas", [
        "environments",
        "groups",
        "hosts",
      ]).argParser(collect),
    )
    .addOption(choiceOption("--hosts <how>", "probe or skip (default: probe)", ["probe", "skip"]))
    .optionsGroup(optionGroups.hosts)
    .option("--concurrency <n>", "hosts worked on at once (default: 50)")
    .option("--ssh-config <file>", "instead of ~/.ssh/config")
    .optionsGroup(optionGroups.own);
}

/** Options of commands that change files of the inventory. */
export const changes = (command: Command): Command =>
  common(command, ["text", "json"])
    .option("--dry-run", "show what would change, and write nothing")
    .option("--commit", "make one Git commit of just these files");

/** Options of every command that needs tokens of clusters. */
export const clusterAccess = (command: Command): Command =>
  command
    .optionsGroup(optionGroups.hosts)
    .option("--allow-commands", "run the commands that the inventory names (also: DTSYNC_ALLOW_COMMANDS=1)")
    .optionsGroup(optionGroups.own);

export const cached = (command: Command): Command =>
  command
    .optionsGroup(optionGroups.inventory)
    .option("--no-cache", "use nothing that earlier runs have kept, and keep nothing for later ones")
    .optionsGroup(optionGroups.own);

/** Options that say what of everything that is declared a command is about. */
export function targets(command: Command): Command {
  return command
    .optionsGroup(optionGroups.scope)
    .option(
      "--target <what>",
      "only this: a name or glob of a customer, environment, group or host, an id of a plan, stage=…, cluster=…, label.KEY=… (repeatable)",
      collect,
    )
    .option("--exclude <what>", "nothing of this, written like --target (repeatable)", collect)
    .optionsGroup(optionGroups.own);
}

export const changedSince = (command: Command): Command =>
  command
    .optionsGroup(optionGroups.scope)
    .option("--changed-since <ref>", "only what changed since this Git revision; anything unclear is everything")
    .optionsGroup(optionGroups.own);

/** Options of commands whose end somebody may be told of. */
export const notified = (command: Command): Command =>
  command
    .optionsGroup(optionGroups.output)
    .addOption(
      choiceOption(
        "--notify <events>",
        "tell $DTSYNC_NOTIFY_URL of: failure, held, drift, always (a list with commas)",
        ["failure", "held", "drift", "always"],
      ).argParser(collect),
    )
    .addOption(
      choiceOption("--notify-format <format>", "json, slack or teams (default: json)", ["json", "slack", "teams"]),
    )
    .optionsGroup(optionGroups.own);

export const full = (command: Command): Command =>
  command
    .optionsGroup(optionGroups.output)
    .option("--full", "text with everything by itself, nothing folded")
    .optionsGroup(optionGroups.own);

export const retry = (command: Command): Command =>
  command
    .optionsGroup(optionGroups.scope)
    .option("--retry <report>", "only what an earlier apply left failed, uncertain or skipped")
    .optionsGroup(optionGroups.own);

/** `kinds`: with commas, in the order of the renderers. */
export const report = (command: Command, kinds: string): Command =>
  command
    .optionsGroup(optionGroups.output)
    .addOption(
      choiceOption("--report <kind=file>", `write a report: ${kinds} (repeatable)`, kinds.split(", ")).argParser(
        collect,
      ),
    )
    .optionsGroup(optionGroups.own);

/**
 * An option that takes a few words, `words`. They are kept as commander's own choices, from where completion has them, but
 * commander does not check them: who reads the option does, in the words of dtsync.
 */
export function choiceOption(flags: string, description: string, words: readonly string[]): Option {
  const option = new Option(flags, description);
  option.argChoices = [...words];
  return option;
}

/** The same for an argument. */
export function choiceArgument(name: string, words: readonly string[]): Argument {
  const argument = new Argument(name, words.join(", "));
  argument.argChoices = [...words];
  return argument;
}

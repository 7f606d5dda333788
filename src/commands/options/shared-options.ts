import type { Command } from "commander";

const collect = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  value,
];

const format = ["--format <format>", "text, json or markdown (default: text)"] as const;
const noColor = ["--no-color", "no colours (also: NO_COLOR)"] as const;

/** Options of every command that prints a document. */
export const printed = (command: Command): Command => command.option(...format).option(...noColor);

/** Options of every command that has to do with an inventory folder. */
export function basic(command: Command): Command {
  return command
    .option("--inventory <dir>", "folder of the inventory (default: $DTSYNC_INVENTORY, else ./inventory)")
    .option(...format)
    .option("--log-level <level>", "error, warn, info or debug (default: warn)")
    .option(...noColor)
    .option("--no-progress", "no progress on standard error");
}

/** Options of every command that loads the inventory. */
export function common(command: Command): Command {
  return basic(command).option("--set <path=value>", "a setting of dtsync.yaml for this run (repeatable)", collect);
}

/** Options of every command that reaches clusters and hosts. */
export function fleet(command: Command): Command {
  return targets(changedSince(common(command)))
    .option("--only <kinds>", "environments, groups, hosts: a list with commas", collect)
    .option("--hosts <how>", "probe or skip (default: probe)")
    .option("--concurrency <n>", "hosts worked on at once (default: 50)")
    .option("--ssh-config <file>", "instead of ~/.ssh/config")
    .option("--allow-commands", "run the commands that the inventory names (also: DTSYNC_ALLOW_COMMANDS=1)");
}

/** Options that say what of everything that is declared a command is about. */
export function targets(command: Command): Command {
  return command
    .option(
      "--target <what>",
      "only this: a name or glob of a customer, environment, group or host, an id of a plan, stage=…, cluster=… (repeatable)",
      collect,
    )
    .option("--exclude <what>", "nothing of this, written like --target (repeatable)", collect);
}

export const changedSince = (command: Command): Command =>
  command.option("--changed-since <ref>", "only what changed since this Git revision; anything unclear is everything");

export const retry = (command: Command): Command =>
  command.option("--retry <report>", "only what an earlier apply left failed, uncertain or skipped");

export const report = (command: Command, kinds: string): Command =>
  command.option("--report <kind=file>", `write a report: ${kinds} (repeatable)`, collect);

import type { Command } from "commander";
import { checkFileNames, type NamedFile } from "../../application/check-file-names.ts";
import type { ProcessVariables } from "../../ports.ts";
import { inventoryFolder } from "./common-options.ts";
import { type RawOptions, texts } from "./raw-options.ts";

/** What commands do with the files that their options and arguments name. A test holds the table to all that there are. */
export const fileOptions = {
  "--customer-from <rule>": "read",
  "--html <file>": "written",
  "--journal <file>": "written",
  "--log-file <file>": "written",
  "--out <file>": "written",
  "--report <kind=file>": "written",
  "--resume <file>": "read",
  "--retry <report>": "read",
  "--seed <source>": "read",
  "--signers <file>": "read",
  "--ssh-config <file>": "read",
  "--state <file>": "written",
  file: "read",
  planfile: "read",
} as const satisfies Readonly<Record<string, "read" | "written">>;

interface UsedFile extends NamedFile {
  readonly use: "read" | "written";
}

/** Throws a usage error where an output of a command would take the place of another one, or of something that is read. */
export async function checkFileOptions(command: Command, variables: ProcessVariables): Promise<void> {
  const named = [...filesOfOptions(command), ...filesOfArguments(command)];
  const written = named.filter(({ use }) => use === "written");
  if (written.length === 0) return;
  const raw: RawOptions = command.opts();
  // An apply that tries again what a report left may bring this report up to date.
  const isRenewed = ({ by }: NamedFile): boolean => command.name() === "apply" && by === "--report json";
  await checkFileNames({
    written: written.map((output) => (isRenewed(output) ? { ...output, over: "--retry" } : output)),
    read: named.filter(({ use }) => use === "read"),
    inventory: command.options.some(({ long }) => long === "--inventory") ? inventoryFolder(raw, variables) : null,
  });
}

function filesOfOptions(command: Command): readonly UsedFile[] {
  return command.options.flatMap((option) => {
    const use = useOf(option.flags);
    if (use === null) return [];
    const value: unknown = command.getOptionValue(option.attributeName());
    const values = typeof value === "string" ? [value] : texts(value);
    const by = option.long ?? option.flags;
    return values.map((text) => {
      const separator = option.flags.endsWith("<kind=file>") ? text.indexOf("=") : -1;
      return separator < 0
        ? { use, by, file: text }
        : { use, by: `${by} ${text.slice(0, separator)}`, file: text.slice(separator + 1) };
    });
  });
}

function filesOfArguments(command: Command): readonly UsedFile[] {
  return command.registeredArguments.flatMap((argument, index) => {
    const use = useOf(argument.name());
    const file = command.args[index];
    return use === null || file === undefined ? [] : [{ use, by: argument.name().toUpperCase(), file }];
  });
}

const useOf = (name: string): UsedFile["use"] | null =>
  Object.hasOwn(fileOptions, name) ? fileOptions[name as keyof typeof fileOptions] : null;

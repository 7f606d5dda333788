/**
 * Terms: beside an inventory, and beside the folder that it is in, where playbooks are, Ansible has *variable folders*:
 * `group_vars` and `host_vars`, with files of variables for groups and hosts.
 *
 * Premise: which of these files count for which hosts depends on how Ansible is called, so they are not added here. They are
 * only looked through for what would make the hosts of the inventory others than they are without.
 *
 * Cases: one of the variables that count is set there, or nobody can tell because the folder or a file cannot be read: the
 * inventory is not what Ansible makes of it. An encrypted file holds secrets as a rule: that it is not read is a warning.
 */
import { dirname, join, relative, sep } from "node:path";
import { parseNodes } from "../yaml/parse-nodes.ts";
import { countMarks, mostMarksOfFile } from "../yaml/text-marks.ts";
import { ansibleTags } from "./ansible-scalars.ts";
import { readAnsibleVariables } from "./ansible-yaml.ts";
import type { HostsContext } from "./hosts-context.ts";

export interface VariableFinding {
  readonly message: string;
  readonly isFault: boolean;
  /** The folder that playbooks are in where Ansible reads that only for these, relative to the inventory folder; else null. */
  readonly playbookFolder: string | null;
}

/** What a folder of variables has that stands in the way. */
export type FolderFinding = Omit<VariableFinding, "playbookFolder">;

/** What stands in the way of an Ansible inventory, whose path is absolute; the first of each folder. */
export function lookThroughVariableFolders(
  path: string,
  root: string,
  context: Pick<HostsContext, "filesBelow" | "readText" | "variableFindings">,
): readonly VariableFinding[] {
  const beside = dirname(path);
  const above = beside === root ? [] : [dirname(beside)];
  const shown = (file: string) => relative(root, file).split(sep).join("/");
  return [beside, ...above].flatMap((place) =>
    ["group_vars", "host_vars"].flatMap((name) => {
      const folder = join(place, name);
      const { variableFindings } = context;
      // It may stand beside the inventories of many customers, or above them.
      const known = variableFindings.get(folder);
      const found = known === undefined ? lookThrough(folder, shown, context) : known;
      variableFindings.set(folder, found);
      return found === null ? [] : { ...found, playbookFolder: place === beside ? null : shown(place) || "." };
    }),
  );
}

function lookThrough(
  folder: string,
  shown: (path: string) => string,
  { filesBelow, readText }: Pick<HostsContext, "filesBelow" | "readText">,
): FolderFinding | null {
  const below = filesBelow(folder);
  if (below === null) return null;
  if ("diagnostic" in below) {
    return { message: `the folder ${shown(folder)} is not read: ${below.diagnostic.message}`, isFault: true };
  }
  let encrypted: string | null = null;
  for (const file of below.files) {
    const read = readText(file);
    // What is reported at its place already keeps the inventory from being used.
    if ("diagnostic" in read && read.diagnostic === null) continue;
    const name = shown(file);
    const problem = "diagnostic" in read ? read.diagnostic?.message : problemOf(read.positions.text);
    if (problem === "encrypted") encrypted ??= name;
    else if (problem) return { message: `${name} counts for Ansible, and is not read here: ${problem}`, isFault: true };
  }
  if (encrypted === null) return null;
  return {
    message: `${encrypted} is encrypted: nobody can tell here whether addresses, ports or users stand there`,
    isFault: false,
  };
}

/** What a file of variables has that makes hosts others; null: nothing. */
function problemOf(text: string): string | null {
  if (text.startsWith("$ANSIBLE_VAULT;")) return "encrypted";
  if (countMarks(text, mostMarksOfFile).tooManyAt !== null) return "it is too large";
  const parsed = parseNodes(text, ansibleTags);
  if (!("root" in parsed)) return parsed.diagnostic.message;
  if (parsed.root?.kind !== "map") return null;
  const { variables, isWhole } = readAnsibleVariables(parsed.root);
  // It says nothing of which host is meant.
  const { ansible_connection: _connection, ...counting } = variables;
  const [set] = Object.entries(counting).flatMap(([name, value]) => (value.content === null ? [] : name));
  if (set !== undefined) return `it sets ${set}`;
  return isWhole ? null : "it is not understood";
}

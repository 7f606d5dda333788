import { parseNodes } from "../yaml/parse-nodes.ts";
import { countMarks } from "../yaml/text-marks.ts";
import { parseAnsibleIni } from "./ansible-ini.ts";
import { type AnsibleInventory, createAnsibleInventory, reportFault } from "./ansible-inventory.ts";
import { ansibleTags } from "./ansible-scalars.ts";
import { readAnsibleYaml } from "./ansible-yaml.ts";
import type { ListDiagnostic } from "./host-list.ts";

/**
 * Reads an Ansible inventory as Ansible does: a file with a name in `.yml`, `.yaml` or `.json`, or without an ending, as
 * YAML, and when it is none as INI; every other file as INI.
 */
export function parseAnsible(text: string, file: string): AnsibleInventory {
  const foreign = foreignText(text);
  if (foreign !== null) return faulty({ offset: 0, ...foreign, isAnsiblesAlone: true });
  const [, ending = ""] = /[^/](\.[^./]*)$/.exec(file) ?? [];
  const isNamedYaml = [".yml", ".yaml", ".json"].includes(ending);
  if (!isNamedYaml && ending !== "") return parseAnsibleIni(text);
  const { tooManyAt } = countMarks(text, mostMarks);
  if (tooManyAt !== null) return faulty({ offset: tooManyAt, ...tooManyMarks });
  const parsed = parseNodes(text, ansibleTags);
  if ("root" in parsed && parsed.root?.kind === "map" && parsed.root.pairs.length > 0)
    return readAnsibleYaml(parsed.root);
  const ini = parseAnsibleIni(text);
  if (ini.diagnostics.length === 0 || !isNamedYaml) return ini;
  if ("root" in parsed) return faulty({ offset: parsed.root?.offset ?? 0, ...noGroups });
  const { message, hint } = parsed.diagnostic;
  return faulty({ offset: parsed.offset, message, hint });
}

function faulty(diagnostic: ListDiagnostic): AnsibleInventory {
  const inventory = createAnsibleInventory();
  reportFault(inventory, diagnostic);
  return inventory;
}

/** Marks of YAML. 12,000 hosts with ten variables each have a third of it. */
const mostMarks = 1_000_000;

const tooManyMarks = {
  message: `the file has more than ${mostMarks} line ends, commas, brackets and other marks of YAML`,
  hint: "Split it: an inventory for each environment.",
};

const noGroups = { message: "the Ansible inventory is not a mapping of groups", hint: "Begin with all:" };

/** What else a file may be that Ansible takes hosts from. */
function foreignText(text: string): { readonly message: string; readonly hint: string } | null {
  if (text.startsWith("#!"))
    return { message: "this is a program that prints an inventory, not an inventory", hint: "Name a file with hosts." };
  if (text.startsWith("$ANSIBLE_VAULT;"))
    return {
      message: "the Ansible inventory is encrypted",
      hint: "Keep hosts in a file of their own, and only secrets encrypted.",
    };
  return null;
}

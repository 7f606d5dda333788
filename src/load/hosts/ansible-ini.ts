import { type AnsibleInventory, type AnsibleVariables, ansibleGroup, isAnsibleVariable } from "./ansible-inventory.ts";

type Section = { readonly group: string; readonly kind: "hosts" | "children" | "vars" };

/** Reads an Ansible inventory in INI form. Lines that mean nothing here are left alone, as variables are. */
export function parseAnsibleIni(text: string): AnsibleInventory {
  const inventory: AnsibleInventory = { groups: new Map(), diagnostics: [] };
  let section: Section = { group: "ungrouped", kind: "hosts" };
  let offset = 0;
  for (const line of text.split("\n")) {
    const content = line.trim();
    const at = offset + line.indexOf(content);
    offset += line.length + 1;
    if (content === "" || content.startsWith("#") || content.startsWith(";")) continue;
    const header = /^\[([^\]:]+)(?::(\w+))?\]\s*(?:[#;].*)?$/.exec(content);
    if (header) {
      const [, group = "", kind = "hosts"] = header;
      if (kind === "hosts" || kind === "children" || kind === "vars") section = { group: group.trim(), kind };
      else
        inventory.diagnostics.push({
          offset: at,
          message: "a section is neither :children nor :vars",
          hint: "Write [group], [group:children] or [group:vars].",
        });
      ansibleGroup(inventory, section.group);
    } else readLine(inventory, section, content, at);
  }
  return inventory;
}

function readLine(inventory: AnsibleInventory, section: Section, content: string, offset: number): void {
  const group = ansibleGroup(inventory, section.group);
  if (section.kind === "vars") {
    group.variables = { ...group.variables, ...variablesOf([content]) };
    return;
  }
  const [pattern = "", ...words] = splitWords(content);
  if (section.kind === "children") {
    ansibleGroup(inventory, pattern);
    group.children.add(pattern);
    return;
  }
  // `name:2222` is Ansible's short form of ansible_port; a colon inside of brackets is a range.
  const port = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(pattern);
  const variables = { ...(port ? { ansible_port: port[2] ?? "" } : {}), ...variablesOf(words) };
  group.hosts.push({ pattern: port?.[1] ?? pattern, offset, variables });
}

/** Words of a line, quotation marks taken away, up to a comment. */
function splitWords(content: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of content.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)) {
    if (word.startsWith("#")) break;
    words.push(word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
  }
  return words;
}

function variablesOf(words: readonly string[]): AnsibleVariables {
  const variables: AnsibleVariables = {};
  for (const word of words) {
    const equals = word.indexOf("=");
    const name = word.slice(0, equals).trim();
    if (equals > 0 && isAnsibleVariable(name))
      variables[name] = word
        .slice(equals + 1)
        .trim()
        .replace(/^(["'])(.*)\1$/, "$2");
  }
  return variables;
}

import type { SshEntry } from "../schema/file-types.ts";

/** One host or range of a list in a file, before the range is expanded. */
export interface ListedHost {
  readonly name: string;
  /** Into the text of the file. */
  readonly offset: number;
  readonly address?: string;
  readonly ssh?: SshEntry;
}

export interface ListDiagnostic {
  /** Into the text of the file; null: it is about the item that names the file. */
  readonly offset: number | null;
  readonly message: string;
  readonly hint: string;
  /** Of a warning. The others are errors of one rule. */
  readonly rule?: "ansible-connection" | "ansible-variables";
  /** Ansible may know what it means; its own program can be asked. */
  readonly isAnsiblesAlone?: boolean;
}

/** The hosts that a file lists. */
export interface HostList {
  /** What is wrong with the file itself. */
  readonly diagnostics: readonly ListDiagnostic[];
  /** The hosts of a group, if the file has groups, and what is wrong with these. Null: all. */
  hostsOf(group: string | null): {
    readonly hosts: readonly ListedHost[];
    readonly diagnostics: readonly ListDiagnostic[];
  };
}

/** Hosts that one source may name. It keeps a mistyped range from filling the memory. */
export const mostListedHosts = 100_000;

export const tooManyListed = {
  message: `more than ${mostListedHosts} hosts from one source`,
  hint: "Check the ranges, or split the source.",
};

/** A section of an INI file, which no range is, or a variable of Ansible. */
const ansibleLine = /^\[(?![\d,-]+\])[^\]]*\]$|\sansible_\w+\s*=/;

const looksLikeAnsible = {
  message: "this looks like an Ansible inventory, and is read as a list with a name or range a line",
  hint: "Add format: ansible to the item that names the file, and group: with the name of a group to take only its hosts.",
};

/** A list without groups. An Ansible inventory is none: its sections and variables would be so many faults. */
export function plainHostList(text: string): HostList {
  const hosts = parseHostList(text);
  const ansible = hosts.find(({ name }) => ansibleLine.test(name));
  if (ansible !== undefined) {
    const diagnostic = { offset: ansible.offset, ...looksLikeAnsible };
    return { diagnostics: [diagnostic], hostsOf: () => ({ hosts: [], diagnostics: [] }) };
  }
  const isTooLong = hosts.length > mostListedHosts;
  const found = { hosts: isTooLong ? [] : hosts, diagnostics: [] };
  return { diagnostics: isTooLong ? [{ offset: 0, ...tooManyListed }] : [], hostsOf: () => found };
}

/** A name or range a line; `#` begins a comment. */
export function parseHostList(text: string): readonly ListedHost[] {
  const hosts: ListedHost[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    const content = line.replace(/#[\s\S]*$/, "");
    const name = content.trim();
    if (name !== "") hosts.push({ name, offset: offset + content.indexOf(name) });
    offset += line.length + 1;
  }
  return hosts;
}

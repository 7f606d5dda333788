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
  /** Of a warning: its rule. The others are errors. */
  readonly warning?: "ansible-connection" | "ansible-variables";
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

/** A list without groups. */
export function plainHostList(text: string): HostList {
  const hosts = parseHostList(text);
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

import { randomBytes } from "node:crypto";
import type { SshSettings } from "../model/inventory.ts";
import { HostError } from "./host-error.ts";

/** Quotes a word for a POSIX shell. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The command line that runs a script as root. The script is an argument, because standard input is kept for data (some
 * shells read ahead); it must therefore hold no secret: the host's process list shows it. With `become` undeclared,
 * root needs no sudo; a root without sudo installed needs none either.
 */
export function asRoot(script: string, become: SshSettings["become"]): string {
  if (become === "none") return `exec /bin/sh -c ${quote(script)}`;
  const direct = become === "sudo" ? "! command -v sudo >/dev/null 2>&1" : "true";
  const chooser = `if [ "$(id -u)" = 0 ] && ${direct}; then exec /bin/sh -c "$0"; else exec sudo -n /bin/sh -c "$0"; fi`;
  return `exec /bin/sh -c ${quote(chooser)} ${quote(script)}`;
}

/** Text that no program's output contains by accident or on purpose: new for every script. */
export function newMarker(): string {
  return `#dtsync-${randomBytes(9).toString("hex")}`;
}

/** First lines of every script: messages in English, system programs found under sudo and without a login shell. */
export function prelude(marker: string): string {
  return [
    "LC_ALL=C; export LC_ALL",
    "PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH",
    `section() { printf '${marker} %s\\n' "$*"; }`,
  ].join("\n");
}

/** One section of a script's output: the words after the marker, and the lines that follow. */
export interface Section {
  readonly words: readonly string[];
  readonly lines: readonly string[];
}

/** Characters in all sections: what is read of a host is kept until the end of the run. */
const mostInSections = 256_000;

/**
 * Splits the output of a script into its sections, by name (the first word). What stands before the first is dropped, and
 * so is a section that has had its name before. Throws HostError `too-much-output`.
 */
export function parseSections(output: string, marker: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, { words: readonly string[]; lines: string[] }>();
  let current: { words: readonly string[]; lines: string[] } | undefined;
  const start = `\n${output}`.indexOf(`\n${marker} `);
  const text = start === -1 ? "" : output.slice(start);
  if (text.length > mostInSections) {
    throw new HostError("too-much-output", `its answer is longer than ${mostInSections / 1_000} kB`);
  }
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith(`${marker} `)) {
      const [name = "", ...words] = line.slice(marker.length + 1).split(" ");
      current = { words, lines: [] };
      if (!sections.has(name)) sections.set(name, current);
    } else current?.lines.push(line);
  }
  for (const section of sections.values()) if (section.lines.at(-1) === "") section.lines.pop();
  return sections;
}

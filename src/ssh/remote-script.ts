import { randomBytes } from "node:crypto";
import type { SshSettings } from "../model/inventory.ts";
import { HostError } from "./host-error.ts";
import type { CommandInput } from "./shell.ts";

/** Quotes a word for a POSIX shell. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What stands in the output where sudo was called: what follows without a section is sudo's own. */
export const sudoMark = "#dtsync-sudo";
/** What every line begins with that the scripts print for themselves. */
export const markerStart = "#dtsync-";
const markerBytes = 9;
const markerPattern = new RegExp(`${markerStart}[0-9a-f]{${2 * markerBytes}}`);
const commonMarker = `${markerStart}${"0".repeat(2 * markerBytes)}`;

/** What runs a script on a host. */
export interface ScriptCall {
  readonly command: string;
  /** What has to come before all other input of the command; null: nothing. */
  readonly head: Uint8Array | null;
}

/** Characters of a command line; a server of dropbear takes 9,000, and ends the connection at one more. */
const longestCommand = 8_900;

/**
 * The call that runs a script as root, whatever the user's login shell is: sh, csh and fish alike take words in single quotation
 * marks as they are, without quotation marks, line ends, `!` and doubled backslashes in them, so the script travels in
 * words without those. Only one that is too long for a command line is the first line of the input, which `read` takes alone; its
 * login shell could take it away. The script must hold no secret: the host's process list shows it. Where its user's number
 * was asked for, a script that sudo does not run finds it in `dtsync_user`. With `become` undeclared, root needs no sudo; a root without
 * sudo installed needs none either.
 */
export function asRoot(script: string, become: SshSettings["become"]): ScriptCall {
  const run = `${sudoFor(become)}set --; eval "$script"`;
  const command = `exec /bin/sh -c '${`script=$(printf %b "$@"); ${run}`}' sh ${quotedWords(script)}`;
  if (command.length <= longestCommand) return { command, head: null };
  return {
    command: `exec /bin/sh -c '${`IFS= read -r script; script=$(printf %b "$script"); ${run}`}'`,
    head: Buffer.from(`${encodedWords(script).join("")}\n`),
  };
}

/** The input of a call whose script takes some itself. */
export function inputOf({ head }: ScriptCall, rest: CommandInput | undefined): CommandInput | undefined {
  if (head === null) return rest;
  return async function* (ended) {
    yield head;
    if (rest !== undefined) yield* rest(ended);
  };
}

/** What encoding gave for the last scripts, by their text with another marker: most hosts are sent the same one. */
const quotedScripts = new Map<string, string>();
const mostQuotedScripts = 64;

function quotedWords(script: string): string {
  const quoted = (text: string) =>
    encodedWords(text)
      .map((word) => `'${word}'`)
      .join(" ");
  const marker = markerPattern.exec(script)?.[0];
  if (marker === undefined || script.includes(commonMarker)) return quoted(script);
  const common = script.replaceAll(marker, commonMarker);
  const known = quotedScripts.get(common) ?? quoted(common);
  if (quotedScripts.size >= mostQuotedScripts && !quotedScripts.has(common)) quotedScripts.clear();
  quotedScripts.set(common, known);
  // A marker is of characters that stay as they are, and as long as every other one.
  return known.replaceAll(commonMarker, marker);
}

function sudoFor(become: SshSettings["become"]): string {
  if (become === "none") return "";
  const noRoot = '{ dtsync_user=$(id -u); [ "$dtsync_user" -gt 0 ]; }';
  const wanted = become === "sudo" ? `command -v sudo >/dev/null 2>&1 || ${noRoot}` : noRoot;
  return `if ${wanted}; then LC_ALL=C; export LC_ALL; echo "${sudoMark}"; exec sudo -n /bin/sh -c "$script"; fi; `;
}

/** Some shells refuse longer ones. */
const longestWord = 900;
/** Everything that a shell could take for something else than itself within single quotation marks. */
const special = /[^ "#-&(-[\]-_a-z{-~]/gu;
const escapes = new Map<string, string>();
const pieces = new RegExp(`(?:\\\\0\\d{3}|[^\\\\]){1,${Math.floor(longestWord / 5)}}`, "g");

/**
 * A text as words that `printf %b` puts together again, one for each line: what is special is written as the octal numbers
 * of its bytes, and the rest stays readable in a process list.
 */
function encodedWords(text: string): readonly string[] {
  return text
    .split(/(?<=\n)/)
    .map((line) => line.replace(special, escaped))
    .flatMap((word) => (word.length > longestWord ? (word.match(pieces) ?? []) : word));
}

function escaped(character: string): string {
  const known = escapes.get(character);
  if (known !== undefined) return known;
  const octal = [...Buffer.from(character)].map((byte) => `\\0${byte.toString(8).padStart(3, "0")}`).join("");
  if (character < "\u0080") escapes.set(character, octal);
  return octal;
}

/** Text that no program's output contains by accident or on purpose: new for every script. */
export function newMarker(): string {
  return `${markerStart}${randomBytes(markerBytes).toString("hex")}`;
}

/**
 * First lines of every script: messages in English, system programs found under sudo and without a login shell, and an
 * end of whatever line the user's shell may have begun.
 */
export function prelude(marker: string): string {
  return [
    "echo",
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

import { matchesHostPatterns } from "./host-patterns.ts";

/**
 * The parts of OpenSSH's client configuration that decide how a host is reached. Written here because the published
 * parsers run programs while reading (Match exec, name look-ups), do not follow Include, and walk every block for every
 * host, which is quadratic for a fleet.
 */
export interface SshConfig {
  /** The first value given for a host, per keyword in lower case; identity files add up. */
  lookup(host: string): SshOptions;
}

export interface SshOptions {
  /** First value wins, as in OpenSSH. */
  get(keyword: string): string | undefined;
  readonly identityFiles: readonly string[];
}

interface Block {
  /** Null: applies to every host. */
  readonly patterns: readonly string[] | null;
  readonly settings: readonly (readonly [keyword: string, value: string])[];
}

/** The texts of the files that an Include names, in their order; it may name several by a pattern, or none. */
export type IncludeReader = (pattern: string) => readonly string[];

const maximumIncludeDepth = 16;

/** Parses the text of an ssh_config file. `Match` blocks other than `Match all` are left out: they may run programs. */
export function parseSshConfig(text: string, readInclude: IncludeReader): SshConfig {
  const blocks = parseBlocks(text, readInclude, null, 0);
  // Hosts named literally are found by name; only blocks with wildcards are tried one by one.
  const literal = new Map<string, number[]>();
  const general: number[] = [];
  blocks.forEach(({ patterns }, index) => {
    if (patterns === null || patterns.some((pattern) => /[*?!]/.test(pattern))) general.push(index);
    else
      for (const pattern of patterns) {
        const name = pattern.toLowerCase();
        const indexes = literal.get(name);
        if (indexes) indexes.push(index);
        else literal.set(name, [index]);
      }
  });
  return {
    lookup(host) {
      const name = host.toLowerCase();
      const matching = general.filter((index) => matchesHost(blocks[index]?.patterns ?? null, name));
      const indexes = [...new Set([...(literal.get(name) ?? []), ...matching])].sort((left, right) => left - right);
      const settings = indexes.flatMap((index) => blocks[index]?.settings ?? []);
      const first = new Map<string, string>();
      for (const [keyword, value] of settings) if (!first.has(keyword)) first.set(keyword, value);
      return {
        get: (keyword) => first.get(keyword),
        identityFiles: settings.filter(([keyword]) => keyword === "identityfile").map(([, value]) => value),
      };
    },
  };
}

function parseBlocks(
  text: string,
  readInclude: IncludeReader,
  enclosing: Block["patterns"],
  depth: number,
): readonly Block[] {
  const blocks: Block[] = [];
  let patterns: Block["patterns"] = enclosing;
  let settings: (readonly [string, string])[] = [];
  let ignored = false;
  const finish = () => {
    if (!ignored && settings.length > 0) blocks.push({ patterns, settings });
    settings = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const setting = parseSetting(line);
    if (setting === null) continue;
    const [keyword, value] = setting;
    if (keyword === "host") {
      finish();
      ignored = false;
      patterns = words(value);
    } else if (keyword === "match") {
      finish();
      ignored = value.trim().toLowerCase() !== "all";
      patterns = null;
    } else if (keyword === "include") {
      finish();
      if (ignored || depth >= maximumIncludeDepth) continue;
      for (const path of words(value)) {
        for (const included of readInclude(path)) {
          // One by one: as arguments of one call, the blocks of a long file would be more than a call can take.
          for (const block of parseBlocks(included, readInclude, patterns, depth + 1)) blocks.push(block);
        }
      }
    } else {
      settings.push([keyword, keyword === "proxycommand" ? value : words(value).join(" ") || value]);
    }
  }
  finish();
  return blocks;
}

/** The keyword in lower case and what follows it, after white space or one `=`; null where there is no such thing. */
function parseSetting(line: string): readonly [keyword: string, value: string] | null {
  const text = line.trim();
  const keyword = /^[A-Za-z0-9]+/.exec(text)?.[0] ?? "";
  const rest = text.slice(keyword.length);
  const value = rest.trimStart();
  if (keyword === "" || rest === "" || (value === rest && !value.startsWith("="))) return null;
  return [keyword.toLowerCase(), value.startsWith("=") ? value.slice(1).trimStart() : value];
}

function words(value: string): readonly string[] {
  return [...value.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");
}

function matchesHost(patterns: readonly string[] | null, host: string): boolean {
  return patterns === null || matchesHostPatterns(patterns, host);
}

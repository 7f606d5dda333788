import { parseConfigLines } from "./config-lines.ts";
import { matchesPatterns } from "./host-patterns.ts";
import { type Criterion, evaluateMatch, parseMatch, wantsFinalPass } from "./match.ts";

/**
 * The parts of OpenSSH's client configuration that decide how a host is reached, as `ssh -G` shows them. Written here
 * because the published parsers run programs while reading (Match exec, name look-ups), do not follow Include, and walk
 * every block for every host, which is quadratic for a fleet.
 */
export interface SshConfig {
  lookup(asked: Asked): SshOptions;
}

export interface Asked {
  /** The host as `ssh` would be called with it. */
  readonly host: string;
  /** The user that is given besides the configuration, or null. */
  readonly user: string | null;
  readonly localUser: string;
}

/** What a configuration says of a host. */
export interface SshOptions {
  /** What the host is connected to under: `HostName` filled in, in lower case unless it is an address. */
  readonly hostName: string;
  /** The words of a setting, by its keyword in lower case; the first one counts, as in OpenSSH. */
  words(keyword: string): readonly string[] | undefined;
  /** The first of the words. */
  get(keyword: string): string | undefined;
  /** Where the words stand: `FILE:LINE`. */
  place(keyword: string): string | undefined;
  /** Those of `IdentityFile`, which add up. */
  readonly identityFiles: readonly string[];
  readonly certificateFiles: readonly string[];
  /** Null where there is neither `ProxyJump` nor `ProxyCommand`, or what counts of them is `none`. */
  readonly proxy: Proxy | null;
  /** Places of `Match` lines that would count but for what is left out. */
  readonly leftOut: readonly string[];
}

export interface Proxy {
  readonly kind: "jump" | "command";
  readonly value: string;
  /** `FILE:LINE`. */
  readonly place: string;
}

/** A file of the configuration. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  /** The folder that its relative Includes start from. */
  readonly base: string;
}

/** The files that an Include names, in their order; it may name several by a pattern, or none. */
export type IncludeReader = (pattern: string, from: ConfigFile) => readonly ConfigFile[];

interface Setting {
  readonly keyword: string;
  readonly words: readonly string[];
  readonly rest: string;
  readonly place: string;
}

type Condition =
  | { readonly kind: "hosts"; readonly patterns: readonly string[] }
  | { readonly kind: "match"; readonly criteria: readonly Criterion[]; readonly place: string };

interface Block {
  /** All of them must hold: its own, and those of the blocks whose Include led to it. */
  readonly conditions: readonly Condition[];
  readonly settings: readonly Setting[];
}

const maximumIncludeDepth = 16;

/** Older names of keywords. */
const aliases: ReadonlyMap<string, string> = new Map([
  ["pubkeyacceptedkeytypes", "pubkeyacceptedalgorithms"],
  ["identityfile2", "identityfile"],
  ["dsaauthentication", "pubkeyauthentication"],
]);

/** Parses files of ssh_config: those of the user come before those of the machine. */
export function parseSshConfig(files: readonly ConfigFile[], readInclude: IncludeReader): SshConfig {
  const blocks: Block[] = [];
  for (const file of files) addBlocks(blocks, file, readInclude, []);
  const twice = blocks.some(({ conditions }) =>
    conditions.some((it) => it.kind === "match" && wantsFinalPass(it.criteria)),
  );
  const candidates = indexBlocks(blocks);
  return {
    lookup(asked) {
      const reading = createReading(asked);
      const pass = (final: boolean) =>
        reading.pass(
          candidates(reading.name()).flatMap((index) => blocks[index] ?? []),
          final,
        );
      pass(false);
      const canonical = /^(?:yes|true|always)$/i.test(reading.get("canonicalizehostname") ?? "");
      if (twice || canonical) {
        reading.settle();
        pass(true);
      }
      return reading.options();
    },
  };
}

function addBlocks(
  blocks: Block[],
  file: ConfigFile,
  readInclude: IncludeReader,
  enclosing: readonly Condition[],
  depth = 0,
): void {
  let conditions = enclosing;
  let settings: Setting[] = [];
  const finish = () => {
    // One without settings may still ask for a second pass, and is said to be left out.
    if (settings.length > 0 || conditions.some(({ kind }) => kind === "match")) blocks.push({ conditions, settings });
    settings = [];
  };
  for (const { keyword, words, rest, line } of parseConfigLines(file.text)) {
    const place = `${file.path}:${line}`;
    if (keyword === "host") {
      finish();
      conditions = [...enclosing, { kind: "hosts", patterns: words }];
    } else if (keyword === "match") {
      finish();
      conditions = [...enclosing, { kind: "match", criteria: parseMatch(words), place }];
    } else if (keyword === "include") {
      finish();
      if (depth >= maximumIncludeDepth) continue;
      for (const pattern of words) {
        for (const included of readInclude(pattern, file)) {
          addBlocks(blocks, included, readInclude, conditions, depth + 1);
        }
      }
    } else settings.push({ keyword: aliases.get(keyword) ?? keyword, words, rest, place });
  }
  finish();
}

/** Hosts that are named literally are found by name; only blocks for others are tried one by one. Indexes in their order. */
function indexBlocks(blocks: readonly Block[]): (host: string) => readonly number[] {
  const literal = new Map<string, number[]>();
  const general: number[] = [];
  blocks.forEach(({ conditions }, index) => {
    const names = conditions.map(literalNames).find((found) => found !== null);
    if (!names) general.push(index);
    else {
      for (const name of new Set(names)) {
        const indexes = literal.get(name);
        if (indexes) indexes.push(index);
        else literal.set(name, [index]);
      }
    }
  });
  return (host) => [...(literal.get(host) ?? []), ...general].sort((left, right) => left - right);
}

function literalNames(condition: Condition): readonly string[] | null {
  if (condition.kind !== "hosts") return null;
  return condition.patterns.some((pattern) => /[*?!]/.test(pattern)) ? null : condition.patterns;
}

/** Reads the blocks for one host, as far as they count. */
function createReading({ host, user, localUser }: Asked) {
  const first = new Map<string, Pick<Setting, "words" | "place">>();
  const files = { identityfile: new Set<string>(), certificatefile: new Set<string>() };
  const leftOut = new Set<string>();
  let jump: Proxy | null = null;
  let command: Proxy | null = null;
  const set = (keyword: string, word: string) => first.set(keyword, { words: [word], place: "" });
  if (user !== null) set("user", user);
  let name = host;
  const get = (keyword: string) => first.get(keyword)?.words[0];

  const hostName = () => fillHostName(get("hostname"), host);

  function take({ keyword, words, rest, place }: Setting): void {
    const [word] = words;
    if (keyword === "proxyjump") {
      // The two are one setting, of which the first one counts; only `ProxyJump none` leaves room for a command.
      if (command === null) jump ??= { kind: "jump", value: word ?? "", place };
    } else if (keyword === "proxycommand") {
      if (jump === null || isNone(jump)) command ??= { kind: "command", value: rest, place };
    } else if (keyword === "identityfile" || keyword === "certificatefile") {
      if (word !== undefined) files[keyword].add(word);
      if (!first.has(keyword)) first.set(keyword, { words, place });
    } else if (keyword === "connecttimeout" && word === "none") {
      // For OpenSSH the same as not to have said it: what comes behind counts.
    } else if (words.length > 0 && !first.has(keyword)) first.set(keyword, { words, place });
  }

  return {
    get,
    name: () => name,
    /** Before the second pass: from now on blocks are for the name that the host turned out to have. */
    settle() {
      name = settled(hostName());
      set("hostname", name.replaceAll("%", "%%"));
    },
    pass(blocks: readonly Block[], final: boolean) {
      // A condition is judged where it stands: settings behind it change nothing about it.
      const judged = new Map<Condition, boolean>();
      const holds = (condition: Condition): boolean => {
        const found = judged.get(condition);
        if (found !== undefined) return found;
        const result = judge(condition, final);
        judged.set(condition, result);
        return result;
      };
      for (const { conditions, settings } of blocks) {
        if (conditions.every(holds)) for (const setting of settings) take(setting);
      }
    },
    options: (): SshOptions => ({
      hostName: settled(hostName()),
      words: (keyword) => first.get(keyword)?.words,
      get,
      place: (keyword) => first.get(keyword)?.place,
      identityFiles: [...files.identityfile],
      certificateFiles: [...files.certificatefile],
      proxy: [command, jump].find((proxy) => proxy !== null && !isNone(proxy)) ?? null,
      leftOut: [...leftOut],
    }),
  };

  function judge(condition: Condition, final: boolean): boolean {
    if (condition.kind === "hosts") return matchesPatterns(condition.patterns, name);
    const result = evaluateMatch(condition.criteria, {
      host: hostName(),
      originalHost: host,
      user: get("user") ?? localUser,
      localUser,
      final,
    });
    if (result === "left-out") leftOut.add(condition.place);
    return result === true;
  }
}

const isNone = ({ value }: Proxy): boolean => value.toLowerCase() === "none";

/** Longer than any name or address; more would only grow where `%h` stands many times. */
const longestHostName = 4_096;

/** `%h` stands for the host as it was asked for. */
const fillHostName = (template: string | undefined, host: string): string =>
  template === undefined
    ? host
    : template.slice(0, longestHostName).replace(/%([h%])/g, (_all, token: string) => (token === "h" ? host : "%"));

/** Names are compared in lower case from here on; addresses are left as they are written. */
const settled = (name: string): string => (name.includes(":") ? name : name.toLowerCase());

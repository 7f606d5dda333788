import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ProcessVariables } from "../ports.ts";
import { type Algorithms, algorithmsOf } from "./algorithms.ts";
import type { SshConfig, SshOptions } from "./config.ts";
import { expandTokens, fillTokens, type Surroundings, type Tokens } from "./expand-tokens.ts";
import { HostError } from "./host-error.ts";
import { type JumpAddress, parseJump } from "./jump-address.ts";
import type { SocketTarget } from "./open-socket.ts";
import { portOf, type Services } from "./ports.ts";
import type { RevokedHostKeysFile } from "./revoked-host-keys.ts";
import type { SshHost } from "./shell.ts";

/**
 * Terms: a host is *called* by its address where the inventory gives one, else by its name; `HostName` of ssh_config may
 * lead that to another name, which is connected to. A *jump* is a machine on the way.
 *
 * Premise: each setting is taken from the inventory, else from ssh_config, else from OpenSSH's defaults; ssh_config is
 * asked for what the host is called, as `ssh` would be.
 *
 * Cases: identity files of the inventory stand for all keys, so that neither those of ssh_config nor other keys of the
 * SSH agent are offered besides. A `HostKeyAlias` is the only name that a key may be known by; without one it may be known by the
 * name that is connected to, by what the host is called, or by its name in the inventory. A `ProxyCommand` is refused
 * rather than passed over: the host would be reached by another way than was meant. The first jump host of a way is
 * reached by the way that ssh_config gives for it; the others are reached from the one before them, whatever it says of
 * them. With `accept-new` the file that new keys are written to counts besides the one that the inventory names; else
 * they would be new in every run.
 */

/** Where and how to connect. */
export interface SshTarget extends SocketTarget {
  readonly user: string;
  /** Files that were named; those that are missing are passed over. */
  readonly identityFiles: readonly string[];
  /** Whether keys of the agent that no identity file names may be offered, too. */
  readonly otherKeys: boolean;
  readonly agentSocket: string | null;
  readonly jumps: readonly JumpAddress[];
  readonly knownHostsFiles: readonly string[];
  readonly revokedHostKeys: readonly RevokedHostKeysFile[];
  /** How a key is written that was not known: into the user's own known_hosts, whatever the inventory names; null: nowhere. */
  readonly newHostKeys: { readonly file: string | null; readonly hashed: boolean };
  /** Names under which the host key may be known, in the order of their weight. */
  readonly knownAs: readonly { readonly name: string; readonly port: number }[];
  readonly hostKeys: "strict" | "accept-new";
  /** Milliseconds. */
  readonly connectTimeout: number;
  readonly algorithms: Algorithms;
  /** Settings of ssh_config that dtsync leaves out, with their places. */
  readonly leftOut: Readonly<Partial<Record<LeftOutSetting, string>>>;
  /** Bits of RSA keys, those of hosts included. */
  readonly requiredRsaSize: number;
}

/** Who connects without them may fail for that. */
const leftOutSettings = ["KnownHostsCommand", "CertificateFile", "BindInterface"] as const;
export type LeftOutSetting = (typeof leftOutSettings)[number];

/** What this machine's SSH client goes by, besides the inventory. */
export interface SshClientSettings extends Surroundings {
  readonly config: SshConfig;
  /** The local user. */
  readonly user: { readonly name: string; readonly id: number };
  /** Name of this machine. */
  readonly machine: string;
  /** `SSH_AUTH_SOCK` is one of them. */
  readonly variables: ProcessVariables;
  readonly services: Services;
}

const defaultConnectTimeout = 10_000;
/** Nobody builds a longer way; each machine on it may take its time. */
const mostJumps = 8;
const longestHostName = 255;
/** OpenSSH takes no smaller ones, whatever is said. */
const leastRsaSize = 1_024;
const defaultIdentityFiles = ["id_ed25519", "id_ecdsa", "id_rsa"];

/** Throws HostError where a setting cannot be used. */
export function resolveTarget(host: SshHost, settings: SshClientSettings): SshTarget {
  const called = host.address ?? host.name;
  const { ssh } = host;
  const options = lookup(called, ssh.user ?? null, settings);
  refuseWithoutKeys(options);
  const { hostName } = options;
  if (hostName.length > longestHostName) throw new HostError("unreachable", "its HostName in ssh_config is too long");
  const given = { called, port: ssh.port ?? null, user: ssh.user ?? null };
  const way = wayTokens(options, given, settings);
  const [port, user] = [Number(way.p), way.r];
  const jumps =
    ssh.jump === undefined
      ? ownJumps(options, given, settings)
      : ssh.jump.map((jump) => parseJump(jump, settings.services));
  const alias = options.get("hostkeyalias");
  const tokens = {
    ...way,
    C: connectionHash(settings.machine, way, ""),
    d: settings.home,
    i: String(settings.user.id),
    k: alias ?? called,
    L: settings.machine.replace(/\..*$/s, ""),
    l: settings.machine,
    u: settings.user.name,
  };
  const expand = (path: string) => expandTokens(path, tokens, settings);
  // The file that is meant is there, by one of both hashes.
  const newer = { ...tokens, C: connectionHash(settings.machine, way, jumps.at(-1)?.host ?? "") };
  const expandIdentity = (path: string) => [expand(path), expandTokens(path, newer, settings)];
  const [ownKnownHosts = null] = userKnownHosts(options, settings.home);
  const knownHosts =
    ssh.knownHosts === undefined
      ? [...userKnownHosts(options, settings.home), ...globalKnownHosts(options)]
      : [ssh.knownHosts, ...(ssh.hostKeys === "accept-new" && ownKnownHosts !== null ? [ownKnownHosts] : [])];
  return {
    hostName,
    port,
    bindAddress: options.get("bindaddress") ?? null,
    addressFamily: addressFamilies.get(options.get("addressfamily")?.toLowerCase() ?? "any") ?? 0,
    connectionAttempts: numberIn(options.get("connectionattempts")) ?? 1,
    user,
    identityFiles: identityFiles(ssh.identityFile, options, settings.home, expandIdentity),
    otherKeys: ssh.identityFile === undefined && !isYes(options.get("identitiesonly")),
    agentSocket: agentSocket(options, tokens, settings),
    jumps: wayOf(jumps, ssh.jump === undefined ? [called] : [], settings),
    knownHostsFiles: knownHosts.map((path) => (path === ssh.knownHosts ? path : expand(path))),
    revokedHostKeys: revokedHostKeys(options),
    newHostKeys: {
      file: ownKnownHosts === null || ownKnownHosts === "/dev/null" ? null : expand(ownKnownHosts),
      hashed: isYes(options.get("hashknownhosts")),
    },
    knownAs: knownNames(alias, [hostName, called, host.name], port),
    hostKeys: ssh.hostKeys,
    connectTimeout: ssh.connectTimeout ?? milliseconds(options.get("connecttimeout")) ?? defaultConnectTimeout,
    algorithms: algorithmsOf(options),
    leftOut: leftOutIn(options),
    requiredRsaSize: Math.max(leastRsaSize, numberIn(options.get("requiredrsasize")) ?? 0),
  };
}

/** Places of `Match` lines that are left out for a host, or for what it is reached over. */
export function leftOutFor(host: SshHost, settings: SshClientSettings): readonly string[] {
  const own = lookup(host.address ?? host.name, host.ssh.user ?? null, settings).leftOut;
  try {
    const jumps = resolveTarget(host, settings).jumps;
    return [...new Set([...own, ...jumps.flatMap((jump) => lookup(jump.host, jump.user, settings).leftOut)])];
  } catch (error) {
    // Whoever connects to it is told why that cannot be.
    if (error instanceof HostError) return own;
    throw error;
  }
}

const lookup = (host: string, user: string | null, settings: SshClientSettings): SshOptions =>
  settings.config.lookup({ host, user, localUser: settings.user.name });

/** Throws HostError where ssh would not log in with a key either: there is no other way. */
function refuseWithoutKeys(options: SshOptions): void {
  for (const [name, hasKeys] of settingsOfKeys) {
    const keyword = name.toLowerCase();
    const value = options.get(keyword);
    if (value === undefined || hasKeys(value)) continue;
    throw new HostError(
      "ssh-config",
      `ssh_config sets ${name} ${value} for it (${options.place(keyword)}), and dtsync logs in with keys alone`,
    );
  }
}

const settingsOfKeys: readonly (readonly [name: string, hasKeys: (value: string) => boolean])[] = [
  ["PubkeyAuthentication", (value) => !/^(?:no|false)$/i.test(value)],
  ["PreferredAuthentications", (value) => methodsIn(value).includes("publickey")],
];

/** Methods of a list, none of which is tried that does not stand there. As in OpenSSH, it ends at an empty one. */
function methodsIn(list: string): readonly string[] {
  const methods = list.split(",");
  const end = methods.indexOf("");
  return end === -1 ? methods : methods.slice(0, end);
}

function leftOutIn(options: SshOptions): SshTarget["leftOut"] {
  const said = leftOutSettings.flatMap((name) => {
    const keyword = name.toLowerCase();
    const [value, place] = [options.get(keyword), options.place(keyword)];
    return value === undefined || place === undefined || value.toLowerCase() === "none" ? [] : [[name, place]];
  });
  return Object.fromEntries(said);
}

/** What is known of a host besides ssh_config. */
interface Given {
  readonly called: string;
  readonly port: number | null;
  readonly user: string | null;
}

/** What stands for the tokens that say where the way to a host ends. */
const wayTokens = (
  options: SshOptions,
  { called, port, user }: Given,
  { services, user: local }: SshClientSettings,
) => ({
  h: options.hostName,
  n: called,
  p: String(port ?? portOf(options.get("port"), services) ?? 22),
  r: user ?? options.get("user") ?? local.name,
});

/** What `%C` stands for; from version 9.6 on OpenSSH takes in the last jump host. */
const connectionHash = (machine: string, { h, p, r }: ReturnType<typeof wayTokens>, jumpHost: string): string =>
  createHash("sha1").update(`${machine}${h}${p}${r}${jumpHost}`).digest("hex");

/** The jump hosts that ssh_config names for a host. Throws HostError where it names a command in their place. */
function ownJumps(options: SshOptions, given: Given, settings: SshClientSettings): readonly JumpAddress[] {
  const { proxy } = options;
  if (proxy === null) return [];
  if (proxy.kind === "jump") {
    const tokens = wayTokens(options, given, settings);
    return proxy.value.split(",").map((written) => {
      const { user, host, port } = parseJump(written, settings.services);
      return { user: user === null ? null : fillTokens(user, tokens), host: fillTokens(host, tokens), port };
    });
  }
  throw new HostError(
    "proxy-command",
    `ssh_config sets ProxyCommand for it (${proxy.place}), which dtsync does not run: use ProxyJump or ssh.jump`,
  );
}

/** All jump hosts to go through, with those that lead to the first one. `behind`: what has been asked for already. */
function wayOf(
  jumps: readonly JumpAddress[],
  behind: readonly string[],
  settings: SshClientSettings,
): readonly JumpAddress[] {
  const [first] = jumps;
  if (first === undefined) return [];
  if (behind.includes(first.host)) {
    throw new HostError("jump-host", `its jump hosts lead in a circle: ${[...behind, first.host].join(" → ")}`);
  }
  const way = [...wayOf(jumpsTo(first, settings), [...behind, first.host], settings), ...jumps];
  if (way.length > mostJumps) throw new HostError("jump-host", `it has more than ${mostJumps} jump hosts`);
  return way;
}

function jumpsTo({ host, port, user }: JumpAddress, settings: SshClientSettings): readonly JumpAddress[] {
  try {
    return ownJumps(lookup(host, user, settings), { called: host, port, user }, settings);
  } catch (error) {
    if (error instanceof HostError) throw new HostError(error.code, `jump host ${host}: ${error.message}`);
    throw error;
  }
}

function agentSocket(options: SshOptions, tokens: Tokens, settings: SshClientSettings): string | null {
  const declared = options.get("identityagent") ?? "SSH_AUTH_SOCK";
  if (declared.toLowerCase() === "none") return null;
  const [, named] = /^(?:\$(\w+)|SSH_AUTH_SOCK)$/.exec(declared) ?? [];
  const isVariable = named !== undefined || declared === "SSH_AUTH_SOCK";
  return isVariable ? settings.variables[named ?? "SSH_AUTH_SOCK"] || null : expandTokens(declared, tokens, settings);
}

/** As in OpenSSH an alias stands without a port. A key that is known for the host's name in the inventory counts too. */
function knownNames(alias: string | undefined, names: readonly string[], port: number): SshTarget["knownAs"] {
  const own = [...new Set(names)].map((name) => ({ name, port }));
  return alias === undefined ? own : [{ name: alias, port: 22 }];
}

function identityFiles(
  declared: string | undefined,
  { identityFiles: named }: SshOptions,
  home: string,
  expand: (path: string) => readonly string[],
): readonly string[] {
  if (declared !== undefined) return [declared];
  if (named.length > 0) {
    return [...new Set(named.filter((path) => path.toLowerCase() !== "none").flatMap(expand))];
  }
  return defaultIdentityFiles.map((name) => join(home, ".ssh", name));
}

/** The first one is where new keys are written. */
const userKnownHosts = (options: SshOptions, home: string): readonly string[] =>
  withoutNone(options.words("userknownhostsfile")) ?? [join(home, ".ssh/known_hosts"), join(home, ".ssh/known_hosts2")];

const globalKnownHosts = (options: SshOptions): readonly string[] =>
  withoutNone(options.words("globalknownhostsfile")) ?? ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

/** Unlike other paths, these are taken as they are written. */
const revokedHostKeys = (options: SshOptions): readonly RevokedHostKeysFile[] =>
  withoutNone(options.words("revokedhostkeys"))?.map((path) => ({
    path,
    place: options.place("revokedhostkeys") ?? "",
  })) ?? [];

const withoutNone = (paths: readonly string[] | undefined): readonly string[] | undefined =>
  paths?.filter((path) => path.toLowerCase() !== "none");

const isYes = (value: string | undefined): boolean => /^(?:yes|true)$/i.test(value ?? "");

const addressFamilies: ReadonlyMap<string, SocketTarget["addressFamily"]> = new Map([
  ["any", 0],
  ["inet", 4],
  ["inet6", 6],
]);

/** Undefined: there is none, or it is not above zero. */
function numberIn(value: string | undefined): number | undefined {
  const number = /^\+?\d{1,9}$/.test(value ?? "") ? Number(value) : 0;
  return number > 0 ? number : undefined;
}

const secondsOf: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
const longestTimeout = 86_400_000;

/** A time such as `90` or `1m30s`. As in OpenSSH, 0 and `none` set no time of their own. */
function milliseconds(value: string | undefined): number | undefined {
  if (value === undefined || value.length > 100 || !/^(?:\d+[smhdw]?)+$/i.test(value)) return undefined;
  const parts = [...value.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)];
  const seconds = parts.reduce((sum, [, number, unit]) => sum + Number(number) * (secondsOf[unit ?? ""] ?? 1), 0);
  return seconds === 0 ? undefined : Math.min(seconds * 1_000, longestTimeout);
}

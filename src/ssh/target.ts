import { join } from "node:path";
import type { SshConfig, SshOptions } from "./config.ts";
import { expandHome } from "./expand-home.ts";
import { HostError } from "./host-error.ts";
import type { SshHost } from "./shell.ts";

/**
 * Terms: a host is *called* by its address where the inventory gives one, else by its name; `HostName` of ssh_config may
 * lead that to another name, which is connected to. A *jump* is a machine on the way.
 *
 * Premise: each setting is taken from the inventory, else from ssh_config, else from OpenSSH's defaults; ssh_config is
 * asked for what the host is called, as `ssh` would be.
 *
 * Cases: identity files of the inventory stand for all keys, so that neither those of ssh_config nor the SSH agent are
 * offered besides. A `HostKeyAlias` is the only name that a key may be known by; without one it may be known by the
 * name that is connected to, by what the host is called, or by its name in the inventory. A `ProxyCommand` is refused
 * rather than passed over: the host would be reached by another way than was meant. With `accept-new` the file that new
 * keys are written to counts besides the one that the inventory names; else they would be new in every run.
 */

/** Where and how to connect. */
export interface SshTarget {
  /** Name or address to connect to. */
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** Files that were named; those that are missing are passed over. */
  readonly identityFiles: readonly string[];
  /** False: only the identity files may be offered. */
  readonly useAgent: boolean;
  readonly agentSocket: string | null;
  readonly jumps: readonly JumpAddress[];
  readonly knownHostsFiles: readonly string[];
  /** How a key is written that was not known: into the user's own known_hosts, whatever the inventory names; null: nowhere. */
  readonly newHostKeys: { readonly file: string | null; readonly hashed: boolean };
  /** Names under which the host key may be known, in the order of their weight. */
  readonly knownAs: readonly { readonly name: string; readonly port: number }[];
  readonly hostKeys: "strict" | "accept-new";
  /** Milliseconds. */
  readonly connectTimeout: number;
}

export interface JumpAddress {
  readonly user: string | null;
  readonly host: string;
  readonly port: number | null;
}

/** What this machine's SSH client goes by, besides the inventory. */
export interface SshClientSettings {
  readonly config: SshConfig;
  /** Home folder of the local user. */
  readonly home: string;
  /** Name of the local user. */
  readonly user: string;
  /** `$SSH_AUTH_SOCK`. */
  readonly agentSocket: string | null;
}

const defaultConnectTimeout = 10_000;
/** Nobody builds a longer way; each machine on it may take its time. */
const mostJumps = 8;
const longestHostName = 255;
const longestPath = 4_096;
const defaultIdentityFiles = ["id_ed25519", "id_ecdsa", "id_rsa"];

/** `[user@]host[:port]`, with an IPv6 address in brackets. */
export function parseJump(text: string): JumpAddress {
  const found = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?\/?$/.exec(text.trim());
  if (!found)
    throw new HostError("jump-host", `the jump host ${JSON.stringify(text)} is not of the form [user@]host[:port]`);
  const port = found[4] === undefined ? null : portOf(found[4]);
  if (port === undefined) throw new HostError("jump-host", `the port of the jump host ${text} is none from 1 to 65535`);
  return { user: found[1] ?? null, host: found[2] ?? found[3] ?? "", port };
}

export function resolveTarget(host: SshHost, settings: SshClientSettings): SshTarget {
  const called = host.address ?? host.name;
  const options = settings.config.lookup(called);
  const { ssh } = host;
  const jumps = ssh.jump ?? listOf(options.get("proxyjump"));
  if (jumps.length > mostJumps) throw new HostError("jump-host", `it has more than ${mostJumps} jump hosts`);
  const proxyCommand = options.get("proxycommand");
  if (jumps.length === 0 && proxyCommand !== undefined && proxyCommand !== "none") {
    throw new HostError(
      "proxy-command",
      "ssh_config sets ProxyCommand for it, which dtsync does not run: use ProxyJump or ssh.jump",
    );
  }
  const hostName = (options.get("hostname") ?? called).slice(0, longestPath).replaceAll("%h", () => called);
  if (hostName.length > longestHostName) throw new HostError("unreachable", "its HostName in ssh_config is too long");
  const port = ssh.port ?? portOf(options.get("port")) ?? 22;
  const agent = options.get("identityagent") ?? settings.agentSocket;
  const expand = (path: string) => expandPath(path, { home: settings.home, host: hostName, user: settings.user });
  const [ownKnownHosts = null] = userKnownHosts(options, settings.home);
  const knownHosts =
    ssh.knownHosts === undefined
      ? [...userKnownHosts(options, settings.home), ...globalKnownHosts(options)]
      : [ssh.knownHosts, ...(ssh.hostKeys === "accept-new" && ownKnownHosts !== null ? [ownKnownHosts] : [])];
  return {
    hostName,
    port,
    user: ssh.user ?? options.get("user") ?? settings.user,
    identityFiles: identityFiles(ssh.identityFile, options, settings.home).map(expand),
    useAgent: ssh.identityFile === undefined && options.get("identitiesonly") !== "yes",
    agentSocket:
      agent === null || agent === "none"
        ? null
        : expand(agent === "SSH_AUTH_SOCK" ? (settings.agentSocket ?? "none") : agent),
    jumps: jumps.map(parseJump),
    knownHostsFiles: knownHosts.map(expand),
    newHostKeys: {
      file: ownKnownHosts === null || ownKnownHosts === "/dev/null" ? null : expand(ownKnownHosts),
      hashed: options.get("hashknownhosts") === "yes",
    },
    knownAs: knownNames(options.get("hostkeyalias"), [hostName, called, host.name], port),
    hostKeys: ssh.hostKeys,
    connectTimeout: ssh.connectTimeout ?? seconds(options.get("connecttimeout")) ?? defaultConnectTimeout,
  };
}

/** As in OpenSSH an alias stands without a port. A key that is known for the host's name in the inventory counts too. */
function knownNames(alias: string | undefined, names: readonly string[], port: number): SshTarget["knownAs"] {
  const own = [...new Set(names)].map((name) => ({ name, port }));
  return alias === undefined ? own : [{ name: alias, port: 22 }];
}

function identityFiles(declared: string | undefined, options: SshOptions, home: string): readonly string[] {
  if (declared !== undefined) return [declared];
  if (options.identityFiles.length > 0) return options.identityFiles.filter((path) => path !== "none");
  return defaultIdentityFiles.map((name) => join(home, ".ssh", name));
}

/** The first one is where new keys are written. */
function userKnownHosts(options: SshOptions, home: string): readonly string[] {
  return (
    options
      .get("userknownhostsfile")
      ?.split(/\s+/)
      .filter((path) => path !== "none") ?? [join(home, ".ssh/known_hosts"), join(home, ".ssh/known_hosts2")]
  );
}

function globalKnownHosts(options: SshOptions): readonly string[] {
  const declared = options.get("globalknownhostsfile")?.split(/\s+/);
  return (declared ?? ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"]).filter((path) => path !== "none");
}

function expandPath(path: string, tokens: { home: string; host: string; user: string }): string {
  const values: Readonly<Record<string, string>> = { d: tokens.home, h: tokens.host, u: tokens.user, "%": "%" };
  const expanded = expandHome(path.slice(0, longestPath + 1), tokens.home).replace(
    /%[dhu%]/g,
    (token) => values[token.slice(1)] ?? token,
  );
  // No file system takes a longer one; a shortened one would be another file.
  if (expanded.length > longestPath) throw new HostError("unreachable", "ssh_config names a path that is too long");
  return expanded;
}

const listOf = (value: string | undefined): readonly string[] =>
  value === undefined || value === "none" ? [] : value.split(",").map((part) => part.trim());

function numberOf(value: string | undefined): number | undefined {
  const number = Number(value);
  return value === undefined || !Number.isInteger(number) ? undefined : number;
}

function portOf(value: string | undefined): number | undefined {
  const number = numberOf(value);
  return number !== undefined && number >= 1 && number <= 65_535 ? number : undefined;
}

/** As in OpenSSH, 0 sets no time of its own. */
const seconds = (value: string | undefined): number | undefined => {
  const number = numberOf(value);
  return number === undefined || number <= 0 ? undefined : number * 1_000;
};

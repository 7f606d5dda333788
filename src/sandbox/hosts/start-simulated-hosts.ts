import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { StandInSwitches } from "../agent/stand-in-switches.ts";
import { type ClientFiles, writeClientFiles } from "./client-files.ts";
import { hostEnvironment } from "./host-environment.ts";
import { createHostFolders, emptyHostFolders, type HostFiles, hostFiles } from "./host-files.ts";
import { keyInFile } from "./host-keys.ts";
import { type SimulatedConnectionSwitches, startSshHostServer } from "./ssh-host-server.ts";
import { type StandInCommand, writeStandInCommands } from "./stand-in-commands.ts";

export interface SimulatedHostOptions {
  readonly name: string;
  /** A loopback address; port 0 takes a free one. */
  readonly listen: { readonly address: string; readonly port: number };
  /** As `uname -m` prints it; `x86_64` by default. */
  readonly architecture?: string;
  /** Written to the client configuration. Every user may log in; `root` is root, all others need `sudo`. */
  readonly user?: string;
  readonly become?: "sudo" | "refuses";
  /** `jump` also forwards connections, to loopback addresses only. */
  readonly role?: "host" | "jump";
  /** Name of the jump host, for the client configuration. */
  readonly jump?: string;
  readonly behaviour?: StandInSwitches;
}

export interface SimulatedHost extends HostFiles {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Replaces all switches of the way to the host. */
  setConnection(switches: SimulatedConnectionSwitches): Promise<void>;
  /** The host as it was first made: nothing installed, all switches as at the start. */
  reset(): Promise<void>;
}

export interface SimulatedHosts extends ClientFiles {
  /** By name. */
  readonly hosts: ReadonlyMap<string, SimulatedHost>;
  /** Lets the agents that run according to the hosts' kept files report to their clusters again. */
  reconnect(): Promise<void>;
  /** Ends all servers and commands. The hosts' files stay. */
  close(): Promise<void>;
}

interface SimulatedHostsOptions {
  readonly hosts: readonly SimulatedHostOptions[];
  /** Keeps the hosts' files, each below its name, and what clients need. Made when it does not exist. */
  readonly directory: string;
  /** Node.js, used by the stand-in agents to report to their clusters. */
  readonly nodePath: string;
}

/** Starts an SSH server with a simulated Linux behind it for each host. Rejects when an address is in use. */
export async function startSimulatedHosts(options: SimulatedHostsOptions): Promise<SimulatedHosts> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const base = pathWithoutBlanks(realpathSync(resolve(options.directory)));
  const identity = keyInFile(join(base.path, "id_ed25519"));
  const addresses = new Map(options.hosts.map((host) => [host.name, host.listen.address]));
  const started: { host: SimulatedHost; publicKey: string; close: () => Promise<void> }[] = [];
  const close = async () => {
    await Promise.all(started.map((each) => each.close()));
    base.remove();
  };
  try {
    for (const host of options.hosts) {
      const root = join(base.path, host.name);
      started.push(await startHost(host, root, identity.public, options.nodePath, (name) => addresses.get(name)));
      addresses.set(host.name, started.at(-1)?.host.address ?? host.listen.address);
    }
    const reachable = options.hosts.map((host, index) => {
      const known = started[index];
      if (!known) throw new Error(`host ${host.name} was not started`);
      return { ...host, address: known.host.address, port: known.host.port, publicKey: known.publicKey };
    });
    return {
      ...writeClientFiles(base.path, reachable),
      hosts: new Map(started.map(({ host }) => [host.name, host])),
      reconnect: () => reconnect(options, base.path),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startHost(
  options: SimulatedHostOptions,
  root: string,
  acceptedKey: string,
  nodePath: string,
  resolveName: (name: string) => string | undefined,
): Promise<{ host: SimulatedHost; publicKey: string; close: () => Promise<void> }> {
  createHostFolders(root);
  writeStandInCommands(root, standInCommands());
  const files = hostFiles(root);
  const behaviour: StandInSwitches = {
    ...(options.become === "refuses" ? { SUDO: "refuses" } : {}),
    ...options.behaviour,
  };
  files.setBehaviour(behaviour);
  const hostKey = keyInFile(join(root, "etc/ssh/ssh_host_ed25519_key"));
  const server = await startSshHostServer({
    listen: options.listen,
    root,
    hostKey: hostKey.private,
    acceptedKey,
    environment: (user) => environmentOf(options, root, user, nodePath),
    forwards: options.role === "jump",
    resolve: resolveName,
  });
  const host: SimulatedHost = {
    ...files,
    name: options.name,
    address: server.address,
    port: server.port,
    setConnection: server.setConnection,
    reset: async () => {
      await server.setConnection({});
      emptyHostFolders(root);
      files.setBehaviour(behaviour);
    },
  };
  return { host, publicKey: hostKey.public, close: server.close };
}

function environmentOf(options: SimulatedHostOptions, root: string, user: string, nodePath: string) {
  return hostEnvironment({ name: options.name, root, machine: options.architecture ?? "x86_64", user, nodePath });
}

function standInCommands(): readonly StandInCommand[] {
  const everywhere = ["sudo", "systemctl", "id", "uname", "hostname", "df"] as const;
  return process.platform === "darwin" ? [...everywhere, "sha256sum"] : everywhere;
}

async function reconnect(options: SimulatedHostsOptions, base: string): Promise<void> {
  const waiting = [...options.hosts];
  const worker = async () => {
    for (let host = waiting.shift(); host; host = waiting.shift()) {
      const root = join(base, host.name);
      rmSync(join(root, "var/lib/dynatrace/oneagent/agent/runtime/connection"), { force: true });
      const environment = environmentOf(host, root, "root", options.nodePath);
      await run(`${root}/opt/dynatrace/oneagent/agent/initscripts/oneagent`, ["connect"], environment);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

/** Whether it succeeds does not matter: a host without an agent, or with one that cannot connect, is a state too. */
function run(program: string, parameters: readonly string[], environment: Record<string, string>): Promise<void> {
  return new Promise((done) => {
    const child = spawn(program, parameters, { env: environment, stdio: "ignore" });
    child.on("error", () => done());
    child.on("close", () => done());
  });
}

/** Paths are put into commands as they are; a folder with blanks or quotes in its path gets a plain link. */
function pathWithoutBlanks(directory: string): { path: string; remove: () => void } {
  if (/^[\w./+@-]+$/.test(directory)) return { path: directory, remove: () => undefined };
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "dtsync-hosts-"));
  const path = join(folder, "hosts");
  symlinkSync(directory, path);
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

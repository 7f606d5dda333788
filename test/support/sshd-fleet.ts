import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { shellQuote } from "../../src/sandbox/agent/shell-quote.ts";
import type { StandInSwitches } from "../../src/sandbox/agent/stand-in-switches.ts";
import { type ClientFiles, writeClientFiles } from "../../src/sandbox/hosts/client-files.ts";
import type { ConnectionSwitches } from "../../src/sandbox/hosts/connection-switches.ts";
import { createHostFolders, emptyHostFolders, type HostFiles, hostFiles } from "../../src/sandbox/hosts/host-files.ts";
import { keyInFile } from "../../src/sandbox/hosts/host-keys.ts";
import { standInCommandFolder, writeStandInCommands } from "../../src/sandbox/hosts/stand-in-commands.ts";
import type { SimulatedHostOptions } from "../../src/sandbox/hosts/start-simulated-hosts.ts";
import { authorizeForDropbear, dropbearServer, writeDropbearKeys } from "./dropbear.ts";

export interface SshdConnectionSwitches extends ConnectionSwitches {
  /** Connections are taken and never answered. */
  readonly unresponsive?: boolean;
}

/** A host behind a real sshd or dropbear. Paths of `HostFiles` are those the host itself sees under the same names. */
export interface SshdHost extends HostFiles {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Public halves of keys that it shows besides, each of another type. */
  readonly otherHostKeys: readonly string[];
  /** Replaces all switches of the way to the host. What runs on it ends with `down` and with a changed key. */
  setConnection(switches: SshdConnectionSwitches): Promise<void>;
  /** The host as it was first made; what runs on it ends. */
  reset(): Promise<void>;
}

export interface SshdFleet extends ClientFiles {
  readonly hosts: ReadonlyMap<string, SshdHost>;
  /** Ends everything that runs on the hosts; mounts end with it. */
  close(): Promise<void>;
}

export interface SshdHostOptions extends SimulatedHostOptions {
  /** OpenSSH's sshd by default. */
  readonly server?: "openssh" | "dropbear";
  /** What the sudoers file of a host with the real sudo says; left out, it has the stand-in. */
  readonly sudoers?: string;
}

export interface SshdFleetOptions {
  readonly hosts: readonly SshdHostOptions[];
  readonly directory: string;
  readonly nodePath: string;
  /** Further lines of each sshd's configuration. */
  readonly configuration?: readonly string[];
}

const sshd = "/usr/sbin/sshd";
/** Where a host finds its own root folder. */
const inside = "/run/host";
const namespaces = ["--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"];

/** Whether real sshd processes in namespaces of their own can run here. Throws instead with DTSYNC_REQUIRE_ALL=1. */
export function sshdAvailable(): { available: true } | { available: false; reason: string } {
  const reason = whyUnavailable();
  if (reason === null) return { available: true };
  if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(`tests on OpenSSH cannot run: ${reason}`);
  return { available: false, reason };
}

function whyUnavailable(): string | null {
  if (process.platform !== "linux") return "not on Linux";
  if (process.getuid?.() !== 0) return "not root";
  if (!existsSync(sshd)) return `${sshd} is missing`;
  const probe = spawnSync("setpriv", [
    "--pdeathsig",
    "KILL",
    "unshare",
    ...namespaces,
    "mount",
    "-t",
    "tmpfs",
    "none",
    "/run",
  ]);
  return probe.status === 0 ? null : `unshare failed: ${probe.error?.message ?? probe.stderr.toString().trim()}`;
}

/** Why no host can have the real sudo; null: they can. Throws instead with DTSYNC_REQUIRE_ALL=1. */
export function whyNoSudo(): string | null {
  if (existsSync("/usr/bin/sudo") && existsSync("/etc/sudoers")) return null;
  if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error("the package sudo is missing");
  return "sudo is not installed";
}

/**
 * Starts one sshd for each host, in mount, process and host-name namespaces of its own, where `/opt`, `/var/lib`,
 * `/var/log`, `/srv` and `/tmp` are the host's. Users are root and `deploy` (and those of the options), who has to use
 * the stand-in `sudo`. Rejects with sshd's log when one does not start.
 */
export async function startSshdFleet(options: SshdFleetOptions): Promise<SshdFleet> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const directory = realpathSync(options.directory);
  const identity = keyInFile(join(directory, "id_ed25519"));
  const placed = await Promise.all(
    options.hosts.map(async (host) => ({ ...host, port: host.listen.port || (await freePort(host.listen.address)) })),
  );
  const users = [...new Set(["deploy", ...options.hosts.flatMap((host) => host.user ?? [])])].filter(
    (user) => user !== "root",
  );
  const names = placed.map((host) => `${host.listen.address} ${host.name}\n`).join("");
  const targets = placed.flatMap((host) => [`${host.listen.address}:*`, `${host.name}:*`]).join(" ");

  const prepared = placed.map((host) => {
    const root = join(directory, host.name);
    const prepare = () => {
      createHostFolders(root);
      for (const folder of ["opt", "var/log", "srv"]) mkdirSync(join(root, folder), { recursive: true });
      chmodSync(root, 0o755);
      for (const folder of ["tmp", "home"]) chmodSync(join(root, folder), 0o1777);
      writeStandInCommands(root, [
        ...(host.sudoers === undefined ? (["sudo"] as const) : []),
        "systemctl",
        "uname",
        "df",
      ]);
      writeFileSync(join(root, standInCommandFolder, "session"), sessionScript, { mode: 0o755 });
      hostFiles(root).setBehaviour(behaviourOf(host));
      if (host.server === "dropbear") {
        chmodSync(join(root, "home"), 0o755);
        authorizeForDropbear(root, identity.public);
      }
    };
    prepare();
    const etc = join(root, "etc");
    const hostKey = keyInFile(join(etc, "ssh/ssh_host_ed25519_key"));
    keyInFile(join(etc, "ssh/changed_key"));
    writeFileSync(join(etc, "passwd"), passwd(users));
    writeFileSync(join(etc, "hosts"), `127.0.0.1 localhost\n${names}`);
    writeFileSync(join(etc, "ssh/authorized_keys"), `${identity.public}\n`);
    writeFileSync(
      join(etc, "ssh/sshd_config"),
      [...(options.configuration ?? []), sshdConfig(host, host.port, targets)].join("\n"),
    );
    const otherKeys =
      host.server === "dropbear" ? writeDropbearKeys(join(etc, "ssh"), ["ssh_host_ed25519_key", "changed_key"]) : [];
    if (host.sudoers !== undefined) writeFileSync(join(etc, "sudoers"), host.sudoers, { mode: 0o440 });
    writeFileSync(join(etc, "variables"), exported(variablesOf(host, options.nodePath)));
    writeFileSync(join(etc, "enter.sh"), enterScript(host.name, serverOf(host)));
    return { host, root, prepare, publicKey: hostKey.public, otherKeys };
  });

  const hosts = prepared.map(({ host, root, prepare, otherKeys }) => ({
    ...sshdHost(host, root, prepare),
    otherHostKeys: otherKeys,
  }));
  const close = async () => {
    await Promise.all(hosts.map((host) => host.stop()));
  };
  const starts = await Promise.allSettled(hosts.map((host) => host.setConnection({})));
  const failure = starts.find((start) => start.status === "rejected");
  if (failure) {
    await close();
    throw failure.reason;
  }
  const reachable = prepared.map(({ host, publicKey }) => ({ ...host, address: host.listen.address, publicKey }));
  return { ...writeClientFiles(directory, reachable), hosts: new Map(hosts.map((host) => [host.name, host])), close };
}

function sshdHost(host: SimulatedHostOptions & { port: number }, root: string, prepare: () => void) {
  const { address } = host.listen;
  let running: { child: ChildProcess; changedHostKey: boolean } | undefined;
  const start = async (changedHostKey: boolean) => {
    const key = `${inside}/etc/ssh/${changedHostKey ? "changed_key" : "ssh_host_ed25519_key"}`;
    const enter = ["/bin/sh", join(root, "etc/enter.sh"), root, key];
    const child = spawn("setpriv", ["--pdeathsig", "KILL", "unshare", ...namespaces, ...enter], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
    running = { child, changedHostKey };
    let errors = "";
    child.stderr?.on("data", (data) => {
      errors += data;
    });
    const log = join(root, "etc/ssh/sshd.log");
    const ended = () => new Error(`sshd of ${host.name} ended: ${errors}${existsSync(log) ? readFileSync(log) : ""}`);
    const deadline = Date.now() + 60_000;
    while (!(await greets(address, host.port))) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) throw ended();
      await sleep(15);
    }
  };
  const stop = async () => {
    const child = running?.child;
    running = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const first = firstProcess(child.pid);
    const gone = new Promise((resolve) => child.once("exit", resolve));
    // With the namespace's first process everything in it dies, and `unshare` ends. Should that be killed itself, the
    // first process dies with it.
    if (first === undefined) child.kill("SIGKILL");
    else process.kill(first, "SIGKILL");
    await gone;
  };
  const setConnection = async (switches: SshdConnectionSwitches) => {
    const seconds = (milliseconds: number | undefined) =>
      milliseconds === undefined ? "" : String(milliseconds / 1000);
    writeFileSync(
      join(root, "etc/dtsync-connection.conf"),
      `slow=${seconds(switches.slowMilliseconds)}\ndrop=${seconds(switches.dropAfterMilliseconds)}\n`,
    );
    const changed = switches.changedHostKey ?? false;
    if (running && (switches.down || running.changedHostKey !== changed)) await stop();
    if (!running && !switches.down) await start(changed);
    const first = running?.child.pid === undefined ? undefined : firstProcess(running.child.pid);
    if (first !== undefined) process.kill(first, switches.unresponsive ? "SIGSTOP" : "SIGCONT");
  };
  const reset = async () => {
    await stop();
    emptyHostFolders(root);
    prepare();
    await setConnection({});
  };
  return { ...hostFiles(root), name: host.name, address, port: host.port, setConnection, reset, stop };
}

/** The process that is number 1 in the namespace `unshare` made: sshd. */
function firstProcess(unshare: number): number | undefined {
  const [first] = readFileSync(`/proc/${unshare}/task/${unshare}/children`, "utf8").trim().split(" ");
  return first ? Number(first) : undefined;
}

function behaviourOf(host: SimulatedHostOptions): StandInSwitches {
  return { ...(host.become === "refuses" ? { SUDO: "refuses" } : {}), ...host.behaviour };
}

function greets(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2000, () => end(false));
    socket.once("data", () => end(true));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

function freePort(address: string): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, address, () => {
      const place = server.address();
      server.close(() => resolve(typeof place === "object" && place ? place.port : 0));
    });
  });
}

function passwd(users: readonly string[]): string {
  const others = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .filter((line) => line !== "" && ![...users, "root"].includes(line.split(":")[0] ?? ""));
  const own = users.map((user, index) => `${user}:*:${1000 + index}:1000::${inside}/home:/bin/sh`);
  return [`root:*:0:0::${inside}/root:/bin/sh`, ...own, ...others, ""].join("\n");
}

function variablesOf(host: SimulatedHostOptions, nodePath: string): Readonly<Record<string, string>> {
  return {
    PATH: `${inside}/${standInCommandFolder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    DTSYNC_STAND_IN_CONTROL: inside,
    DTSYNC_STAND_IN_ELEVATE: "/run/elevate",
    DTSYNC_STAND_IN_HOST: host.name,
    DTSYNC_STAND_IN_MACHINE: host.architecture ?? "x86_64",
    DTSYNC_STAND_IN_NODE: nodePath,
  };
}

const exported = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}=${shellQuote(value)}\n`)
    .join("");

const session = `${inside}/${standInCommandFolder}/session`;

/** The server of a host as the last command of the script that makes its namespaces. */
function serverOf(host: SshdHostOptions & { readonly port: number }): string {
  if (host.server !== "dropbear") {
    return `exec ${sshd} -D -f ${inside}/etc/ssh/sshd_config -h "$2" -E ${inside}/etc/ssh/sshd.log\n`;
  }
  const { address } = host.listen;
  return dropbearServer({
    address,
    port: host.port,
    keys: `${inside}/etc/ssh`,
    session,
    forwards: host.role === "jump",
  });
}

function sshdConfig(host: SimulatedHostOptions, port: number, targets: string): string {
  return [
    `ListenAddress ${host.listen.address}:${port}`,
    `AuthorizedKeysFile ${inside}/etc/ssh/authorized_keys`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "PidFile none",
    ...(host.role === "jump" ? ["AllowTcpForwarding local", `PermitOpen ${targets}`] : ["AllowTcpForwarding no"]),
    `ForceCommand ${session}`,
    "",
  ].join("\n");
}

/** Runs as the first process of the namespaces, which becomes the server, with the root folder and the host key as parameters. */
function enterScript(name: string, server: string): string {
  return `set -eu
mount -t tmpfs tmpfs /run
mkdir /run/sshd /run/others ${inside}
mount --bind "$1" ${inside}
# What else is in /opt may be needed, such as Node.js.
mount --rbind /opt /run/others
for folder in opt var/lib var/log srv tmp; do
  [ -d /$folder ] || continue
  mount --bind ${inside}/$folder /$folder
done
for other in /run/others/*/; do
  [ -d "$other" ] && [ "$other" != /run/others/dynatrace/ ] || continue
  mkdir -p "/opt/$(basename "$other")"
  mount --rbind "$other" "/opt/$(basename "$other")"
done
mount --bind ${inside}/etc/passwd /etc/passwd
mount --bind ${inside}/etc/hosts /etc/hosts
if [ -e ${inside}/etc/sudoers ]; then mount --bind ${inside}/etc/sudoers /etc/sudoers; fi
echo ${shellQuote(name)} >/proc/sys/kernel/hostname
# On a file system of its own, as those of the hosts may be mounted nosuid.
cp "$(command -v setpriv)" /run/setpriv
chmod 4755 /run/setpriv
printf '#!/bin/sh\\nexec /run/setpriv --reuid 0 --regid 0 --clear-groups -- "$@"\\n' >/run/elevate
chmod 755 /run/elevate
${server}`;
}

/** Runs each command, after what the connection's switches ask for. */
const sessionScript = `#!/bin/sh
. ${inside}/etc/variables
slow= drop=
. ${inside}/etc/dtsync-connection.conf
[ -z "$slow" ] || sleep "$slow"
if [ -n "$drop" ]; then
  session=$PPID
  until grep -qx -e sshd -e dropbear "/proc/$session/comm"; do
    session=$(awk '$1 == "PPid:" { print $2 }' "/proc/$session/status")
  done
  (sleep "$drop"; kill "$session") <&- >&- 2>&- &
fi
unset slow drop session
[ -n "\${SSH_ORIGINAL_COMMAND:-}" ] || exec /bin/sh
command=$SSH_ORIGINAL_COMMAND
unset SSH_ORIGINAL_COMMAND
exec /bin/sh -c "$command"
`;

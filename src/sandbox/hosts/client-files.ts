import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** How clients reach one simulated host. */
interface ReachableHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
  readonly user?: string;
  /** Name of the host the connection goes through. */
  readonly jump?: string;
}

/** Text and place of the files an SSH client needs. */
export interface ClientFiles {
  /** Text of an OpenSSH client configuration with an entry for each host, and one that leads all others nowhere. */
  readonly sshConfig: string;
  readonly sshConfigFile: string;
  /** Text of a known_hosts file. */
  readonly knownHosts: string;
  readonly knownHostsFile: string;
  /** The private key every host accepts. */
  readonly identityFile: string;
}

/** What there is no address for, ever, in words that a message about it repeats. */
const nowhere = "not-in-the-sandbox.invalid";

/** Writes `ssh_config` and `known_hosts` to a folder; the identity is expected there as `id_ed25519`. */
export function writeClientFiles(directory: string, hosts: readonly ReachableHost[]): ClientFiles {
  const sshConfigFile = join(directory, "ssh_config");
  const knownHostsFile = join(directory, "known_hosts");
  const identityFile = join(directory, "id_ed25519");
  const keys = [
    `  IdentityFile ${quoted(identityFile)}`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${quoted(knownHostsFile)}`,
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
    "",
  ];
  const entries = hosts.map((host) => [
    `Host ${host.name}`,
    `  HostName ${host.address}`,
    `  Port ${host.port}`,
    ...(host.user === undefined ? [] : [`  User ${host.user}`]),
    ...(host.jump === undefined ? [] : [`  ProxyJump ${host.jump}`]),
    ...keys,
  ]);
  // A host that a later inventory names is the real one, which nothing that runs in a sandbox may reach.
  const others = ["Host *", `  HostName ${nowhere}`, ...keys];
  const sshConfig = [...entries, others].map((lines) => lines.join("\n")).join("\n");
  const knownHosts = hosts.map((host) => `${knownNames(host).join(",")} ${host.publicKey}\n`).join("");
  writeFileSync(sshConfigFile, sshConfig, { mode: 0o600 });
  writeFileSync(knownHostsFile, knownHosts, { mode: 0o600 });
  return { sshConfig, sshConfigFile, knownHosts, knownHostsFile, identityFile };
}

/** A port other than 22 is part of a known host's name; the bare name is for clients that look the alias up. */
function knownNames(host: ReachableHost): readonly string[] {
  if (host.port === 22) return [...new Set([host.name, host.address])];
  return [...new Set([host.name, `[${host.name}]:${host.port}`, `[${host.address}]:${host.port}`])];
}

function quoted(path: string): string {
  return /\s/.test(path) ? `"${path}"` : path;
}

import { existsSync } from "node:fs";
import { errorMessage } from "../../errors.ts";
import { count } from "../../lib/printable.ts";
import { type Check, checksOf } from "../../model/checkup.ts";
import type { Host } from "../../model/inventory.ts";
import { listNames } from "../../report/remarks-text.ts";
import { HostError } from "../../ssh/host-error.ts";
import { createHostKeys } from "../../ssh/host-keys.ts";
import type { JumpAddress } from "../../ssh/jump-address.ts";
import { jumpTarget } from "../../ssh/jump-target.ts";
import { resolveTarget, type SshTarget } from "../../ssh/target.ts";
import type { Context } from "../context.ts";
import { clientSettings } from "../open-ssh.ts";

const { ok, warning, failure } = checksOf("hosts");

/** What reaching the hosts would need of this machine: nothing is connected to. */
export async function hostChecks(
  hosts: readonly Host[],
  sshConfig: string | null,
  context: Context,
): Promise<readonly Check[]> {
  const present = hosts.filter(({ state }) => state === "present");
  if (present.length === 0) return [];
  let settings: Awaited<ReturnType<typeof clientSettings>>;
  try {
    settings = await clientSettings(sshConfig, context);
  } catch (error) {
    return [
      failure(
        "ssh-config",
        `the SSH configuration cannot be used: ${errorMessage(error)}`,
        "correct it; ssh -G HOST reads it, too",
      ),
    ];
  }
  const faults = new Map<string, string[]>();
  const targets = new Map<string, SshTarget>();
  const jumps = new Map<string, Bastion>();
  for (const host of present) {
    try {
      const target = resolveTarget(host, settings);
      targets.set(host.name, target);
      for (const jump of target.jumps) {
        const name = written(jump);
        const key = `${name} ${target.hostKeys}`;
        const { hosts = 0 } = jumps.get(key) ?? {};
        jumps.set(key, { name, target: jumpTarget(jump, target.hostKeys, settings), hosts: hosts + 1 });
      }
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      faults.set(error.message, [...(faults.get(error.message) ?? []), host.name]);
    }
  }
  return [
    ...[...faults].map(([reason, names]) =>
      failure(
        "ssh-settings",
        `${count(names.length, "host")} (${listNames(names)}): ${reason}`,
        "correct ssh: in the inventory, or ssh_config",
      ),
    ),
    ...(faults.size === 0 ? [ok("ssh-settings", `the way to ${count(present.length, "host")} is clear`)] : []),
    await knownKeys("known-hosts", "host", [...targets]),
    ...(jumps.size === 0
      ? []
      : [
          await knownKeys(
            "known-bastions",
            "bastion",
            [...jumps.values()].map(({ name, target }) => [name, target]),
          ),
          ok("bastions", listBastions([...jumps.values()])),
        ]),
    keys([...targets.values(), ...[...jumps.values()].map(({ target }) => target)]),
  ];
}

/** A machine on the way to hosts. */
interface Bastion {
  /** As the way names it. */
  readonly name: string;
  readonly target: SshTarget;
  /** Hosts that are reached through it. */
  readonly hosts: number;
}

const written = ({ user, host, port }: JumpAddress): string =>
  `${user === null ? "" : `${user}@`}${host.includes(":") && port !== null ? `[${host}]` : host}${port === null ? "" : `:${port}`}`;

const mostListed = 10;

function listBastions(bastions: readonly Bastion[]): string {
  const shown = bastions.slice(0, mostListed).map(({ name, hosts }) => `${count(hosts, "host")} behind ${name}`);
  const more = bastions.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${count(more, "more bastion")}`] : [])].join(", ");
}

/** How known_hosts comes to a key. A machine behind others answers nobody but them. */
function howToKnow({ user, hostName, port, jumps }: SshTarget): string {
  const atPort = port === 22 ? "" : `-p ${port} `;
  return jumps.length === 0
    ? `ssh-keyscan ${atPort}${hostName} shows its keys: add them to known_hosts after checking them`
    : `ssh -J ${jumps.map(written).join(",")} ${atPort}${user}@${hostName} asks about its key: check it before you say yes`;
}

/** How many would be refused, because nothing says which key they have. */
async function knownKeys(
  id: string,
  what: string,
  targets: readonly (readonly [name: string, target: SshTarget])[],
): Promise<Check> {
  const hostKeys = createHostKeys(new Map(), { write: false });
  const unknown: string[] = [];
  const taken: string[] = [];
  for (const [name, target] of targets) {
    try {
      const { keyTypes } = await hostKeys.of(target);
      if (keyTypes.length > 0) continue;
      (target.hostKeys === "accept-new" ? taken : unknown).push(name);
    } catch (error) {
      if (error instanceof HostError) return failure(id, error.message, "correct the file");
      throw error;
    }
  }
  const [first = ""] = unknown;
  if (unknown.length > 0) {
    const [, target] = targets.find(([name]) => name === first) ?? [];
    return failure(
      id,
      `${count(unknown.length, what)} of ${targets.length} would be refused, because known_hosts has no key of them: ${listNames(unknown)}`,
      `${target === undefined ? "" : `${howToKnow(target)}, or `}declare ssh.hostKeys: accept-new`,
    );
  }
  return taken.length > 0
    ? warning(id, `the first key of ${count(taken.length, what)} is trusted unseen (accept-new): ${listNames(taken)}`)
    : ok(id, `known_hosts has keys of all ${count(targets.length, what)}`);
}

function keys(targets: readonly SshTarget[]): Check {
  const sockets = new Set(targets.flatMap(({ agentSocket }) => agentSocket ?? []));
  const missing = [...sockets].filter((socket) => !existsSync(socket));
  const without = targets.filter(
    ({ agentSocket, identityFiles }) =>
      (agentSocket === null || missing.includes(agentSocket)) && !identityFiles.some((file) => existsSync(file)),
  );
  if (without.length > 0) {
    return failure(
      "ssh-keys",
      `for ${count(without.length, "machine")} there is neither an SSH agent nor a key file`,
      "start an agent and ssh-add a key, or name one with ssh.identityFile",
    );
  }
  return ok("ssh-keys", sockets.size > missing.length ? "an SSH agent is there" : "key files are there");
}

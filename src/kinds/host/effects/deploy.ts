import { Readable } from "node:stream";
import { repeatUntil, within } from "../../../lib/repeat-until.ts";
import type { Host } from "../../../model/inventory.ts";
import type { HostFacts, ObservedAgent } from "../../../model/observed.ts";
import type { Clock } from "../../../ports.ts";
import { HostError } from "../../../ssh/host-error.ts";
import { asRoot, newMarker, parseSections } from "../../../ssh/remote-script.ts";
import type { Shell } from "../../../ssh/shell.ts";
import type { HostChange, HostField } from "../change.ts";
import { compareAgent, type FieldDifference, isConnected, sameEnvironment, settingDifferences } from "../fields.ts";
import { changeArguments, installerArguments } from "./agent-arguments.ts";
import {
  configureScript,
  installScript,
  type LockWait,
  pullScript,
  restartScript,
  uninstallScript,
} from "./agent-scripts.ts";
import type { InstallerProvider } from "./installer-provider.ts";
import { explainFailedStart, lastLines, probeHost } from "./probe.ts";

export interface DeployPorts {
  readonly shell: Shell;
  readonly installers: InstallerProvider;
  readonly clock: Clock;
  readonly lockWait: LockWait;
  /** Text of the certificate authorities that a cluster needs besides the usual ones, or nothing. */
  readonly authorities: (cluster: string) => Promise<string>;
  /** Milliseconds until a new or restarted agent must be connected. */
  readonly connectWait: number;
}

/** A change that leaves an agent on the host. */
type SentHostChange = Exclude<HostChange, { readonly action: "uninstall" }>;

const connectInterval = 1_000;

/** How the host stands to the change: still as planned, already as wanted, or changed by somebody else. */
export type HostStanding =
  | { readonly standing: "as-planned" | "as-wanted" }
  | { readonly standing: "other"; readonly reason: string };

/** Compares a fresh probe with a change of the plan. Only what the change is about counts. */
export function compareHostWithPlan(change: HostChange, host: Host, facts: HostFacts): HostStanding {
  const { agent } = facts;
  if (change.action === "uninstall") {
    if (agent === null) return { standing: "as-wanted" };
    return (agent.tenant || null) === change.before.environment
      ? { standing: "as-planned" }
      : other(`the agent now reports to ${agent.tenant}`);
  }
  if (change.action === "install") {
    if (agent === null || agent.incomplete) return { standing: "as-planned" };
    if (compareAgent(host, agent).action === null) return { standing: "as-wanted" };
    return other(`there is an agent now, which reports to ${agent.tenant}`);
  }
  if (agent === null || agent.incomplete) return other("there is no complete agent any more");
  const now = new Map(compareAgent(host, agent).differences.map((difference) => [difference.field, difference]));
  const { before } = change;
  const open = change.fields.filter((field) => now.has(field));
  const moved = open.find((field) => JSON.stringify(now.get(field)?.before) !== JSON.stringify(before[field]));
  if (moved !== undefined) return other(`since the plan was made, ${moved} has changed`);
  return { standing: open.length === 0 ? "as-wanted" : "as-planned" };
}

const other = (reason: string): HostStanding => ({ standing: "other", reason });

/**
 * Makes a host as the change says and proves it: exit code 0 of an installer is no proof. Throws HostError when the host
 * ends otherwise than wanted.
 */
export async function deploy(change: HostChange, host: Host, facts: HostFacts, ports: DeployPorts): Promise<void> {
  if (change.action === "uninstall") return uninstall(host, ports);
  if (change.action === "configure") {
    const open = openDifferences(change, host, facts.agent);
    await configure(host, open, facts.agent, ports);
    const problem = await settle(change, host, ports);
    if (problem === null) return;
    // A restart did not help an agent that cannot connect: its connection itself may be out of date.
    if (problem.code !== "not-connected" && problem.code !== "service-inactive") throw problem;
  }
  await install(host, facts, change, ports);
  const problem = await settle(change, host, ports);
  if (problem !== null) throw problem;
}

function openDifferences(change: SentHostChange, host: Host, agent: ObservedAgent | null): readonly FieldDifference[] {
  if (agent === null) return [];
  const fields: readonly HostField[] = change.fields;
  return settingDifferences(host.oneagent, agent).filter(({ field }) => fields.includes(field));
}

async function install(host: Host, facts: HostFacts, change: SentHostChange, ports: DeployPorts): Promise<void> {
  const installer = await ports.installers.provide({
    host,
    machine: facts.machine,
    installed: facts.agent?.version ?? null,
    version: change.fields.includes("version") ? String(change.after.version) : (facts.agent?.version ?? "latest"),
  });
  const marker = newMarker();
  const parameters = installerArguments(host.oneagent, installer.connection, facts.agent === null);
  const run = (script: string, stdin: () => Readable) =>
    runScript(asRoot(script, host.ssh.become), marker, host, ports.shell, "installer", stdin);
  if (host.oneagent.transfer !== "pull") {
    return run(installScript(marker, installer.size, parameters, ports.lockWait), installer.stream);
  }
  const authorities = await ports.authorities(host.cluster);
  await installer.pull(({ token, ...download }) =>
    run(pullScript(marker, { ...download, ca: authorities !== "" }, parameters, ports.lockWait), () =>
      Readable.from([Buffer.from(`${token}\n${authorities}`)], { objectMode: false }),
    ),
  );
}

async function configure(
  host: Host,
  open: readonly FieldDifference[],
  agent: ObservedAgent | null,
  ports: DeployPorts,
): Promise<void> {
  const marker = newMarker();
  const parameters = agent === null ? [] : changeArguments(open, agent);
  const script = parameters.length === 0 ? restartScript(marker) : configureScript(marker, parameters);
  // A setter that was refused shows when the settings are read back, with its name.
  await runScript(asRoot(script, host.ssh.become), marker, host, ports.shell, null);
}

async function uninstall(host: Host, ports: DeployPorts): Promise<void> {
  const marker = newMarker();
  await runScript(
    asRoot(uninstallScript(marker, ports.lockWait), host.ssh.become),
    marker,
    host,
    ports.shell,
    "uninstaller",
  );
  const facts = await probeHost(ports.shell, host);
  if (facts.agent !== null)
    throw new HostError("still-installed", "the uninstaller ended without an error, but the agent is still there");
}

/**
 * Waits until the agent is connected to its environment, and brings settings in line that an installation left over:
 * tags of an earlier agent survive its removal, and a setting that is refused does not change the installer's exit code.
 */
async function settle(change: SentHostChange, host: Host, ports: DeployPorts): Promise<HostError | null> {
  let mayCorrect = change.action !== "configure";
  const look = async (): Promise<Look> => {
    const { agent } = await probeHost(ports.shell, host);
    const problem = judge(agent, host);
    if (problem !== null || agent === null) return { problem, next: waitable(problem) ? "wait" : "end" };
    const open = openDifferences(change, host, agent);
    if (open.length === 0) return { problem: null, next: "end" };
    if (!mayCorrect) return { problem: notApplied(open), next: "end" };
    mayCorrect = false;
    await configure(host, open, agent, ports);
    return { problem: notApplied(open), next: "look" };
  };
  const waiting = within(ports.clock, ports.connectWait, connectInterval);
  const { problem } = await repeatUntil(
    look,
    ({ next }) => next === "end",
    (attempt, found) => (found.next === "look" ? 0 : waiting(attempt, found)),
    ports,
  );
  return problem;
}

/** What one look at an agent showed, and what follows: nothing, another look after a pause, or one at once. */
interface Look {
  readonly problem: HostError | null;
  readonly next: "end" | "wait" | "look";
}

/** An agent of another environment does not become one of this by waiting. */
const waitable = (problem: HostError | null): boolean => problem?.code !== "wrong-environment";

function notApplied(open: readonly FieldDifference[]): HostError {
  const settings = open.map(
    ({ field, before, after }) => `${field} is ${JSON.stringify(before)}, not ${JSON.stringify(after)}`,
  );
  return new HostError("setting-not-applied", `the agent runs, but did not take a setting: ${settings.join("; ")}`);
}

function judge(agent: ObservedAgent | null, host: Host): HostError | null {
  if (agent === null || agent.incomplete)
    return new HostError("not-installed", "the installer ended, but there is no complete agent");
  if (!sameEnvironment(agent.tenant, host.environment)) {
    return new HostError("wrong-environment", `the agent is set to ${agent.tenant}, not to ${host.environment}`);
  }
  if (agent.serviceActive === false)
    return new HostError("service-inactive", "the agent is installed, but its service does not run");
  if (isConnected(agent) === false) {
    return new HostError(
      "not-connected",
      "the agent runs, but is not connected to any endpoint of its environment: check the network between the host and the cluster",
    );
  }
  return null;
}

async function runScript(
  command: string,
  marker: string,
  host: Host,
  shell: Shell,
  program: "installer" | "uninstaller" | null,
  stdin?: () => Readable,
): Promise<void> {
  const result = await shell.run(command, stdin ? { stdin: stdin() } : {});
  const sections = parseSections(result.stdout, marker);
  const failure = sections.get("failed")?.words[0];
  if (failure !== undefined) throw new HostError(...explainFailure(failure, lastLines(result.stderr, 2)));
  const ended = sections.get("ended");
  if (!ended || !sections.has("end")) throw explainFailedStart(result, host);
  const code = ended.words[0] ?? "";
  if (program !== null && code !== "0") {
    const said = lastLines(
      ended.lines.filter((line) => /error|warning/i.test(line)).join("\n") || ended.lines.join("\n"),
      3,
    );
    throw new HostError(
      `${program}-exit-${code}`,
      `the ${program} ended with code ${code}: ${exitMeaning(code)}${said === "" ? "" : ` (${said})`}`,
    );
  }
}

function explainFailure(failure: string, detail: string): [code: string, message: string] {
  const suffix = detail === "" ? "" : ` (${detail})`;
  if (/no space left/i.test(detail)) return ["disk-full", `there is no space for the installer on the host${suffix}`];
  switch (failure) {
    case "directory":
      return ["no-directory", `no folder for the installer could be made on the host${suffix}`];
    case "download":
      return ["download", `the host could not fetch the installer from the cluster${suffix}`];
    case "no-downloader":
      return ["download", "the host has neither curl nor wget: set oneagent.transfer: push"];
    case "content":
      return ["download", "the installer that the host fetched is not the one that was checked"];
    case "no-uninstaller":
      return ["no-uninstaller", "the agent's own uninstall.sh is missing"];
    case "size":
      return ["transfer", `the installer did not arrive whole on the host${suffix}`];
    default:
      return ["transfer", `the installer could not be written on the host${suffix}`];
  }
}

/** What the exit codes of installer and uninstaller mean; they are not documented, and were read from version 1.313. */
function exitMeaning(code: string): string {
  const meanings: Readonly<Record<string, string>> = {
    "1": "a general error",
    "2": "the agent's watchdog does not run",
    "3": "the agent's watchdog does not run",
    "6": "not enough disk space",
    "7": "not enough memory",
    "8": "a parameter is invalid or unknown to this version",
    "9": "insufficient permissions or a read-only file system",
    "10": "semanage is missing, which a custom path under SELinux needs",
    "12": "ended by a signal",
    "13": "another installation, removal or update was still running",
    "14": "an agent already runs inside a container on this host",
    "15": "the C library of the host is too old",
    "16": "the package is corrupted",
    "17": "a tool that the installer needs is missing",
    "18": "a newer version is installed, and downgrades are not supported",
    "19": "the operating system or architecture is not supported",
    "20": "the SELinux module could not be installed",
    "21": "the installation path is mounted noexec or nosuid",
  };
  return meanings[code] ?? "an unknown code";
}

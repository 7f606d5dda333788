import { errorMessage } from "../../../errors.ts";
import { repeatUntil, within } from "../../../lib/repeat-until.ts";
import type { Host } from "../../../model/inventory.ts";
import type { HostFacts, ObservedAgent } from "../../../model/observed.ts";
import type { Clock, Log } from "../../../ports.ts";
import { HostError } from "../../../ssh/host-error.ts";
import { newMarker, type Section } from "../../../ssh/remote-script.ts";
import { inStep, type Shell } from "../../../ssh/shell.ts";
import { agentProblem, unappliedProblem } from "../agent-problem.ts";
import type { HostChange, HostField } from "../change.ts";
import { type ChosenTransfer, chooseTransfer, pushedAfterAll } from "../choose-transfer.ts";
import { type FieldDifference, settingDifferences } from "../fields.ts";
import type { HostProblem } from "../host-problem.ts";
import { installerPlaceProblem } from "../site-obstacle.ts";
import { changeArguments, installerArguments } from "./agent-arguments.ts";
import {
  cleanUpScript,
  configureScript,
  type Installation,
  installScript,
  type LockWait,
  pullScript,
  restartScript,
  uninstallScript,
} from "./agent-scripts.ts";
import type { InstallerProvider, PreparedInstaller } from "./installer-provider.ts";
import type { OpenWrites } from "./open-writes.ts";
import { probeHost, questionsFor } from "./probe.ts";
import { problemError } from "./problem-error.ts";
import { readProbe } from "./read-probe.ts";
import { runAgentScript } from "./run-agent-script.ts";

export interface DeployPorts {
  readonly shell: Shell;
  readonly writes: OpenWrites;
  readonly installers: InstallerProvider;
  readonly clock: Clock;
  readonly log: Log;
  readonly lockWait: LockWait;
  /** Text of the certificate authorities that a cluster needs besides the usual ones, or nothing. */
  readonly authorities: (cluster: string) => Promise<string>;
  readonly sharing: (host: Host) => Sharing;
  /** Told how the installer gets to a host whenever that is chosen. */
  readonly onTransfer: (host: Host, transfer: ChosenTransfer) => void;
  /** Milliseconds until a new or restarted agent must be connected. */
  readonly connectWait: number;
  /** Aborted: no host is waited for that is not connected, nor an agent on one; what runs on a host is finished. */
  readonly signal?: AbortSignal;
}

/** How many hosts of the run get an installer under the same bounds as a host, which is one of them. */
export interface Sharing {
  /** Over the same jump hosts. */
  readonly sameWay: number;
  /** With the same `transferRate`, as many as are worked on at once. */
  readonly sameRate: number;
}

/**
 * Removes what a script of an earlier try left that was killed together with its connection: no other one may come for long. An
 * installer that stays is told, and does not undo what was done. Gives whether such a script may still be at work.
 */
export async function removeLeftovers(
  host: Host,
  { shell, log }: Pick<DeployPorts, "shell" | "log">,
): Promise<boolean> {
  const marker = newMarker();
  const script = cleanUpScript(marker);
  try {
    const sections = await runAgentScript({ step: "clean up", script, marker, program: null }, host, { shell });
    return sections.get("others")?.words[0] !== "none";
  } catch (error) {
    log.warn(`${host.name}: what an earlier try left could not be removed (${errorMessage(error)})`);
    return true;
  }
}

/** A change that leaves an agent on the host. */
type SentHostChange = Exclude<HostChange, { readonly action: "uninstall" }>;

const connectInterval = 1_000;

/**
 * Makes a host as the change says and proves it: exit code 0 of an installer is no proof. Gives the agent that was
 * installed, if one was. Throws HostError when the host ends otherwise than wanted, with the code `interrupted` when nobody
 * waited to see how it ends.
 */
export async function deploy(
  change: HostChange,
  host: Host,
  facts: HostFacts,
  ports: DeployPorts,
): Promise<ObservedAgent | null> {
  switch (change.action) {
    case "uninstall":
      await uninstall(host, facts.agent, ports);
      return null;
    case "configure":
      await reconfigure(change, host, facts, ports);
      return null;
    case "install":
    case "update":
    case "move":
      return reinstall(change, host, facts, ports);
    default:
      return change satisfies never;
  }
}

async function reinstall(
  change: SentHostChange,
  host: Host,
  facts: HostFacts,
  ports: DeployPorts,
): Promise<ObservedAgent | null> {
  const sections = await install(host, facts, change, ports);
  // What the script of the installation has read of the agent is the first look at it.
  const { problem, agent } = await settle(change, host, ports, async () => readProbe(sections));
  if (problem !== null) throw problemError(problem);
  return agent;
}

async function reconfigure(change: SentHostChange, host: Host, facts: HostFacts, ports: DeployPorts): Promise<void> {
  await configure(host, openDifferences(change, host, facts.agent), facts.agent, ports);
  const { problem } = await settle(change, host, ports);
  if (problem === null) return;
  if (problem.code !== "not-connected" && problem.code !== "service-inactive") throw problemError(problem);
  // A restart did not help an agent that cannot connect: its connection itself may be out of date.
  await reinstall(change, host, facts, ports);
}

function openDifferences(change: SentHostChange, host: Host, agent: ObservedAgent | null): readonly FieldDifference[] {
  if (agent === null) return [];
  const fields: readonly HostField[] = change.fields;
  return settingDifferences(host.oneagent, agent).filter(({ field }) => fields.includes(field));
}

async function install(
  host: Host,
  facts: HostFacts,
  change: SentHostChange,
  ports: DeployPorts,
): Promise<ReadonlyMap<string, Section>> {
  const { sameWay, sameRate } = ports.sharing(host);
  const installer = await ports.installers.provide({
    host,
    atOnce: sameRate,
    system: facts.system,
    machine: facts.machine,
    installed: facts.agent?.version ?? null,
    version: change.fields.includes("version") ? String(change.after.version) : (facts.agent?.version ?? "latest"),
  });
  const noPlace = installerPlaceProblem(facts.site, installer.size);
  if (noPlace !== null) throw problemError(noPlace);
  const transfer = chooseTransfer(host.oneagent.transfer, {
    ...{ cluster: host.cluster, site: facts.site, bytes: installer.size, sharing: sameWay },
  });
  const { way, why, orPush } = transfer;
  ports.onTransfer(host, transfer);
  ports.log.info("installer goes to the host", () => ({
    ...{ host: host.name, version: installer.version, bytes: installer.size, way, why },
  }));
  const task = {
    host,
    installer,
    parameters: installerArguments(host.oneagent, installer.connection, change, facts.agent),
    tenant: facts.agent?.tenant || null,
  };
  if (way === "push") return push(task, ports);
  try {
    return await pull(task, ports);
  } catch (error) {
    if (!orPush || !(error instanceof HostError) || error.code !== "download") throw error;
    ports.onTransfer(host, pushedAfterAll);
    ports.log.info("installer is sent to the host after all", () => ({ host: host.name, why: error.message }));
    return push(task, ports);
  }
}

interface InstallTask {
  readonly host: Host;
  readonly installer: PreparedInstaller;
  readonly parameters: readonly string[];
  /** Environment of the agent that is there. */
  readonly tenant: string | null;
}

const installationOf = ({ host, parameters, tenant }: InstallTask, { lockWait }: DeployPorts): Installation => ({
  ...{ marker: newMarker(), parameters, wait: lockWait, tenant },
  questions: questionsFor(host, { identity: true }),
});

async function push(task: InstallTask, ports: DeployPorts): Promise<ReadonlyMap<string, Section>> {
  const { installer, host } = task;
  const installation = installationOf(task, ports);
  const script = installScript(installation, installer.size);
  const { marker } = installation;
  const stdin = installer.input;
  return runAgentScript({ step: "install", script, marker, program: "installer", stdin }, host, ports);
}

async function pull(task: InstallTask, ports: DeployPorts): Promise<ReadonlyMap<string, Section>> {
  const { installer, host } = task;
  const authorities = await ports.authorities(host.cluster);
  return installer.pull(async ({ token, ...download }) => {
    const installation = installationOf(task, ports);
    const { marker } = installation;
    const script = pullScript(installation, { ...download, ca: authorities !== "" });
    const stdin = () => [Buffer.from(`${token}\n${authorities}`)];
    return runAgentScript({ step: "pull and install", script, marker, program: "installer", stdin }, host, ports);
  });
}

async function configure(
  host: Host,
  open: readonly FieldDifference[],
  agent: ObservedAgent | null,
  ports: DeployPorts,
): Promise<void> {
  const marker = newMarker();
  const parameters = agent === null ? [] : changeArguments(open, agent);
  const [step, script] =
    parameters.length === 0
      ? (["restart", restartScript(marker)] as const)
      : (["configure", configureScript(marker, parameters)] as const);
  // A setter that was refused shows when the settings are read back, with its name.
  await runAgentScript({ step, script, marker, program: null }, host, ports);
}

async function uninstall(host: Host, agent: ObservedAgent | null, ports: DeployPorts): Promise<void> {
  const marker = newMarker();
  const script = uninstallScript(marker, ports.lockWait, agent?.tenant || null);
  await runAgentScript({ step: "uninstall", script, marker, program: "uninstaller" }, host, ports);
  const facts = await probeHost(ports.shell, host);
  ports.writes.settle();
  if (facts.agent !== null)
    throw new HostError("still-installed", "the uninstaller ended without an error, but the agent is still there");
}

/**
 * Waits until the agent is connected to its environment, and brings settings in line that an installation left over:
 * tags of an earlier agent survive its removal, and a setting that is refused does not change the installer's exit code.
 * Throws HostError with the code `interrupted` when an interrupt ended the wait.
 */
async function settle(
  change: SentHostChange,
  host: Host,
  ports: DeployPorts,
  first?: () => Promise<HostFacts>,
): Promise<Look> {
  let mayCorrect = change.action !== "configure";
  const probe = () => probeHost(ports.shell, host, { identity: change.action !== "configure" });
  const look = async (attempt: number): Promise<Look> => {
    const isFirst = attempt === 1 && first !== undefined;
    const { agent } = await (isFirst ? inStep(ports.shell, "probe", first) : probe());
    ports.writes.settle();
    const problem = agentProblem(agent, host);
    if (problem !== null || agent === null) return { problem, agent, next: waitable(problem) ? "wait" : "end" };
    const open = openDifferences(change, host, agent);
    if (open.length === 0) return { problem: null, agent, next: "end" };
    if (!mayCorrect) return { problem: unappliedProblem(open), agent, next: "end" };
    mayCorrect = false;
    await configure(host, open, agent, ports);
    return { problem: unappliedProblem(open), agent, next: "look" };
  };
  const waiting = within(ports.clock, ports.connectWait, connectInterval);
  const began = ports.clock.elapsed();
  const settled = await repeatUntil(
    look,
    ({ next }) => next === "end",
    (attempt, found) => (found.next === "look" ? 0 : waiting(attempt, found)),
    ports,
  );
  const ms = Math.round(ports.clock.elapsed() - began);
  ports.log.info("agent looked at after the change", () => ({ host: host.name, problem: settled.problem?.code, ms }));
  // An agent that is not at work yet is no failure, and no reason to install it again, before its time is over.
  if (settled.next !== "end" && ports.signal?.aborted) throw new HostError("interrupted", "interrupted");
  return settled;
}

/** What one look at an agent showed, and what follows: nothing, another look after a pause, or one at once. */
interface Look {
  readonly problem: HostProblem | null;
  readonly agent: ObservedAgent | null;
  readonly next: "end" | "wait" | "look";
}

/** An agent of another environment does not become one of this by waiting. */
const waitable = (problem: HostProblem | null): boolean => problem?.code !== "wrong-environment";

import { parseJson } from "../../../lib/parse-json.ts";
import type { Host } from "../../../model/inventory.ts";
import type { HostFacts } from "../../../model/observed.ts";
import { explainFailedStart } from "../../../ssh/failed-start.ts";
import { asRoot, inputOf, newMarker, parseSections } from "../../../ssh/remote-script.ts";
import { inStep, type Shell } from "../../../ssh/shell.ts";
import { agentSettingNames } from "../change.ts";
import { endingOf } from "./end-script.ts";
import { foreignShell } from "./foreign-shell.ts";
import { agentDirectory, logDirectory, probeScript, type Questions } from "./probe-script.ts";
import { readProbe } from "./read-probe.ts";

/** Bytes of output, with what the user's shell may print before the script. */
const maximumProbeOutput = 4_000_000;

/** Probes a host over an open connection: one command. Throws HostError when the host cannot be judged. */
export const probeHost = (shell: Shell, host: Host, options: ProbeOptions = {}): Promise<HostFacts> =>
  inStep(shell, "probe", () => probeOnce(shell, host, options));

interface ProbeOptions extends Partial<Pick<Questions, "identity" | "cluster">> {
  /** Milliseconds. */
  readonly timeout?: number;
}

/** What is asked of a host; without options neither its identity nor whether it reaches its cluster. */
export function questionsFor(
  { oneagent, environment }: Host,
  { identity = false, cluster = null }: Partial<Pick<Questions, "identity" | "cluster">> = {},
): Questions {
  return {
    settings: agentSettingNames.filter((name) => oneagent[name] !== undefined),
    identity,
    environment,
    mayUpdate: (oneagent.version ?? "latest") !== "latest" || oneagent.minVersion !== undefined,
    installPath: oneagent.installPath ?? agentDirectory,
    logPath: declaredLogPath(oneagent.installerArguments ?? []) ?? logDirectory,
    cluster,
  };
}

/** The last one counts, as for the installer. */
const declaredLogPath = (given: readonly string[]): string | undefined =>
  given.flatMap((argument) => /^LOG_PATH=(\/.+)$/i.exec(argument)?.[1] ?? []).at(-1);

async function probeOnce(shell: Shell, host: Host, { timeout, ...options }: ProbeOptions): Promise<HostFacts> {
  const marker = newMarker();
  const script = probeScript(marker, questionsFor(host, options));
  const call = asRoot(script, host.ssh.become);
  const input = inputOf(call, undefined);
  const result = await shell.run(call.command, {
    ...{ step: "probe", maximumOutput: maximumProbeOutput },
    ending: (said) => endingOf(parseSections(said, marker), host.ssh.become),
    ...(timeout === undefined ? {} : { timeout }),
    ...(input === undefined ? {} : { stdin: input }),
  });
  const sections = parseSections(result.stdout, marker);
  if (!sections.has("end")) throw foreignShell(result) ?? explainFailedStart(result);
  return detached(readProbe(sections));
}

/** The same with texts of their own: a part of a text keeps the whole one, and facts of all hosts stay to the end of a run. */
const detached = (facts: HostFacts): HostFacts => parseJson(JSON.stringify(facts)) as HostFacts;

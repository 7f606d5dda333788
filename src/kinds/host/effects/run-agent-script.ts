import { lastLines } from "../../../lib/text.ts";
import type { Host } from "../../../model/inventory.ts";
import { explainFailedStart } from "../../../ssh/failed-start.ts";
import { asRoot, inputOf, parseSections, type Section } from "../../../ssh/remote-script.ts";
import { type CommandInput, type Ending, inStep, type Shell } from "../../../ssh/shell.ts";
import { exitCodeProblem } from "../exit-code-problem.ts";
import { failedStepProblem } from "../failed-step-problem.ts";
import { endingOf } from "./end-script.ts";
import type { OpenWrites } from "./open-writes.ts";
import { problemError } from "./problem-error.ts";

interface AgentScript {
  /** What the log calls it. */
  readonly step: "install" | "pull and install" | "configure" | "restart" | "uninstall" | "clean up";
  readonly script: string;
  /** The marker that the script was made with. */
  readonly marker: string;
  /** The program whose exit code must be 0; null: the code says nothing, and what it did is read back. */
  readonly program: "installer" | "uninstaller" | null;
  readonly stdin?: CommandInput;
}

/**
 * Runs one of the scripts for the agent as root. Gives the sections of its answer; throws HostError when it did not do its
 * work to the end.
 */
export const runAgentScript = (
  script: AgentScript,
  host: Host,
  ports: AgentScriptPorts,
): Promise<ReadonlyMap<string, Section>> => inStep(ports.shell, script.step, () => runToTheEnd(script, host, ports));

interface AgentScriptPorts {
  readonly shell: Shell;
  /** Left out: the script changes nothing of the agent. */
  readonly writes?: OpenWrites;
}

async function runToTheEnd(
  { step: name, script, marker, program, stdin }: AgentScript,
  host: Host,
  { shell, writes }: AgentScriptPorts,
): Promise<ReadonlyMap<string, Section>> {
  const call = asRoot(script, host.ssh.become);
  const whole = inputOf(call, stdin);
  const input = writes === undefined ? whole : writes.begin(whole);
  const ending = (said: string): Ending | null => {
    const sections = parseSections(said, marker);
    // What is at work before that is finished, however long it takes; behind it the agent is only asked.
    return sections.has("ended") ? endingOf(sections, host.ssh.become) : null;
  };
  const result = await shell.run(call.command, { step: name, ending, ...(input ? { stdin: input } : {}) });
  const sections = parseSections(result.stdout, marker);
  const step = sections.get("failed")?.words[0];
  if (step !== undefined) {
    writes?.settle();
    throw problemError(failedStepProblem(step, lastLines(result.stderr, 2)));
  }
  const ended = sections.get("ended");
  const code = ended?.words[0] ?? "";
  // It becomes a part of an error's code.
  if (!ended || !sections.has("end") || !/^\d{1,3}$/.test(code)) {
    const failure = explainFailedStart(result);
    // What sudo did not let begin has done nothing.
    if (failure.code === "sudo-refused") writes?.settle();
    throw failure;
  }
  if (program !== null && code !== "0") {
    writes?.settle();
    throw problemError(exitCodeProblem(program, code, ended.lines));
  }
  return sections;
}

import { lastLines } from "../../../lib/text.ts";
import type { Host } from "../../../model/inventory.ts";
import { explainFailedStart } from "../../../ssh/failed-start.ts";
import { asRoot, parseSections, type Section } from "../../../ssh/remote-script.ts";
import { type CommandInput, inStep, type Shell } from "../../../ssh/shell.ts";
import { exitCodeProblem } from "../exit-code-problem.ts";
import { failedStepProblem } from "../failed-step-problem.ts";
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
export const runAgentScript = (script: AgentScript, host: Host, shell: Shell): Promise<ReadonlyMap<string, Section>> =>
  inStep(shell, script.step, () => runToTheEnd(script, host, shell));

async function runToTheEnd(
  { step: name, script, marker, program, stdin }: AgentScript,
  host: Host,
  shell: Shell,
): Promise<ReadonlyMap<string, Section>> {
  const result = await shell.run(asRoot(script, host.ssh.become), { step: name, ...(stdin ? { stdin } : {}) });
  const sections = parseSections(result.stdout, marker);
  const step = sections.get("failed")?.words[0];
  if (step !== undefined) throw problemError(failedStepProblem(step, lastLines(result.stderr, 2)));
  const ended = sections.get("ended");
  const code = ended?.words[0] ?? "";
  // It becomes a part of an error's code.
  if (!ended || !sections.has("end") || !/^\d{1,3}$/.test(code)) throw explainFailedStart(result);
  if (program !== null && code !== "0") throw problemError(exitCodeProblem(program, code, ended.lines));
  return sections;
}

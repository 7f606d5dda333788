import type { BeginStep, StepEnd } from "../ports.ts";
import { HostError } from "./host-error.ts";
import { markerStart } from "./remote-script.ts";
import type { CommandResult, ConnectShell } from "./shell.ts";

/** Lines of what a host said last, and the characters that are looked at for them. */
const lastLines = 3;
const mostCharacters = 8_000;

/**
 * Tells of all that is done on hosts through a connector: of connecting, and of each step on a host. A probe that comes after
 * something else than a probe is called what it is then: `verify`.
 */
export function followSteps(connect: ConnectShell, begin: BeginStep): ConnectShell {
  return async (host, ...given) => {
    const about = { host: host.name, environment: host.environment ?? null };
    const shell = await followStep(
      begin({ ...about, step: "connect" }),
      () => connect(host, ...given),
      () => "",
    );
    const run = shell.run.bind(shell);
    let said = "";
    let isChanged = false;
    // The same object: whoever keeps connections knows it by that.
    return Object.assign(shell, {
      async run(...command: Parameters<typeof run>) {
        const result = await run(...command);
        said = wordsOf(result);
        return result;
      },
      step<T>(name: string, work: () => Promise<T>): Promise<T> {
        const step = name === "probe" && isChanged ? "verify" : name;
        if (name !== "probe") isChanged = true;
        said = "";
        return followStep(begin({ ...about, step }), work, () => said);
      },
    });
  };
}

/** Does the work of a step, and tells how it ended. `said` gives what the host said last, if anything. */
export async function followStep<T>(
  end: (how: StepEnd) => void,
  work: () => Promise<T>,
  said: () => string,
): Promise<T> {
  try {
    const done = await work();
    end({ result: "ok", words: null });
    return done;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    end({ result: codeOf(error), words: said() || message });
    throw error;
  }
}

/** The code that the result of a change has for the same error. */
function codeOf(error: unknown): string {
  if (error instanceof HostError) return error.code;
  const { details } = error as { readonly details?: { readonly code?: unknown } };
  return typeof details?.code === "string" ? details.code : "internal";
}

/** What is said beside the answers to dtsync's own questions. */
function wordsOf({ stdout, stderr }: CommandResult): string {
  return endOf(stderr) || endOf(stdout);
}

/** Whole lines alone: in a part of one a secret could not be found any more. */
function endOf(text: string): string {
  const lines = text.slice(-mostCharacters).split(/\r?\n/);
  return (text.length > mostCharacters ? lines.slice(1) : lines)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith(markerStart))
    .slice(-lastLines)
    .join("; ");
}

import type { ProgramLimits, ProgramOutcome } from "../ports.ts";

/** How a program failed, in words that go on after its name. */
export function programFailure(
  outcome: Exclude<ProgramOutcome, { readonly status: "done" }>,
  limits: ProgramLimits,
): string {
  if (outcome.status === "ended") return `ended with ${outcome.code}`;
  const texts = {
    "not-found": "was not found",
    timeout: `did not end within ${limits.timeout / 1_000} s`,
    "left-open": `ended, but something that it started kept its output open for ${limits.timeout / 1_000} s`,
    "too-much-output": `printed more than ${size(limits.output)}`,
    interrupted: "was interrupted",
    failed: "failed",
  };
  return texts[outcome.status];
}

const size = (bytes: number): string => (bytes < 1_000_000 ? `${bytes / 1_000} kB` : `${bytes / 1_000_000} MB`);

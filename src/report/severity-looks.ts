import { type SeverityLevel, severityLevel } from "../fleet/severity-level.ts";
import { severities } from "../model/fleet.ts";
import { severityWords } from "./problem-words.ts";

const named = (level: SeverityLevel): string =>
  severities
    .filter((severity) => severityLevel(severity) === level)
    .map(severityWords)
    .join(", ");

/** By level, the class of its colour, and the severities that it stands for. */
export const severityLooks: Readonly<Record<SeverityLevel, { readonly look: string; readonly words: string }>> = {
  0: { look: "critical", words: named(0) },
  1: { look: "warned", words: named(1) },
  2: { look: "muted", words: "others" },
};

import { type SeverityLevel, severityLevel } from "../fleet/severity-level.ts";
import type { Condition, FleetEnvironment } from "../model/fleet.ts";
import { severityLooks } from "./severity-looks.ts";

/** How an environment looks on the map: a sign for everybody, a colour besides. */
export interface EnvironmentLook {
  /** What it is called in classes. */
  readonly name: string;
  readonly sign: string;
  readonly look: string;
  readonly words: string;
}

const byCondition: Readonly<Record<Exclude<Condition, "problems">, Omit<EnvironmentLook, "name">>> = {
  ok: { sign: "✓", look: "good", words: "in order" },
  disabled: { sign: "–", look: "muted", words: "disabled" },
  waiting: { sign: "…", look: "muted", words: "waiting to be deleted" },
  suspended: { sign: "‖", look: "muted", words: "suspended" },
  drift: { sign: "≠", look: "changed", words: "a plan would change it" },
  hosts: { sign: "▽", look: "warned", words: "hosts are not seen, or elsewhere" },
  held: { sign: "!", look: "warned", words: "held" },
  unknown: { sign: "?", look: "removed", words: "not known" },
};

/** By the level of the gravest problem that is open. */
const byLevel = [
  { sign: "✗", words: `open problems: ${severityLooks[0].words}` },
  { sign: "▲", words: `open problems: ${severityLooks[1].words}` },
  { sign: "●", words: `open problems: ${severityLooks[2].words}` },
] as const;

/** From the best on. */
export const environmentLooks: readonly EnvironmentLook[] = [
  ...Object.entries(byCondition).map(([name, look]) => ({ name, ...look })),
  ...([2, 1, 0] as const).map((level) => ({
    name: `open-${level}`,
    ...byLevel[level],
    look: severityLooks[level].look,
  })),
];

const looks = new Map(environmentLooks.map((look) => [look.name, look]));
const unknown: EnvironmentLook = { name: "unknown", ...byCondition.unknown };

export function environmentLook({ condition, problems }: FleetEnvironment): EnvironmentLook {
  if (condition !== "problems") return looks.get(condition) ?? unknown;
  const levels = Object.keys(problems.open ?? {}).map(severityLevel);
  return openLook(levels.sort((left, right) => left - right)[0] ?? 2);
}

/** The look of what has open problems, by the level of the gravest. */
export const openLook = (level: SeverityLevel): EnvironmentLook => looks.get(`open-${level}`) ?? unknown;

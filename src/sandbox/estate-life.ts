import type { AgentRecord, ClusterSeed, EnvironmentSeed, ProblemRecord } from "./cluster/snapshot.ts";

const hour = 3_600_000;
const versions = ["1.313.52.20250602-150703", "1.311.70.20250416-104152", "1.305.118.20241217-101500"];

/** What problems are, by severity. */
const titles = {
  AVAILABILITY: "Host or monitoring unavailable",
  ERROR: "Failure rate increase",
  PERFORMANCE: "Response time degradation",
  RESOURCE_CONTENTION: "CPU saturation",
  CUSTOM_ALERT: "Queue longer than usual",
} as const;
type Severity = keyof typeof titles;

/**
 * What goes on in environments that have grown for years: agents of several versions, some that were last heard of yesterday,
 * problems that are open, and others of the last week, of which one night reached every fourth environment at once. `now`: Unix
 * milliseconds; `index` tells clusters apart.
 */
export function estateLife(
  environments: readonly EnvironmentSeed[],
  index: number,
  now: number,
): Pick<ClusterSeed, "agents" | "problems"> {
  const agents: AgentRecord[] = [];
  const problems: ProblemRecord[] = [];
  for (const [number, { id, state }] of environments.entries()) {
    if (state === "DISABLED") continue;
    // One uses nearly all of its quota.
    const hosts = number === 9 ? 19 : number % 4;
    for (let place = 1; place <= hosts; place += 1) {
      const isLost = number % 7 === 3 && place === 1;
      agents.push({
        environment: id,
        host: {
          name: `app${String(place).padStart(2, "0")}.${id.toLowerCase()}.example.com`,
          id: `${index}${number.toString(16).padStart(5, "0")}${place.toString(16).padStart(2, "0")}`.padStart(16, "0"),
          version: versions[(number + place) % versions.length] ?? "",
          hostGroup: id.toLowerCase(),
        },
        firstSeen: now - 400 * 24 * hour,
        lastSeen: isLost ? now - 20 * hour : now,
        availability: isLost ? "SHUTDOWN" : "MONITORED",
        detailedAvailability: isLost ? "SHUTDOWN_GRACEFUL" : "MONITORED",
      });
    }
    const add = (severity: Severity, begin: number, end: number | null): void => {
      const key = `${index}${String(number).padStart(5, "0")}${problems.length}`;
      problems.push({
        ...{ environment: id, problemId: `-${key}_V2`, displayId: `P-${key}`, title: titles[severity] },
        ...{ severityLevel: severity, impactLevel: severity === "AVAILABILITY" ? "INFRASTRUCTURE" : "SERVICES" },
        status: end === null ? "OPEN" : "CLOSED",
        startTime: now - begin * hour,
        endTime: end === null ? -1 : now - end * hour,
      });
    };
    if (number % 4 === 1) add("PERFORMANCE", 53 + (number % 3) / 4, 50);
    if (number % 5 === 0) add("RESOURCE_CONTENTION", 24 * (1 + (number % 6)), 24 * (1 + (number % 6)) - 2);
    if (number % 13 === 4) add("ERROR", 6, null);
    if (number % 19 === 6) add("CUSTOM_ALERT", 30, null);
    if (number % 31 === 10) add("AVAILABILITY", 1, null);
  }
  return { agents, problems };
}

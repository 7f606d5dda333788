import { createHash } from "node:crypto";
import { isObject, parseForm } from "../lib/form.ts";
import type { EnvironmentReading, FleetProblem, SeenHost } from "../model/fleet.ts";
import type { CacheFolder } from "../state/cache-folder.ts";

/** Milliseconds after which nobody wants what an environment has said: it is not kept any longer. */
export const longestAge = 86_400_000;

/** What the environments of a cluster have said of themselves. What could not be read is never among it. */
export interface KeptReadings {
  /** What the environment said, if that is young enough and tells of as many days; null: it has to be asked. */
  find(environment: string): EnvironmentReading | null;
  /** Remembers it. It is written now and then, so that little has to be asked once more by who comes after a killed run. */
  keep(environment: string, reading: EnvironmentReading): void;
  /** Writes what is not written yet. */
  save(): void;
}

export interface KeptOptions {
  readonly cache: CacheFolder;
  /** Origin of the cluster. */
  readonly url: string;
  /** Milliseconds from which on what was said is not taken any more. */
  readonly maxAge: number;
  /** Days back for which problems that have ended are wanted, too; null: only open ones are. */
  readonly days: number | null;
  /** Unix milliseconds. */
  readonly now: () => number;
}

interface Kept {
  /** For which its problems were asked for. */
  readonly days: number | null;
  readonly reading: EnvironmentReading;
}

interface KeptFile {
  readonly format: "dtsync-readings/1";
  readonly environments: Readonly<Record<string, Kept>>;
}

/** Readings that are not written yet, at most. */
const mostUnwritten = 500;

export function openKeptReadings({ cache, url, maxAge, days, now }: KeptOptions): KeptReadings {
  const name = `readings-${createHash("sha256").update(url).digest("hex").slice(0, 32)}`;
  const readAll = (): ReadonlyMap<string, Kept> =>
    new Map(Object.entries(parseForm(cache.read(name), isKeptFile)?.environments ?? {}));
  const known = maxAge > 0 ? readAll() : new Map<string, Kept>();
  const unwritten = new Map<string, Kept>();
  const save = (): void => {
    if (unwritten.size === 0) return;
    // Another run may have written meanwhile: the younger one of each counts.
    const all = new Map([...readAll()].filter(([, { reading }]) => isYounger(reading, longestAge, now())));
    for (const [environment, kept] of unwritten) {
      const other = all.get(environment);
      if (other === undefined || other.reading.at <= kept.reading.at) all.set(environment, kept);
    }
    const file: KeptFile = { format: "dtsync-readings/1", environments: Object.fromEntries(all) };
    cache.write(name, JSON.stringify(file));
    unwritten.clear();
  };
  return {
    find(environment) {
      const kept = known.get(environment.toLowerCase());
      if (kept === undefined || !isYounger(kept.reading, maxAge, now())) return null;
      if (days !== null && (kept.days === null || kept.days < days)) return null;
      const since = days === null ? Number.POSITIVE_INFINITY : now() - days * 86_400_000;
      const problems = kept.reading.problems.filter(({ end }) => end === null || end >= since);
      return { ...kept.reading, problems };
    },
    keep(environment, reading) {
      unwritten.set(environment.toLowerCase(), { days, reading });
      if (unwritten.size >= mostUnwritten) save();
    },
    save,
  };
}

/** A clock that was set back makes nothing young. */
const isYounger = ({ at }: EnvironmentReading, age: number, now: number): boolean => at <= now && now - at < age;

function isKeptFile(value: unknown): value is KeptFile {
  return (
    isObject<KeptFile>(value) &&
    value.format === "dtsync-readings/1" &&
    isObject<KeptFile["environments"]>(value.environments) &&
    Object.values(value.environments).every(isKept)
  );
}

const isKept = (value: unknown): value is Kept =>
  isObject<Kept>(value) && (value.days === null || typeof value.days === "number") && isReading(value.reading);

const isReading = (value: unknown): value is EnvironmentReading =>
  isObject<EnvironmentReading>(value) &&
  typeof value.at === "number" &&
  Array.isArray(value.hosts) &&
  value.hosts.every(isSeenHost) &&
  Array.isArray(value.problems) &&
  value.problems.every(isProblem);

const isSeenHost = (value: unknown): value is SeenHost =>
  isObject<SeenHost>(value) &&
  typeof value.id === "string" &&
  (value.version === null || typeof value.version === "string") &&
  Array.isArray(value.names) &&
  value.names.every((name) => typeof name === "string");

const isProblem = (value: unknown): value is FleetProblem =>
  isObject<FleetProblem>(value) &&
  typeof value.id === "string" &&
  typeof value.title === "string" &&
  typeof value.severity === "string" &&
  typeof value.start === "number" &&
  (value.end === null || typeof value.end === "number");

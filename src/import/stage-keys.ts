import { globMatcher } from "../lib/glob.ts";
import { compareText } from "../lib/text.ts";
import type { PlacedEnvironment } from "./place-environments.ts";

/** Keys of `access` that mean the environments of a stage, or of `{stage}`. */
type KeysOf = (stage: string) => readonly string[];

export interface StageKeys {
  readonly keysOf: KeysOf;
  /** The environments that they reach; none that follows a template of ids is reached by the keys of another stage. */
  readonly reached: readonly PlacedEnvironment[];
}

/**
 * Finds keys by which a template tells stages apart: globs after the ids of the wanted environments. `stages`: those with rights;
 * null: the template makes a group for each. `hasCustomer`: it makes one for each customer, which reaches no other one's
 * environments. Null: there are no keys that would not reach others.
 */
export type FindStageKeys = (
  wanted: ReadonlySet<PlacedEnvironment>,
  stages: readonly string[] | null,
  hasCustomer: boolean,
) => StageKeys | null;

/** Looks through all environments once for the same keys, however many templates have them. */
export function stageKeyFinder(all: readonly PlacedEnvironment[]): FindStageKeys {
  const following = all.filter(({ template }) => template !== null);
  const everyStage = [...new Set(following.map(({ stage }) => stage))];
  const known = new Map<string, readonly PlacedEnvironment[] | null>();
  const reachedBy = (keysOf: KeysOf, stages: readonly string[] | null): readonly PlacedEnvironment[] | null => {
    const possible = stages ?? everyStage;
    const reaches = reaching(keysOf);
    const isExact = following.every((environment) =>
      possible.every((stage) => environment.stage === stage || !reaches(environment, stage)),
    );
    if (!isExact) return null;
    return all.filter((environment) => {
      const { template, stage } = environment;
      // The key of one with an id of its own counts as a stage.
      if (template === null) return stages === null || stages.some((one) => reaches(environment, one));
      return possible.includes(stage) && reaches(environment, stage);
    });
  };
  return (wanted, stages, hasCustomer) => {
    if ([...wanted].some(({ template }) => template === null)) return null;
    for (const keysOf of waysOf(wanted, hasCustomer)) {
      const name = JSON.stringify([keysOf("{stage}"), stages]);
      const reached = known.has(name) ? (known.get(name) ?? null) : reachedBy(keysOf, stages);
      known.set(name, reached);
      const reaches = reaching(keysOf);
      if (reached !== null && [...wanted].every((environment) => reaches(environment, environment.stage)))
        return { keysOf, reached };
    }
    return null;
  };
}

const reaching =
  (keysOf: KeysOf) =>
  ({ observed, customer }: PlacedEnvironment, stage: string): boolean =>
    keysOf(stage).some((key) => globMatcher(key.replace("{customer}", customer))(observed.id));

/** The shortest first. */
function waysOf(wanted: ReadonlySet<PlacedEnvironment>, hasCustomer: boolean): readonly KeysOf[] {
  const wide: readonly KeysOf[] = ["*", "?"].map((number) => (stage) => [`*-${stage}${number}`]);
  if (!hasCustomer) return wide;
  const templates = [...new Set([...wanted].map(({ template }) => template ?? ""))].sort(compareText);
  const own: KeysOf = (stage) => templates.map((template) => template.replace("{key}", `${stage}*`));
  return templates.length === 1 ? [own, ...wide] : [...wide, own];
}

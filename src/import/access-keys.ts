import { globMatcher } from "../lib/glob.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { type Granted, grantedKey } from "./rights.ts";

/** Fewer environments are better read one by one. */
const leastForGlob = 3;

/**
 * Keys of `access` that give exactly these rights among the environments that the keys can reach: globs where they reach
 * nothing else, ids where not.
 */
export function accessKeys(
  reached: ReadonlyMap<PlacedEnvironment, Granted>,
  visible: readonly PlacedEnvironment[],
): Readonly<Record<string, Granted>> {
  const keys: [string, Granted][] = [];
  const sets = new Map([...reached].map(([environment, granted]) => [environment, grantedKey(granted)]));
  const bySet = groupBy([...reached], ([, granted]) => grantedKey(granted));
  for (const [set, entries] of bySet) {
    const [[, granted]] = entries;
    const left = new Set(entries.map(([environment]) => environment));
    for (const glob of left.size < leastForGlob && visible.length > left.size ? [] : globsFor([...left])) {
      const matches = globMatcher(glob);
      // Most globs reach something else soon, and nobody looks at thousands of environments for them.
      const fits = visible.every((environment) => sets.get(environment) === set || !matches(environment.observed.id));
      const fresh = fits ? [...left].filter(({ observed }) => matches(observed.id)) : [];
      if (!fits || fresh.length < (glob === "*" ? 1 : 2)) continue;
      keys.push([glob, granted]);
      for (const environment of fresh) left.delete(environment);
    }
    for (const { observed } of left) keys.push([observed.id, granted]);
  }
  return Object.fromEntries(keys.sort(([left], [right]) => compareText(left, right)));
}

/** Globs that may say which environments are meant, those that reach most first. */
function globsFor(environments: readonly PlacedEnvironment[]): readonly string[] {
  const templates = new Set(environments.flatMap(({ template }) => (template === null ? [] : [template])));
  const stages = new Set(environments.flatMap(({ template, stage }) => (template === null ? [] : [stage])));
  const ofTemplates = [...templates].map((template) => template.replace("{customer}", "*").replace("{key}", "*"));
  // Customers may have words that begin like a stage: behind that, a digit ends the id.
  const endings = ["*", "?"];
  const ofStages = [...templates].flatMap((template) =>
    endings.flatMap((end) =>
      [...stages].map((stage) => template.replace("{customer}", "*").replace("{key}", stage + end)),
    ),
  );
  return [
    "*",
    ...ofTemplates.sort(compareText),
    ...endings.flatMap((end) => [...stages].sort(compareText).map((stage) => `*-${stage}${end}`)),
    ...ofStages.sort(compareText),
  ];
}

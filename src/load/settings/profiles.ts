import type { SettingsEntry } from "../schema/file-types.ts";
import { hasUnusableInside } from "../schema/has-unusable.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { keyPlace } from "../yaml/positions.ts";
import { environmentMatcher, type MatchSubject, patternsOf } from "./environment-match.ts";
import type { Levels } from "./levels.ts";
import { readLevels } from "./read-levels.ts";
import type { SettingsContext } from "./settings-context.ts";

/** Settings that hold for all environments that match, between the defaults and those of the customer. */
export interface Profiles {
  /** The defaults with the profiles that match laid over them in their order: one object for equal sets of profiles. */
  levelsFor(subject: MatchSubject): Levels;
  /** Reports the profiles that no environment matched until now. `complete`: no environment is missing. */
  reportUnreached(complete: boolean): void;
}

export const noProfiles = (levels: Levels): Profiles => ({ levelsFor: () => levels, reportUnreached() {} });

export function readProfiles(defaults: Levels, file: LoadedFile<SettingsEntry>, context: SettingsContext): Profiles {
  const declared = file.entry.profiles ?? [];
  const profiles = declared.flatMap((profile, index) => {
    if (profile?.match === undefined) return [];
    const where = keyPlace(file.positions, declared, index);
    const { match } = profile;
    return [{ profile, index, where, matches: environmentMatcher(match), patterns: patternsOf(match) }];
  });
  if (profiles.length === 0) return noProfiles(defaults);
  const reached = new Set<number>();
  const known = new Map<string, Levels>();
  return {
    levelsFor(subject) {
      let key = "";
      let levels = defaults;
      for (const { profile, index, where, matches, patterns } of profiles) {
        context.budget.spend("comparisons", patterns, where);
        if (!matches(subject)) continue;
        reached.add(index);
        key += `${index},`;
        const lower = known.get(key) ?? readLevels(levels, profile, file, context, ["profiles", index]);
        known.set(key, lower);
        levels = lower;
      }
      return levels;
    },
    reportUnreached(complete) {
      for (const { profile, index, where } of profiles.filter((candidate) => !reached.has(candidate.index))) {
        // Nothing has read its settings yet.
        readLevels(defaults, profile, file, context, ["profiles", index]);
        if (!complete || hasUnusableInside(profile.match)) continue;
        context.diagnostics.warning(where, {
          rule: "reaches-nothing",
          message: "the match of the profile reaches no environment",
          hint: "Correct it, or take the profile away until there is one.",
        });
      }
    },
  };
}

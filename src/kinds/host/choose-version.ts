import { compareVersions, newestMatching } from "../../lib/versions.ts";
import type { HostProblem } from "./host-problem.ts";

/**
 * Terms: the *wanted* version is the environment's latest, or the newest offered that begins with what is declared. A
 * *substitute* is another version that is offered and will do.
 *
 * Premise: an agent is never replaced by an older one, because the installer would refuse.
 *
 * Cases: a wanted version that is not older than the installed one is taken. Where a declared version is not offered at
 * all, that is a problem, unless it is the installed one (an agent that is only moved keeps its version if it can): then,
 * and where the wanted one is older than the installed one, the first substitute that is not older is taken, of the
 * installed version itself, the latest and the newest. Where there is none, only a downgrade would be left: a problem.
 */
export function chooseVersion(
  request: {
    /** Version on the host; null where there is none. */
    readonly installed: string | null;
    /** `latest` or a version to reach. */
    readonly version: string;
  },
  offered: { readonly latest: string; readonly available: readonly string[] },
): string | HostProblem {
  const { installed, version } = request;
  const notOlder = (candidate: string | null): candidate is string =>
    candidate !== null && (installed === null || compareVersions(candidate, installed) >= 0);
  const newest = newestMatching(offered.available, "latest") ?? offered.latest;
  const wanted = version === "latest" ? offered.latest : newestMatching(offered.available, version);
  if (notOlder(wanted)) return wanted;
  if (wanted === null && version !== installed) {
    return {
      code: "version-not-available",
      message: `the environment offers no installer of version ${version}; the newest is ${newest}`,
    };
  }
  const substitute = [newestMatching(offered.available, installed ?? "latest"), offered.latest, newest].find(notOlder);
  if (substitute !== undefined) return substitute;
  return {
    code: "downgrade",
    message: `version ${installed} is installed, and the environment offers at most ${newest}: downgrades are not supported`,
  };
}

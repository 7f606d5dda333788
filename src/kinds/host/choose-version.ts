import { compareVersions, newestMatching } from "../../lib/versions.ts";
import type { HostProblem } from "./host-problem.ts";

/**
 * Terms: the *wanted* version is the environment's latest, or the newest offered that begins with what is declared. A
 * *substitute* is another version that is offered and will do.
 *
 * Premises: an agent is never replaced by an older one, because the installer would refuse; and none is installed that is below
 * the declared least version, because the next plan would replace it by itself.
 *
 * Cases: where the environment's latest is below the least version, the newest that is offered stands for it, since an
 * environment may have a target version of its own; where that is below it, too, or what is declared is, that is a problem.
 * Else a wanted version that is not older than the installed one is taken. Where a declared version is not offered at all,
 * that is a problem, unless it is the installed one (an agent that is only moved keeps its version if it can): then, and where
 * the wanted one is older than the installed one, the first substitute that is not older is taken, of the installed version
 * itself, the latest and the newest. Where there is none, only a downgrade would be left: a problem.
 */
export function chooseVersion(
  request: {
    /** Version on the host; null where there is none. */
    readonly installed: string | null;
    /** `latest` or a version to reach. */
    readonly version: string;
    /** Least version that will do. */
    readonly minVersion?: string | undefined;
  },
  offered: { readonly latest: string; readonly available: readonly string[] },
): string | HostProblem {
  const { installed, version, minVersion } = request;
  const isEnough = (candidate: string) => minVersion === undefined || compareVersions(candidate, minVersion) >= 0;
  const notOlder = (candidate: string | null): candidate is string =>
    candidate !== null && (installed === null || compareVersions(candidate, installed) >= 0);
  const newest = newestMatching(offered.available, "latest") ?? offered.latest;
  const latest = isEnough(offered.latest) ? offered.latest : newest;
  const wanted = version === "latest" ? latest : newestMatching(offered.available, version);
  if (wanted !== null && !isEnough(wanted)) {
    return {
      code: "version-not-available",
      message: `minVersion is ${minVersion}, and the newest installer of version ${version} that the environment offers is ${wanted}`,
    };
  }
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

import type { InstallerProvider } from "../kinds/host/effects/installer-provider.ts";
import type { Sightings } from "../kinds/host/effects/sightings.ts";
import { unseenProblem } from "../kinds/host/unseen-problem.ts";
import type { BeginStep } from "../ports.ts";
import { followStep } from "../ssh/follow-steps.ts";

/** What is done for a host without being connected to it. */
interface HostServices {
  readonly installers: InstallerProvider;
  readonly sightings: Sightings;
}

/** The step of a host that its environment is to list. */
export const seenStep = "wait seen";

/** Tells also of these: of `download`, the wait until its installer is here, and of `wait seen`. */
export function followServices({ installers, sightings }: HostServices, begin: BeginStep): HostServices {
  return {
    installers: {
      ...installers,
      provide(request) {
        const { name: host, environment } = request.host;
        return followStep(
          begin({ host, environment, step: "download" }),
          () => installers.provide(request),
          () => "",
        );
      },
    },
    sightings: {
      ...sightings,
      async waitFor(request) {
        const { host, environment } = request;
        const end = begin({ host: host.name, environment, step: seenStep });
        const sighting = await sightings.waitFor(request);
        if (sighting.status === "seen") end({ result: "ok", words: null });
        else if (sighting.status === "no-list") end({ result: "no-list", words: null });
        else {
          const { code, message } = unseenProblem(sighting, environment);
          end({ result: code, words: message });
        }
        return sighting;
      },
    },
  };
}

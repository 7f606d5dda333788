import type { HostPorts } from "../../src/kinds/host/effects/apply.ts";
import type { InstallerProvider, PreparedInstaller } from "../../src/kinds/host/effects/installer-provider.ts";
import { noon } from "./builders.ts";
import { fakeClock } from "./fake-clock.ts";
import { silentLog } from "./log.ts";

/** What a change of a host is made with, where the host is reached by `connect` and no installer is expected. */
export const hostPorts = (connect: HostPorts["connect"], change: Partial<HostPorts> = {}): HostPorts => ({
  connect,
  clock: fakeClock(noon),
  log: silentLog,
  installers: { provide: () => Promise.reject(new Error("no installer is needed")) },
  lockWait: { seconds: 0, tries: 1 },
  origins: new Map(),
  sharing: () => ({ sameWay: 1, sameRate: 1 }),
  onTransfer: () => undefined,
  connectWait: 0,
  authorities: async () => "",
  ...change,
});

/** Gives an installer of one byte, which is pushed. */
export function pushedInstaller(version: string): InstallerProvider {
  const installer: PreparedInstaller = {
    ...{ version, size: 1, input: () => [new Uint8Array(1)] },
    connection: { tenant: "abc-p1", tenantToken: "", server: "https://dynatrace.example.com" },
    pull: () => Promise.reject(new Error("it is pushed")),
  };
  return { provide: async () => installer };
}

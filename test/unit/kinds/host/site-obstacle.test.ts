import { expect, test } from "vitest";
import type { HostAction } from "../../../../src/kinds/host/change.ts";
import { planHost } from "../../../../src/kinds/host/plan.ts";
import { installerPlaceProblem, siteObstacle } from "../../../../src/kinds/host/site-obstacle.ts";
import type { OneAgentSettings } from "../../../../src/model/inventory.ts";
import type { HostPlace, HostSite } from "../../../../src/model/observed.ts";
import { aHost, aHostReading, anAgent, aSite, oneAgentSettings } from "../../../support/builders.ts";

const place: HostPlace = { mountPoint: "/opt", free: 5_000, readOnly: false, noExecution: false, noSetUid: false };

const on = (mountPoint: string, given: Partial<HostPlace>): HostPlace => ({ ...place, mountPoint, ...given });

const obstacle = (
  site: Partial<HostSite>,
  settings: Partial<OneAgentSettings> = {},
  architecture = "x86",
  action: HostAction = "install",
) => siteObstacle(aHost({ oneagent: oneAgentSettings(settings) }), aSite(site), architecture, action);

test("a host that has what an agent needs, or does not tell, may take one", () => {
  expect(obstacle({})).toBeNull();
  expect(siteObstacle(aHost(), null, "x86", "install")).toBeNull();
  expect(
    obstacle({ userId: null, memory: null, installPlace: null, downloader: null, reachesCluster: null }),
  ).toBeNull();
  const silent = { ...place, free: null, readOnly: null, noExecution: null, noSetUid: null };
  const silence = { installPlace: silent, temporaryPlace: silent, dataPlace: silent, logPlace: silent };
  expect(obstacle(silence, { installerArguments: ["NON_ROOT_MODE=1"] })).toBeNull();
  expect(obstacle({ temporaryPlace: null, dataPlace: null, logPlace: null })).toBeNull();
});

test.each([
  [{ userId: 1_000 }, /user number 1000, and only root .* ssh\.become: sudo/],
  [{ installPlace: { ...place, readOnly: true } }, /no place for the OneAgent: \/opt is mounted read-only/],
  [{ temporaryPlace: on("/tmp", { readOnly: true }) }, /no place for its installer: \/tmp is mounted read-only/],
  [{ temporaryPlace: on("/tmp", { free: 49 }) }, /its installer: 49 MiB are free on \/tmp, and 50 MiB at least/],
  [{ temporaryPlace: on("/tmp", { readOnly: true, free: 0 }) }, /\/tmp is mounted read-only/],
  [
    { dataPlace: on("/var/lib", { readOnly: true }) },
    /no place for its configuration: \/var\/lib is mounted read-only/,
  ],
  [{ dataPlace: on("/var", { free: 4 }) }, /its configuration: 4 MiB are free on \/var/],
  [{ logPlace: on("/var/log", { readOnly: true }) }, /no place for its logs: \/var\/log is mounted read-only/],
  [{ logPlace: on("/var/log", { free: 0 }) }, /its logs: 0 MiB are free on \/var\/log/],
  [{ installPlace: { ...place, noExecution: true } }, /\/opt: it is mounted noexec/],
  [{ installPlace: { ...place, free: 1_739 } }, /1739 MiB are free on \/opt, and 1740 MiB at least/],
  [{ memory: 255 }, /255 MiB are available, and it needs 256 MiB/],
] as const)("an obstacle: %j", (site, reason) => {
  expect(obstacle(site)).toMatch(reason);
});

test("less space does on architectures whose agent is smaller", () => {
  expect(obstacle({ installPlace: on("/opt", { free: 476 }) }, {}, "ppcle")).toBeNull();
  expect(obstacle({ installPlace: on("/opt", { free: 456 }) }, {}, "s390")).toMatch(/457 MiB at least/);
  expect(obstacle({ temporaryPlace: on("/tmp", { free: 85 }) }, {}, "ppcle")).toBeNull();
});

test.each(["update", "move"] as const)("an %s needs space for both agents for a while", (action) => {
  const free = (mebibytes: number) => ({ installPlace: on("/opt", { free: mebibytes }) });
  expect(obstacle(free(2_478), {}, "x86", action)).toMatch(/2479 MiB at least/);
  expect(obstacle(free(2_479), {}, "arm", action)).toBeNull();
  expect(obstacle(free(905), {}, "ppcle", action)).toBeNull();
});

test("that nothing can be executed where the installer is kept is no obstacle: a shell reads it", () => {
  expect(obstacle({ temporaryPlace: on("/tmp", { noExecution: true, noSetUid: true }) })).toBeNull();
});

test("nosuid counts only where the mode that needs it is asked for", () => {
  const installPlace = { ...place, noSetUid: true };
  expect(obstacle({ installPlace })).toBeNull();
  expect(obstacle({ installPlace }, { installerArguments: ["NON_ROOT_MODE=0"] })).toBeNull();
  expect(obstacle({ installPlace }, { installerArguments: ["NON_ROOT_MODE=1"] })).toMatch(/nosuid/);
});

test("what only a host that fetches its installer needs counts for those alone", () => {
  const site = { downloader: "none", reachesCluster: false } as const;
  expect(obstacle(site)).toBeNull();
  expect(obstacle(site, { transfer: "push" })).toBeNull();
  expect(obstacle(site, { transfer: "pull" })).toMatch(/neither curl nor wget/);
  expect(obstacle({ reachesCluster: false }, { transfer: "pull" })).toMatch(/does not reach its cluster/);
});

test("an installer that does not fit is not sent", () => {
  const problem = (free: number | null, bytes: number) =>
    installerPlaceProblem(aSite({ temporaryPlace: { ...place, mountPoint: "/tmp", free } }), bytes);
  expect(problem(100, 100 * 1_048_576)).toBeNull();
  expect(problem(null, 1)).toBeNull();
  expect(installerPlaceProblem(null, 1)).toBeNull();
  expect(problem(100, 100 * 1_048_576 + 1)).toEqual({
    code: "disk-full",
    message: "there is no space for the installer on the host: 100 MiB are free on /tmp, and it has 101 MiB",
  });
});

test("a place that cannot be written to is not taken for a full one", () => {
  const readOnly = aSite({ temporaryPlace: on("/tmp", { free: 0, readOnly: true }) });
  expect(installerPlaceProblem(readOnly, 1)).toEqual({
    code: "no-directory",
    message: "no folder for the installer can be made on the host: /tmp is mounted read-only",
  });
});

test("a plan holds such a host for an installation, and not where no installer would run", () => {
  const site = aSite({ memory: 1 });
  const host = aHost();
  expect(planHost(host, aHostReading({ site }), [])).toMatchObject({
    change: null,
    held: { scope: `host/${host.name}`, reason: expect.stringContaining("memory") },
  });
  const configured = planHost(
    aHost({ oneagent: oneAgentSettings({ hostGroup: "other" }) }),
    aHostReading({ site, agent: anAgent({ hostGroup: "abc" }) }),
    [],
  );
  expect(configured).toMatchObject({ change: { action: "configure" }, held: null });
});

import { expect, test } from "vitest";
import { planHost } from "../../../../src/kinds/host/plan.ts";
import { installerSpaceProblem, siteObstacle } from "../../../../src/kinds/host/site-obstacle.ts";
import type { OneAgentSettings } from "../../../../src/model/inventory.ts";
import type { HostPlace, HostSite } from "../../../../src/model/observed.ts";
import { aHost, aHostReading, anAgent, oneAgentSettings } from "../../../support/builders.ts";

const place: HostPlace = { mountPoint: "/opt", free: 5_000, readOnly: false, noExecution: false, noSetUid: false };

const aSite = (given: Partial<HostSite> = {}): HostSite => ({
  userId: 0,
  memory: 900,
  installPlace: place,
  temporaryPlace: { ...place, mountPoint: "/tmp" },
  downloader: "curl",
  checksum: true,
  reachesCluster: true,
  ...given,
});

const obstacle = (site: Partial<HostSite>, settings: Partial<OneAgentSettings> = {}, architecture = "x86") =>
  siteObstacle(aHost({ oneagent: oneAgentSettings(settings) }), aSite(site), architecture);

test("a host that has what an agent needs, or does not tell, may take one", () => {
  expect(obstacle({})).toBeNull();
  expect(siteObstacle(aHost(), null, "x86")).toBeNull();
  expect(
    obstacle({ userId: null, memory: null, installPlace: null, downloader: null, reachesCluster: null }),
  ).toBeNull();
  const silent = { ...place, free: null, readOnly: null, noExecution: null, noSetUid: null };
  expect(obstacle({ installPlace: silent }, { installerArguments: ["NON_ROOT_MODE=1"] })).toBeNull();
});

test.each([
  [{ userId: 1_000 }, /user number 1000, and only root .* ssh\.become: sudo/],
  [{ installPlace: { ...place, readOnly: true } }, /\/opt: it is mounted read-only/],
  [{ installPlace: { ...place, noExecution: true } }, /\/opt: it is mounted noexec/],
  [{ installPlace: { ...place, free: 1_299 } }, /1299 MiB are free on \/opt, and it needs 1300 MiB/],
  [{ memory: 255 }, /255 MiB are available, and it needs 256 MiB/],
] as const)("an obstacle: %j", (site, reason) => {
  expect(obstacle(site)).toMatch(reason);
});

test("less space does on architectures whose agent is smaller", () => {
  expect(obstacle({ installPlace: { ...place, free: 480 } }, {}, "ppcle")).toBeNull();
  expect(obstacle({ installPlace: { ...place, free: 479 } }, {}, "s390")).toMatch(/needs 480 MiB/);
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
    installerSpaceProblem(aSite({ temporaryPlace: { ...place, mountPoint: "/tmp", free } }), bytes);
  expect(problem(100, 100 * 1_048_576)).toBeNull();
  expect(problem(null, 1)).toBeNull();
  expect(installerSpaceProblem(null, 1)).toBeNull();
  expect(problem(100, 100 * 1_048_576 + 1)).toEqual({
    code: "disk-full",
    message: "there is no space for the installer on the host: 100 MiB are free on /tmp, and it has 101 MiB",
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

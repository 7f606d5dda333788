import { expect, test } from "vitest";
import { changeArguments, installerArguments } from "../../../../src/kinds/host/effects/agent-arguments.ts";
import { chooseVersion } from "../../../../src/kinds/host/effects/installer-provider.ts";
import type { FieldDifference } from "../../../../src/kinds/host/fields.ts";
import type { OneAgentSettings } from "../../../../src/model/inventory.ts";
import type { ObservedAgent } from "../../../../src/model/observed.ts";

const offered = {
  latest: "1.313.52.20250602-150703",
  available: [
    "1.321.51.20250905-075429",
    "1.99.1.20200101-000000",
    "1.313.52.20250602-150703",
    "1.311.70.20250416-104152",
  ],
};

test.each([
  [{ installed: null, version: "latest" }, offered.latest],
  [{ installed: null, version: "1.321" }, "1.321.51.20250905-075429"],
  [{ installed: "1.311.70.20250416-104152", version: "1.313" }, offered.latest],
  // A move keeps the version where it can, and never goes below it.
  [{ installed: "1.311.70.20250416-104152", version: "1.311.70.20250416-104152" }, "1.311.70.20250416-104152"],
  [{ installed: "1.312.1.20250501-000000", version: "1.312.1.20250501-000000" }, offered.latest],
  [{ installed: "1.320.1.20250801-000000", version: "1.320.1.20250801-000000" }, "1.321.51.20250905-075429"],
])("%o gets %s", (request, version) => {
  expect(chooseVersion(request, offered)).toBe(version);
});

test("a version that is not offered and a downgrade are refused with their own codes", () => {
  expect(() => chooseVersion({ installed: null, version: "1.400" }, offered)).toThrow(
    expect.objectContaining({ code: "version-not-available" }),
  );
  const newer = "1.350.1.20260101-000000";
  expect(() => chooseVersion({ installed: newer, version: newer }, offered)).toThrow(
    expect.objectContaining({ code: "downgrade" }),
  );
});

const settings: OneAgentSettings = {
  transfer: "auto",
  signature: "auto",
  rootCertificate: null,
  hostGroup: "",
  hostTags: ["a", "tier=web"],
  hostProperties: { owner: "web" },
  autoUpdate: false,
  installPath: "/data/agent",
  installerArguments: ["NON_ROOT_MODE=0"],
};

test("the installer gets the connection without its secret, settings without empty ones, the path only at first", () => {
  const first = installerArguments(
    settings,
    { tenant: "abc-p1", server: "https://a/communication;https://b/communication" },
    true,
  );
  expect(first).toEqual([
    "--set-tenant=abc-p1",
    "--set-server=https://a/communication;https://b/communication",
    "INSTALL_PATH=/data/agent",
    "--set-host-tag=a",
    "--set-host-tag=tier=web",
    "--set-host-property=owner=web",
    "--set-auto-update-enabled=false",
    "NON_ROOT_MODE=0",
  ]);
  expect(installerArguments(settings, { tenant: "abc-p1", server: "x" }, false)).not.toContain(
    "INSTALL_PATH=/data/agent",
  );
});

test("one call takes away what is too much and adds what is missing", () => {
  const agent = {
    hostTags: ["a", "old"],
    hostProperties: ["owner=x", "owner=y", "rack=1"],
  } as unknown as ObservedAgent;
  const differences: readonly FieldDifference[] = [
    { field: "hostGroup", before: "g", after: "" },
    { field: "hostTags", before: ["a", "old"], after: ["a", "new"] },
    { field: "hostProperties", before: {}, after: { owner: "y" } },
    { field: "service", before: "inactive", after: "active" },
  ];
  expect(changeArguments(differences, agent)).toEqual([
    "--set-host-group=",
    "--remove-host-tag=old",
    "--set-host-tag=new",
    "--remove-host-property=owner=x",
  ]);
});

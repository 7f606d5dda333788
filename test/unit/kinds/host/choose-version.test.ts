import { expect, test } from "vitest";
import { chooseVersion } from "../../../../src/kinds/host/choose-version.ts";

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

test.each([
  [{ installed: null, version: "latest", minVersion: "1.313" }, offered.latest],
  // An environment's latest is its target version, which may be older than what its cluster offers.
  [{ installed: offered.latest, version: "latest", minVersion: "1.321" }, "1.321.51.20250905-075429"],
  [{ installed: null, version: "latest", minVersion: "1.321" }, "1.321.51.20250905-075429"],
  [{ installed: "1.311.70.20250416-104152", version: "1.313", minVersion: "1.313" }, offered.latest],
])("%o gets what is not below the least version", (request, version) => {
  expect(chooseVersion(request, offered)).toBe(version);
});

test.each([
  [{ installed: offered.latest, version: "latest", minVersion: "1.333" }],
  [{ installed: null, version: "latest", minVersion: "1.333" }],
  [{ installed: offered.latest, version: "1.313", minVersion: "1.313.53" }],
])("%o is refused, because the next plan would ask for an update once more", (request) => {
  expect(chooseVersion(request, offered)).toMatchObject({
    code: "version-not-available",
    message: expect.stringContaining(`minVersion is ${request.minVersion}`),
  });
});

test("a version that is not offered and a downgrade are refused with their own codes", () => {
  expect(chooseVersion({ installed: null, version: "1.400" }, offered)).toMatchObject({
    code: "version-not-available",
  });
  const newer = "1.350.1.20260101-000000";
  expect(chooseVersion({ installed: newer, version: newer }, offered)).toMatchObject({ code: "downgrade" });
});

import { expect, test } from "vitest";
import { chooseTransfer } from "../../../../src/kinds/host/choose-transfer.ts";
import { aSite } from "../../../support/builders.ts";

const site = aSite({ downloader: "wget" });
const large = 100_000_000;

test("what is declared is done, whatever was found", () => {
  expect(chooseTransfer("push", site, large)).toMatchObject({ way: "push", orPush: false });
  expect(chooseTransfer("pull", null, 1)).toMatchObject({ way: "pull", orPush: false });
});

test("a host that can fetch a large installer does so, and is pushed to where that fails", () => {
  expect(chooseTransfer("auto", site, large)).toMatchObject({ way: "pull", orPush: true });
});

test("a small one is fetched, too, where many hosts share a way to it", () => {
  expect(chooseTransfer("auto", site, 1_000_000, 3)).toMatchObject({ way: "push" });
  expect(chooseTransfer("auto", site, 1_000_000, 4)).toMatchObject({ way: "pull", orPush: true });
});

test.each([
  ["the installer is small", site, 3_999_999],
  ["nothing is known of the host but its agent", null, large],
  ["the host does not reach the cluster", { ...site, reachesCluster: false }, large],
  ["whether the host reaches the cluster is not known", { ...site, reachesCluster: null }, large],
  ["the host has neither curl nor wget", { ...site, downloader: "none" }, large],
  ["the host has neither curl nor wget", { ...site, downloader: null }, large],
  ["the host has nothing to compute a SHA-256 with", { ...site, checksum: false }, large],
  ["the host has nothing to compute a SHA-256 with", { ...site, checksum: null }, large],
] as const)("pushed: %s", (why, found, bytes) => {
  expect(chooseTransfer("auto", found, bytes)).toEqual({ way: "push", why, orPush: false });
});

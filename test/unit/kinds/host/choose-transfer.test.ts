import { expect, test } from "vitest";
import { chooseTransfer } from "../../../../src/kinds/host/choose-transfer.ts";
import { aSite } from "../../../support/builders.ts";

const site = aSite({ downloader: "wget" });
const large = 100_000_000;

const chosen = (transfer: "auto" | "push" | "pull", found: typeof site | null, bytes: number, sharing = 1) =>
  chooseTransfer(transfer, { cluster: "emea", site: found, bytes, sharing });

test("what is declared is done, whatever was found", () => {
  expect(chosen("push", site, large)).toEqual({ way: "push", why: "has transfer: push", orPush: false });
  expect(chosen("pull", null, 1)).toEqual({ way: "pull", why: "has transfer: pull", orPush: false });
});

test("a host that can fetch a large installer does so, and is pushed to where that fails", () => {
  expect(chosen("auto", site, large)).toEqual({ way: "pull", why: "can fetch and check it from emea", orPush: true });
});

test("a small one is fetched, too, where many hosts share a way to it", () => {
  expect(chosen("auto", site, 1_000_000, 3)).toMatchObject({ way: "push" });
  expect(chosen("auto", site, 1_000_000, 4)).toMatchObject({ way: "pull", orPush: true });
});

test.each([
  ["is sent a small one", site, 3_999_999],
  ["was not asked what it can fetch", null, large],
  ["does not reach emea", { ...site, reachesCluster: false }, large],
  ["may not reach emea", { ...site, reachesCluster: null }, large],
  ["has no downloader", { ...site, downloader: "none" }, large],
  ["has no downloader", { ...site, downloader: null }, large],
  ["has nothing to compute a SHA-256 with", { ...site, checksum: false }, large],
  ["has nothing to compute a SHA-256 with", { ...site, checksum: null }, large],
] as const)("pushed: the host %s", (why, found, bytes) => {
  expect(chosen("auto", found, bytes)).toEqual({ way: "push", why, orPush: false });
});

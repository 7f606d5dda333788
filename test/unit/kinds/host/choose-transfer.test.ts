import { expect, test } from "vitest";
import { chooseTransfer } from "../../../../src/kinds/host/choose-transfer.ts";
import { aSite } from "../../../support/builders.ts";

const site = aSite({ downloader: "wget" });
const large = 100_000_000;

const chosen = (transfer: "auto" | "push" | "pull", found: typeof site | null, bytes: number, sharing = 1) =>
  chooseTransfer(transfer, { cluster: "emea", site: found, bytes, sharing });

test("what is declared is done, whatever was found", () => {
  expect(chosen("push", site, large)).toEqual({ way: "push", why: "transfer: push", orPush: false });
  expect(chosen("pull", null, 1)).toEqual({ way: "pull", why: "transfer: pull", orPush: false });
});

test("a host that can fetch a large installer does so, and is pushed to where that fails", () => {
  expect(chosen("auto", site, large)).toEqual({ way: "pull", why: "emea reached", orPush: true });
});

test("a small one is fetched, too, where many hosts share a way to it", () => {
  expect(chosen("auto", site, 1_000_000, 3)).toMatchObject({ way: "push" });
  expect(chosen("auto", site, 1_000_000, 4)).toMatchObject({ way: "pull", orPush: true });
});

test.each([
  ["small installer", site, 3_999_999],
  ["nothing known of the host", null, large],
  ["emea not reached", { ...site, reachesCluster: false }, large],
  ["emea perhaps not reached", { ...site, reachesCluster: null }, large],
  ["no downloader", { ...site, downloader: "none" }, large],
  ["no downloader", { ...site, downloader: null }, large],
  ["no program for SHA-256", { ...site, checksum: false }, large],
  ["no program for SHA-256", { ...site, checksum: null }, large],
] as const)("pushed: the host %s", (why, found, bytes) => {
  expect(chosen("auto", found, bytes)).toEqual({ way: "push", why, orPush: false });
});

import { expect, test } from "vitest";
import { pulledShare } from "../../../../src/kinds/host/effects/installer-provider.ts";

test.each([
  [undefined, 50, null],
  [10_000_000, 1, 10_000_000],
  [10_000_000, 50, 200_000],
  [10_000_000, 3, 3_333_333],
  [1_000, 50, 1_000],
])("of %j bytes a second for %j hosts at once, one that fetches its installer takes %j", (rate, atOnce, share) => {
  expect(pulledShare(rate, atOnce)).toBe(share);
});

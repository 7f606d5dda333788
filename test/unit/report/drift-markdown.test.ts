import { expect, test } from "vitest";
import { renderDriftMarkdown } from "../../../src/report/drift-markdown.ts";
import { anInventory, planOf } from "../../support/builders.ts";

const empty = planOf({ inventory: anInventory(), clusters: {} });

test("an issue says whether something differs, as of when, and what", () => {
  expect(renderDriftMarkdown(empty, "some")).toMatch(
    /^Clusters or hosts are not as the inventory declares them\. As of \S+Z\. [^\n]+\n\n### dtsync plan\n/,
  );
  expect(renderDriftMarkdown(empty, "none")).toMatch(/^Nothing differs any more\./);
});

test("where not everything could be read, it says what, and counts nothing", () => {
  const held = Array.from({ length: 12 }, (_, index) => ({
    scope: `cluster/c${index}`,
    reason: `down ${index}`,
    items: 3,
  }));
  const text = renderDriftMarkdown({ ...empty, held }, "unknown");
  expect(text).toMatch(/^Not everything could be read, so nobody knows whether something differs; /);
  expect(text).toContain("- `cluster/c0` (3 items): down 0\n");
  expect(text).toContain("- and 2 more, left out here\n");
  expect(text).not.toContain("Nothing to do");
});

test("the time in a file is text like all of it", () => {
  const [first = ""] = renderDriftMarkdown({ ...empty, createdAt: "@all\n/close" }, "some").split("\n");
  expect(first).toContain("As of `@all\\n/close`. dtsync");
});

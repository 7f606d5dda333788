import { expect, test } from "vitest";
import { renderDriftMarkdown } from "../../../src/report/drift-markdown.ts";
import { anInventory, planOf } from "../../support/builders.ts";

const empty = planOf({ inventory: anInventory(), clusters: {} });

test("an issue says whether something differs, as of when, and what", () => {
  expect(renderDriftMarkdown(empty, "some")).toMatch(
    /^Clusters or hosts are not as the inventory declares them\. As of \S+Z\. [^\n]+\n\n### dtsync plan\n/,
  );
  expect(renderDriftMarkdown(empty, "none")).toMatch(/^Nothing differs any more\./);
  expect(renderDriftMarkdown(empty, "unknown")).toMatch(
    /^Nothing differs in what could be read, but not everything could/,
  );
});

test("the time in a file is text like all of it", () => {
  const [first = ""] = renderDriftMarkdown({ ...empty, createdAt: "@all\n/close" }, "some").split("\n");
  expect(first).toContain("As of `@all\\n/close`. dtsync");
});

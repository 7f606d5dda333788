import fc from "fast-check";
import { expect, test } from "vitest";
import { noteBody } from "../../../src/forge/note-body.ts";
import { readMarker } from "../../../src/forge/sticky-note.ts";
import type { Plan } from "../../../src/model/plan.ts";
import { renderPlanMarkdown } from "../../../src/report/plan-markdown.ts";
import { anInventory, planOf } from "../../support/builders.ts";
import { largePlan } from "../../support/large-plan.ts";

const marker = { key: "dtsync", pipeline: 12, digest: "sha256:ab" };
const origin = { job: "https://gitlab.example.com/-/jobs/1/artifacts/browse", commit: "a".repeat(40) };
const empty = planOf({ inventory: anInventory(), clusters: {} });

/** Without its code spans, as CommonMark finds them: an escaped backtick begins none. */
const outsideCode = (text: string): string =>
  text.replace(/\\.|(?<run>`+)(?!`)[^\n]*?[^`\n]\k<run>(?!`)/g, (found) => (found.startsWith("\\") ? found : ""));

test("has a marker that is read again, the report, and where the rest is", () => {
  const body = noteBody(marker, "### dtsync plan\n", origin);
  expect(readMarker(body)).toEqual(marker);
  expect(body).toBe(
    [
      "<!-- dtsync:note key=dtsync pipeline=12 digest=sha256:ab -->",
      "### dtsync plan",
      "",
      "<sub>[Job and artifacts](<https://gitlab.example.com/-/jobs/1/artifacts/browse>) · commit aaaaaaaaaaaa</sub>",
      "",
    ].join("\n"),
  );
});

test("no line is a quick action, and no text of a report is a mention outside of code", () => {
  const words = ["/merge", "@all", "\n", "`", " ", "<!-- -->", "/close", "a", "\r", "@", "&commat;all", "|", "\\"];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      const plan: Plan = { ...empty, held: [{ scope: text, reason: text, items: 1 }], warnings: [text] };
      const body = noteBody(marker, renderPlanMarkdown(plan), origin);
      expect(body).not.toMatch(/^\s*\//m);
      expect(outsideCode(body)).not.toContain("@");
    }),
  );
});

test("fits into a comment of GitHub, however large the plan is", () => {
  expect(noteBody(marker, renderPlanMarkdown(largePlan(400)), origin).length).toBeLessThan(65_536);
});

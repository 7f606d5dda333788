import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the reference of all fields is what the schemas say (npm run docs)", async () => {
  const script = new URL("../../scripts/generate-reference.js", import.meta.url).href;
  const { renderReference } = (await import(script)) as { readonly renderReference: () => string };
  const text = renderReference();
  expect(readFileSync(`${root}/docs/inventory-reference.md`, "utf8")).toBe(text);
  expect(text).toContain("| `clusters.NAME.maxConcurrency` |");
  expect(text).not.toMatch(/undefined|\[object/);
});

import { expect, test } from "vitest";
import { createCleanTexts } from "../../../../src/load/schema/clean-texts.ts";
import { createPositions } from "../../../../src/load/yaml/positions.ts";

test("what is left of a damaged line is as good as none", () => {
  const positions = () => createPositions("customers/abc.yaml", "customer: abc\n");
  const first = createCleanTexts("");
  first.keep("customer", { value: { customer: "abc" }, digest: "d" }, positions());
  const stored = first.toText() ?? "";
  expect(createCleanTexts(stored).recall("customer", positions())).toEqual({ value: { customer: "abc" }, digest: "d" });
  for (const damaged of [stored.slice(0, -3), `${stored.slice(0, 44)}{}`]) {
    expect(createCleanTexts(damaged).recall("customer", positions())).toBeUndefined();
  }
});

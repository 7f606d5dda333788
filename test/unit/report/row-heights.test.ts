import { expect, test } from "vitest";
import { rowHeights } from "../../../src/report/row-heights.ts";

test("a row is as high as its cells need on each screen, and as its title", () => {
  const short = { title: "abc", cells: ["abc-p1", "abc-t1"] };
  const again = { title: "xyz", cells: ["xyz-p1", "xyz-t1"] };
  const wide = { title: "abc", cells: Array.from({ length: 12 }, () => "a-long-name-of-an-environment") };
  const titled = {
    title: "A name with many, many words, as customers have them, one after the other",
    cells: ["abc-p1"],
  };
  const { classOf, style } = rowHeights([short, again, wide, titled]);
  // One line of cells; on the narrowest screen the title stands above it.
  expect(classOf(short)).toBe("high-23-27-27-27-27-40");
  expect(classOf(again)).toBe(classOf(short));
  expect(style.split(`.${classOf(short)} `)).toHaveLength(7);
  expect(style).toContain("@media (width < 40rem) { .high-23-27-27-27-27-40 { contain-intrinsic-size: auto 4rem; } }");
  const heights = classOf(wide).split("-").slice(1).map(Number);
  expect(heights).toEqual([59, 91, 134, 263, 263, 276]);
  expect(Number(classOf(titled).split("-")[2])).toBe(44);
});

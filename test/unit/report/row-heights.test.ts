import { expect, test } from "vitest";
import { rowHeights } from "../../../src/report/row-heights.ts";

test("a row is as high as its cells need on each screen, and as its title", () => {
  const short = { title: "abc", note: "", cells: ["abc-p1", "abc-t1"] };
  const again = { title: "xyz", note: "", cells: ["xyz-p1", "xyz-t1"] };
  const wide = { title: "abc", note: "", cells: Array.from({ length: 12 }, () => "a-long-name-of-an-environment") };
  const titled = {
    title: "A name with many, many words, as customers have them, one after the other",
    note: "",
    cells: ["abc-p1"],
  };
  const noted = { ...short, note: "since 03-09 23:52 UTC" };
  const { classOf, style } = rowHeights([short, again, wide, titled, noted]);
  // One line of cells; on the narrowest screen the title stands above it.
  expect(classOf(short)).toBe("high-23-27-27-27-27-40");
  expect(classOf(again)).toBe(classOf(short));
  expect(style.split(`.${classOf(short)} `)).toHaveLength(7);
  expect(style).toContain("@media (width < 40rem) { .high-23-27-27-27-27-40 { contain-intrinsic-size: auto 4rem; } }");
  const heights = classOf(wide).split("-").slice(1).map(Number);
  expect(heights).toEqual([59, 91, 134, 263, 263, 276]);
  expect(Number(classOf(titled).split("-")[2])).toBe(44);
  // Signs alone have no notes beside them.
  expect(classOf(noted)).toBe("high-23-34-34-34-34-55");
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const file = (path: string) => new URL(`../../${path}`, import.meta.url);

test("the picture of a run shows what dtsync demo prints (npm run docs:picture)", async () => {
  const { demoOutput, renderPicture } = (await import(file("scripts/picture.js").href)) as {
    readonly demoOutput: () => string;
    readonly renderPicture: (output: string) => string;
  };
  const picture = readFileSync(file("docs/demo.svg"), "utf8");
  expect(picture).toBe(renderPicture(demoOutput()));
  expect(picture).toContain("Nothing to do: ");
  expect(picture).not.toMatch(/<script|href=|url\(|https?:\/\/(?!www\.w3\.org\/2000\/svg")/);
});

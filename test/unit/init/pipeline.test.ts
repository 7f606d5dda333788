import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { inventoryPipeline } from "../../../src/init/pipeline.ts";

type Jobs = Readonly<Record<string, Record<string, unknown>>>;

const own = readFileSync(new URL("../../../.gitlab-ci.yml", import.meta.url), "utf8");
const text = inventoryPipeline(own, { package: "dtsync@$1.0", inventory: "my fleet" });
const before = parse(own) as Jobs;
const after = parse(text) as Jobs;

describe("the pipeline of an inventory", () => {
  test("has what dtsync's own has, but for its tests, image and pages", () => {
    const rest = Object.keys(before).filter((name) => !["test", "container", "pages"].includes(name));
    expect(Object.keys(after)).toEqual(rest);
    expect(after["stages"]).toEqual(["validate", "plan", "apply"]);
    for (const name of ["validate", "plan", "apply", "drift"]) {
      const { rules: ownRules, ...job } = before[name] ?? {};
      const { rules, ...copied } = after[name] ?? {};
      expect(copied).toEqual(job);
      expect(rules).toEqual((ownRules as { exists?: unknown }[]).filter((rule) => rule.exists === undefined));
    }
    const { before_script: lines, ...template } = before[".dtsync"] ?? {};
    expect(after[".dtsync"]).toEqual({
      ...template,
      before_script: (lines as string[]).filter((line) => !line.includes("npm ci")),
    });
  });

  test("installs the package and looks into the folder that it is told", () => {
    expect(after["variables"]).toEqual({
      ...before["variables"],
      DTSYNC_PACKAGE: "dtsync@$1.0",
      DTSYNC_INVENTORY: "my fleet",
    });
  });

  test("says nothing about dtsync's own repository", () => {
    expect(text).not.toMatch(/src\/cli|\.ci\/run|example inventory|copy this file|dtsync itself|this checkout/);
    expect(text).not.toMatch(/\n\n\n|[^\n]\n\n$/);
  });
});

import { expect, test } from "vitest";
import { withEditWorld } from "../../support/edit-world.ts";

const files = {
  "dtsync.yaml": `version: 1
clusters:
  emea:
    url: https://dynatrace.emea.example.com
    token: { env: DTSYNC_TOKEN_EMEA }
defaults:
  cluster: emea
  labels: { line: retail }
`,
  "customers/abc.yaml": `customer: abc
environments:
  p1:
    labels: { line: "" }
    hosts: []
  t1:
    hosts: []
`,
};

test("an empty label is formatted, explained, listed and chosen by as it is", () =>
  withEditWorld(files, async ({ run }) => {
    expect(await run("fmt", "--check")).toMatchObject({ code: 0 });
    expect((await run("explain", "abc-p1")).output).toMatch(/line +"" .*customers\/abc\.yaml:4/);
    const explained = JSON.parse((await run("explain", "abc-p1", "--format", "json")).output);
    expect(explained.settings["labels.line"]).toMatchObject({
      value: "",
      overrides: [{ value: "retail" }],
    });
    const listed = (await run("list", "environments", "--target", "label.line=")).output;
    expect([listed.includes("abc-p1"), listed.includes("abc-t1"), listed.includes("line=")]).toEqual([
      true,
      false,
      true,
    ]);
    const others = (await run("list", "environments", "--exclude", "label.line=", "--format", "json")).output;
    expect(JSON.parse(others)).toMatchObject({ items: [{ id: "abc-t1", labels: { line: "retail" } }] });
  }));

test("one is added with an environment", () =>
  withEditWorld(files, async ({ run, read }) => {
    const { code, output } = await run("add", "environment", "abc-p2", "--label", "line=", "--label", "site=a");
    expect([code, output]).toEqual([0, expect.stringContaining('  +       line: ""\n')]);
    expect(read("customers/abc.yaml")).toContain('      line: ""\n');
    expect((await run("validate")).code).toBe(0);
  }));

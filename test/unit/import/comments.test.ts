import { describe, expect, test } from "vitest";
import { formatText } from "../../../src/format/format-text.ts";
import { readSchema } from "../../../src/format/key-order.ts";
import { anEstate, importInto, observedEnvironment, observedGroup } from "../../support/import-world.ts";

const environments = ["abc-p1", "abc-t1", "xyz-p1"].map((id) =>
  observedEnvironment({ id, name: id.replace("-", " ") }),
);
const noc = observedGroup({ name: "noc", accessRight: { VIEWER: ["abc-p1", "xyz-p1"] } });
/** The comments of a file, without their marks. */
const commentsOf = (text: string | undefined): readonly string[] =>
  (text ?? "").split("\n").flatMap((line) => (line.startsWith("# ") ? [line.slice(2)] : []));

describe("comments of imported files say what they cannot", () => {
  test("each in the file that it is about", async () => {
    const auditors = observedGroup({ name: "xyz-auditors", accessRight: { LOG_VIEWER: ["xyz-p1", "gone-p1"] } });
    const apac = anEstate({ name: "apac", environments: [observedEnvironment({ id: "ABC-p1", name: "abc p1" })] });
    const there = [...environments, observedEnvironment({ id: "Legacy", tags: ["odd\ttag"] })];
    const { texts, proposal } = await importInto([anEstate({ environments: there, groups: [noc, auditors] }), apac]);
    expect(commentsOf(texts["customers/abc.yaml"])).toEqual([
      "Written by dtsync import. What a person should know of it:",
      "- ids that an earlier cluster has, too: left out there",
      "    apac: ABC-p1",
    ]);
    expect(commentsOf(texts["customers/xyz.yaml"])).toContain("    emea/xyz-auditors on gone-p1");
    expect(commentsOf(texts["customers/other-emea.yaml"])).toEqual([
      "Written by dtsync import. What a person should know of it:",
      "- values that an inventory cannot say: not declared",
      '    Legacy: tag "odd\\ttag"',
      "- environments that keep an id of their own, because no template makes it",
      "    Legacy",
    ]);
    const told = proposal.remarks.flatMap(({ about, items }) => [`- ${about}`, ...items.map((item) => `    ${item}`)]);
    for (const [path, text] of Object.entries(texts)) {
      const kind = path.startsWith("customers/") ? "customer" : path.startsWith("groups/") ? "groups" : "dtsync";
      if (text.startsWith("#")) expect(formatText(text, readSchema(kind))).toEqual({ text });
      for (const line of commentsOf(text).slice(1)) expect(told, path).toContain(line);
    }
  });

  test.each([
    "a\nb: {c",
    "a\u2028clusters: {c",
    "a\u0085{c",
    "\ufffe{c",
    "\u202e{c",
    "\ud800{c",
    "# {c",
    "https://deploy:pass-word@example.com",
    `x{${"y".repeat(600)}`,
  ])("in one line, whatever a name has in it: %j", async (name) => {
    const { inventory, texts } = await importInto([
      anEstate({ environments, groups: [noc, observedGroup({ name, id: "odd" })] }),
    ]);
    expect(inventory.groups.map((group) => group.name)).toEqual(["noc"]);
    const comments = commentsOf(texts["groups/imported.yaml"]);
    expect(comments).toHaveLength(3);
    expect(comments[2]).toMatch(/^ {4}emea\/[\x20-\x7e…]{1,160}$/);
    expect(comments.join("\n")).not.toContain("pass-word");
  });

  test("in the layout of fmt, also where a name ends with a blank", async () => {
    const { texts } = await importInto([
      anEstate({ environments, groups: [noc, observedGroup({ name: "trail ", id: "odd" })] }),
    ]);
    const text = texts["groups/imported.yaml"] ?? "";
    expect(commentsOf(text)).toContain("    emea/trail");
    expect(formatText(text, readSchema("groups"))).toEqual({ text });
  });

  test("but not in files that were there before", async () => {
    const ours = { "customers/abc.yaml": "customer: abc\ncluster: emea\nenvironments:\n  p1: {} # ours\n" };
    const { texts } = await importInto(
      [anEstate({ environments: [...environments, observedEnvironment({ id: "abc-t2", name: "x\ty" })] })],
      ours,
    );
    expect(texts["customers/abc.yaml"]).toMatch(/^customer: abc\n/);
  });
});

import { describe, expect, test } from "vitest";
import { type KnownNames, noNames } from "../../../../src/application/known-names.ts";
import { expectedHere } from "../../../../src/commands/completion/expected-here.ts";
import { offerFor } from "../../../../src/commands/completion/offer.ts";
import { shells } from "../../../../src/commands/completion/scripts.ts";
import { placeholderOf, placeholders } from "../../../../src/commands/completion/value-kinds.ts";
import { createProgram } from "../../../../src/commands/program.ts";
import { aContext } from "../../../support/context.ts";
import { shellWords } from "../../../support/shell-words.ts";

const { program } = createProgram(aContext().context);

const names: KnownNames = {
  clusters: ["emea", "apac"],
  customers: ["abc", "sun"],
  environments: ["abc-p1", "abc-t1", "sun-p1"],
  stages: ["p", "t"],
  labels: ["label.type=ccv2"],
  groups: ["emea/noc", "emea/NOC Team", "apac/a/b%", "apac/x,y"],
  hosts: ["web01.abc.example.com", "web02.abc.example.com"],
};

/** A line that ends with a blank goes on with an empty word. */
function offered(line: string, known: KnownNames = names) {
  const words = [...shellWords(line), ...(line.endsWith(" ") || line === "" ? [""] : [])];
  const { candidates, paths } = offerFor(expectedHere(program, words), known, [
    { text: "inventory", about: "The inventory", open: false },
  ]);
  return { texts: candidates.map(({ text, open }) => (open ? `${text}…` : text)), paths };
}

describe("offers", () => {
  test.each<[string, readonly string[]]>([
    ["pl", ["plan"]],
    ["co", ["comment", "completion"]],
    ["--v", ["--version"]],
    ["plan --ta", ["--target"]],
    ["plan --detailed-exitcode --det", []],
    ["plan --target abc --target", ["--target"]],
    ["plan --format ", ["text", "json", "markdown"]],
    ["plan --format=j", ["--format=json"]],
    ["explain --format ", ["text", "json"]],
    ["fmt --log-level w", ["warn"]],
    ["plan --hosts=", ["--hosts=probe", "--hosts=skip"]],
    ["plan --only ", ["environments", "groups", "hosts"]],
    ["plan --only hosts,", ["hosts,environments", "hosts,groups"]],
    ["plan --only=hosts,g", ["--only=hosts,groups"]],
    ["validate --report js", ["json=…"]],
    ["validate --report gitlab-", ["gitlab-codequality=…"]],
    ["completion ", ["bash", "zsh", "fish"]],
    ["help i", ["inventory"]],
    ["plan --target ab", ["abc", "abc-p1", "abc-t1"]],
    ["plan --target stage=", ["stage=p", "stage=t"]],
    ["plan --exclude=cl", ["--exclude=cluster=emea", "--exclude=cluster=apac"]],
    ["plan --target noc,stage=p", ["noc,stage=p"]],
    ["plan --target x", []],
    ["plan --target group/apac/x", []],
    ["explain sun", ["sun-p1"]],
    ["explain x", ["x,y"]],
    ["explain e", ["environment/…"]],
    ["explain environment/s", ["environment/sun-p1"]],
    ["explain group/apac/", ["group/apac/a%2Fb%25", "group/apac/x,y"]],
    ["explain 'NOC T'", ["NOC Team"]],
    ["explain abc-p1 ", []],
    ["plan --concurrency ", []],
    ["plan --set ", []],
    ["plan --", expect.arrayContaining(["--out", "--target", "--format"])],
    ["plan -- --", []],
    ["frobnicate ", []],
    ["frobnicate --", []],
    ["sandbox --seed inventory -- dtsync pl", ["plan"]],
    ["sandbox dtsync explain s", ["sun-p1"]],
    ["sandbox -- sh --", []],
  ])("%s", (line, texts) => {
    expect(offered(line)).toMatchObject({ texts, paths: line.includes("-- sh") ? { kind: "files", kept: "" } : null });
  });

  test.each([
    ["plan --out ", "files", ""],
    ["plan --out=", "files", "--out="],
    ["plan --inventory in", "folders", ""],
    ["plan --report json=x", "files", "json="],
    ["plan --report=json=x", "files", "--report=json="],
    ["apply ", "files", ""],
    ["sandbox ", "files", ""],
  ])("files, for %s", (line, kind, kept) => {
    expect(offered(line)).toEqual({ texts: [], paths: { kind, kept } });
  });

  test("every command and no hidden one", () => {
    const { texts } = offered("");
    expect(texts).toEqual(expect.arrayContaining(["init", "plan", "apply", "completion"]));
    expect(texts).not.toContain("complete");
  });

  test("no name that a terminal could act on", () => {
    const hostile = { ...noNames, groups: ["emea/a\u001b[2J", "emea/a\nb", "emea/a\u202eb", "emea/ab"] };
    expect(offered("explain a", hostile).texts).toEqual(["ab"]);
  });

  test("beginnings where names are too many, each longer than what is typed and none leading past a name", () => {
    const hosts = Array.from({ length: 12_000 }, (_, index) => `web${String(index).padStart(5, "0")}.abc.example.com`);
    const { texts } = offered("plan --target web", { ...names, hosts });
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.length).toBeLessThanOrEqual(300);
    expect(texts.every((text) => text.endsWith("…") && text.startsWith("web"))).toBe(true);
    expect(hosts.every((host) => texts.some((text) => host.startsWith(text.slice(0, -1))))).toBe(true);
    expect(offered("plan --target web0000", { ...names, hosts }).texts).toHaveLength(10);
  });
});

test("every placeholder of an option or argument says what it stands for", () => {
  const used = program.commands.flatMap((command) => [
    ...command.options.flatMap((option) => placeholderOf(option) ?? []),
    ...(command.name() === "complete" ? [] : command.registeredArguments.map((argument) => argument.name())),
  ]);
  expect(used.filter((placeholder) => !Object.hasOwn(placeholders, placeholder))).toEqual([]);
});

test("whatever has a few words as values has them in its definition", () => {
  const kinds = new Map<string, string>(Object.entries(placeholders));
  const hasWords = (placeholder: string | null) =>
    ["words", "list", "word-and-file"].includes(kinds.get(placeholder ?? "") ?? "");
  const without = program.commands
    .filter((command) => command.name() !== "complete")
    .flatMap(({ options, registeredArguments }) => [
      ...options.filter((option) => hasWords(placeholderOf(option)) && !option.argChoices).map(({ flags }) => flags),
      ...registeredArguments.filter((each) => hasWords(each.name()) && !each.argChoices).map((each) => each.name()),
    ]);
  expect(without).toEqual([]);
});

test("there is a script for every shell that the definition names, and no other", () => {
  const command = program.commands.find((candidate) => candidate.name() === "completion");
  expect(command?.registeredArguments[0]?.argChoices).toEqual(shells);
});

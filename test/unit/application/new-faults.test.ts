import { afterEach, describe, expect, test } from "vitest";
import { faultsNotAdded, hideFaults } from "../../../src/application/new-faults.ts";
import type { Diagnostic } from "../../../src/model/diagnostic.ts";
import { createGitInventory, firstFiles, type GitInventory, runCommand } from "../../support/git-inventory.ts";

const aFault = (given: Partial<Diagnostic> = {}): Diagnostic => ({
  severity: "error",
  rule: "unknown-key",
  message: "unknown",
  hint: "",
  file: "customers/abc.yaml",
  line: 1,
  column: 1,
  ...given,
});

describe("a fault is not new", () => {
  test("when it was there before, on whatever line", () => {
    const now = [aFault({ line: 9 })];
    expect(faultsNotAdded(now, [aFault({ line: 2, column: 7 })])).toEqual(now);
  });

  test.each<[string, Partial<Diagnostic>]>([
    ["file", { file: "customers/xyz.yaml" }],
    ["message", { message: "other" }],
    ["rule", { rule: "duplicate-host" }],
    ["severity", { severity: "warning" }],
  ])("unless its %s is another", (_what, given) => {
    expect(faultsNotAdded([aFault()], [aFault(given)])).toEqual([]);
  });

  test("unless there are more of it now: then all of them count", () => {
    const now = [aFault({ line: 1 }), aFault({ line: 2 })];
    expect(faultsNotAdded(now, [aFault()])).toEqual([]);
    expect(faultsNotAdded(now, [aFault(), aFault(), aFault()])).toEqual(now);
  });

  test("unless it is a secret", () => {
    const secret = aFault({ rule: "secret-in-file" });
    expect(faultsNotAdded([secret], [secret])).toEqual([]);
  });
});

describe("hiding faults", () => {
  const summary = { files: 1, customers: 1, environments: 0, groups: 0, hosts: 0, errors: 2, warnings: 1 };
  const [first, second, warning] = [aFault(), aFault({ line: 2 }), aFault({ severity: "warning" })];
  const validation = { diagnostics: [first, second, warning], summary };

  test("counts what is left, and says how many are not shown", () => {
    const { validation: left, remarks } = hideFaults(validation, new Set([first]));
    expect(left).toEqual({ diagnostics: [second, warning], summary: { ...summary, errors: 1 } });
    expect(remarks).toEqual([expect.stringMatching(/^a fault is older than this change and not shown: .* shows it,/)]);
    expect(hideFaults(validation, new Set([first, second])).remarks[0]).toMatch(/^2 faults are older/);
  });

  test("says nothing of warnings", () => {
    expect(hideFaults(validation, new Set([warning]))).toEqual({
      validation: { diagnostics: [first, second], summary: { ...summary, warnings: 0 } },
      remarks: [],
    });
  });
});

describe("validate --changed-since", () => {
  const opened: GitInventory[] = [];
  afterEach(() => {
    for (const repository of opened.splice(0)) repository.close();
  });

  function withOldFault(): GitInventory {
    const repository = createGitInventory();
    opened.push(repository);
    repository.commit({ ...firstFiles, "inventory/customers/old.yaml": "customer: old\nnonsense: 1\n" });
    return repository;
  }

  test("leaves out the faults of others, and says so", async () => {
    const repository = withOldFault();
    repository.write({ "inventory/customers/abc.yaml": "customer: abc\nenvironments: { p1: {} }\n" });
    const { code, output, errors } = await runCommand(repository, ["validate", "--changed-since", "HEAD"]);
    expect(code).toBe(0);
    expect(output).not.toContain("old.yaml");
    expect(errors).toContain("a fault is older than this change");
  });

  test("shows every fault of a file that changed", async () => {
    const repository = withOldFault();
    repository.write({ "inventory/customers/old.yaml": "# changed\ncustomer: old\nnonsense: 1\n" });
    const { code, output } = await runCommand(repository, ["validate", "--changed-since", "HEAD"]);
    expect(code).toBe(3);
    expect(output).toContain("old.yaml");
  });

  test("shows every fault where the revision is not known", async () => {
    const { code, errors } = await runCommand(withOldFault(), ["validate", "--changed-since", "nope"]);
    expect(code).toBe(3);
    expect(errors).toContain("--changed-since nope: every fault is shown, because ");
  });
});

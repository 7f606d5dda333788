import { type Diagnostics, type DiagnosticText, inFile, type ValuePlace } from "./diagnostics.ts";

/** What lines of an inventory can multiply, or what takes long where there is much of it. */
type Spent = keyof typeof most;

/** How much of it one inventory may take: several times what 5,000 environments and 12,000 hosts do. */
const most = {
  environments: { amount: 50_000, text: "stands for more than 50,000 environments" },
  groups: { amount: 50_000, text: "stands for more than 50,000 groups" },
  rights: { amount: 250_000, text: "gives groups rights on more than 250,000 environments, counted for each group" },
  names: { amount: 500_000, text: "gives its groups more than 500,000 former, LDAP and SSO names" },
  comparisons: { amount: 2_000_000, text: "has too many groups for its environments" },
  permissions: { amount: 250_000, text: "has roles that stand for more than 250,000 permissions in all" },
  settings: { amount: 500_000, text: "has lists of tags and properties that add up to more than 500,000 entries" },
} as const;

/** Marks of YAML in all files; one that the fast parser could not read counts several times. */
const mostMarks = 4_000_000;
const weightOfRare = 8;
/** As soon as there are errors, which have to be corrected before anything else. */
const mostMarksWithErrors = 800_000;

/**
 * Keeps the work that an inventory makes within bounds. What goes beyond is reported and ends the reading: whoever can
 * open a merge request could otherwise fill the memory of a pipeline, or keep it busy for hours, with a few lines.
 */
export interface Budget {
  /** To be asked before a file is read; `file` as diagnostics show it. */
  admitFile(file: string): void;
  countMarks(marks: number, isPlain: boolean): void;
  spend(what: Spent, amount: number, where: ValuePlace): void;
}

export function createBudget(diagnostics: Diagnostics): Budget {
  const spent = { environments: 0, groups: 0, rights: 0, names: 0, comparisons: 0, permissions: 0, settings: 0 };
  let marks = 0;
  return {
    admitFile(file) {
      const start = inFile({ file, line: 1, column: 1 });
      if (marks > mostMarks) diagnostics.stop(start, textDiagnostic);
      if (marks > mostMarksWithErrors && diagnostics.hasErrors()) diagnostics.stop(start, notCheckedDiagnostic);
    },
    countMarks(added, isPlain) {
      marks += isPlain ? added : weightOfRare * added;
    },
    spend(what, amount, where) {
      spent[what] += amount;
      if (spent[what] > most[what].amount) diagnostics.stop(where, tooLarge(most[what].text));
    },
  };
}

const tooLarge = (text: string): DiagnosticText => ({
  rule: "inventory-too-large",
  message: `the inventory ${text}`,
  hint: "Look for what multiplies, here and in the files before; if all of it is meant, it takes several inventories.",
});

const textDiagnostic: DiagnosticText = {
  rule: "inventory-too-large",
  message: "the files before this one are as much as one inventory may hold",
  hint: "Look for files that do not belong here; if all of them are meant, it takes several inventories.",
};

const notCheckedDiagnostic: DiagnosticText = {
  rule: "not-checked",
  message: "this file and those after it are not checked, because the inventory is large and has faults",
  hint: "Correct the faults that are listed, then check again.",
};

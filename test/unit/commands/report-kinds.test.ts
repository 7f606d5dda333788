import { expect, test } from "vitest";
import { createProgram } from "../../../src/commands/program.ts";
import { applyReports } from "../../../src/report/apply-reports.ts";
import { planReports } from "../../../src/report/plan-reports.ts";
import { validationReports } from "../../../src/report/validation-reports.ts";
import { aContext } from "../../support/context.ts";

const { program } = createProgram(aContext().context);

test.each([
  ["validate", validationReports],
  ["plan", planReports],
  ["apply", applyReports],
])("the help of %s names the kinds of report that it has", (name, reports) => {
  const help = program.commands.find((command) => command.name() === name)?.helpInformation() ?? "";
  const words = help.replace(/\s+/g, " ");
  expect(words).toContain(Object.keys(reports).join(", "));
});

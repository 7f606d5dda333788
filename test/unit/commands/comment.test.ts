import { join } from "node:path";
import { expect, test } from "vitest";
import { createProgram } from "../../../src/commands/program.ts";
import { aContext } from "../../support/context.ts";
import { savedDocuments } from "../../support/saved-documents.ts";
import { withFiles } from "../load/load-files.ts";

const comment = (document: unknown, ...parameters: readonly string[]) =>
  withFiles({ "saved.json": JSON.stringify(document) }, async (folder) => {
    const { context, output } = aContext();
    const { program } = createProgram(context);
    await program.parseAsync(["comment", join(folder, "saved.json"), ...parameters], { from: "user" });
    return output();
  });

test("an issue is kept of a plan alone, whatever else can be shown", async () => {
  const { plan, ...others } = savedDocuments;
  expect(await comment(plan, "--issue", "--key", "emea", "--dry-run")).toMatch(
    /^<!-- dtsync:note key=emea pipeline=- digest=sha256:[0-9a-f]+ -->\nClusters or hosts are not as the inventory declares them\./,
  );
  for (const other of Object.values(others))
    await expect(comment(other, "--issue", "--dry-run")).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining("a plan alone"),
    });
});

test("an issue is no note of a merge request", async () => {
  await expect(comment(savedDocuments.plan, "--issue", "--pull-request", "7")).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining("do not go together"),
  });
});

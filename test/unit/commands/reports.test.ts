import { access, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../../src/commands/program.ts";
import { DtsyncError } from "../../../src/errors.ts";
import { aContext } from "../../support/context.ts";
import { deviceFor } from "../../support/device.ts";
import { settingsWithoutRoles, withFiles } from "../load/load-files.ts";

/** Runs a command as a process would, with reports of these kinds that an earlier run has left already. */
async function run(folder: string, command: readonly string[], kinds: readonly string[]) {
  const { context, output, errors } = aContext({ variables: { DTSYNC_TOKEN_EMEA: "x", HOME: folder } });
  const fileOf = (kind: string) => join(folder, "out", kind);
  await mkdir(join(folder, "out"), { recursive: true });
  for (const kind of kinds) await writeFile(fileOf(kind), "of an earlier run");
  const { program, exitCode } = createProgram(context);
  const hosts = command.some((word) => word.endsWith(".json")) ? [] : ["--hosts", "skip"];
  const parameters = [...command, "--inventory", join(folder, "inventory"), ...hosts];
  const reports = kinds.flatMap((kind) => ["--report", `${kind}=${fileOf(kind)}`]);
  const failed = await program.parseAsync([...parameters, ...reports], { from: "user" }).then(
    () => null,
    (error: unknown) => error,
  );
  const read = (kind: string) => readFile(fileOf(kind), "utf8").catch(() => null);
  const found = Object.fromEntries(await Promise.all(kinds.map(async (kind) => [kind, await read(kind)] as const)));
  return {
    code: failed instanceof DtsyncError ? failed.exitCode : exitCode(),
    output: output(),
    errors: failed instanceof DtsyncError ? `${errors()}${failed.message}` : errors(),
    found,
  };
}

const planKinds = ["json", "markdown", "gitlab-terraform", "gitlab-codequality", "sarif", "junit"];
const applyKinds = ["json", "markdown", "gitlab-codequality", "sarif", "junit"];
/** Nothing is sent there: the port is one that requests may not go to. */
const unusable = settingsWithoutRoles
  .replace(/ {2}apac:\n(?: {4}.*\n)+/, "")
  .replace("https://dynatrace.emea.example.com", "https://127.0.0.1:1");
const valid = "customer: abc\nenvironments: { p1: { hosts: [] } }\n";
const invalid = "customer: abc\nnmae: x\n";
const files = (dtsync: string, customer: string) => ({
  "inventory/dtsync.yaml": dtsync,
  "inventory/customers/abc.yaml": customer,
});

describe("an invalid inventory", () => {
  test.each([
    ["plan", planKinds],
    ["apply", applyKinds],
  ])("is in every report of %s that can carry faults", async (command, kinds) => {
    await withFiles(files(settingsWithoutRoles, invalid), async (folder) => {
      const { code, found, output, errors } = await run(folder, [command, "--format", "json"], kinds);
      expect(code).toBe(3);
      expect(JSON.parse(output)).toMatchObject({ format: "dtsync-validate/1", valid: false });
      const { "gitlab-terraform": counts, ...carriers } = found;
      for (const text of Object.values(carriers)) expect(text).toContain("unknown-key");
      expect(counts ?? null).toBeNull();
      if (command === "plan")
        expect(errors).toMatch(/--report gitlab-terraform=\S+ is not written: the inventory is invalid/);
      expect(found["junit"]).toContain('failures="1"');
      expect(JSON.parse(found["json"] ?? "")).toMatchObject({ format: "dtsync-validate/1", valid: false });
    });
  });
});

describe("a run that can use no cluster", () => {
  test("says so in every report of a plan, and saves neither counts nor a plan", async () => {
    await withFiles(files(unusable, valid), async (folder) => {
      const saved = join(folder, "plan.json");
      await writeFile(saved, "of an earlier run");
      const { code, found, errors } = await run(folder, ["plan", "--out", saved, "--detailed-exitcode"], planKinds);
      expect(code).toBe(1);
      expect(found["gitlab-terraform"]).toBeNull();
      expect(errors).toMatch(/--report gitlab-terraform=\S+ is not written: .*\(cluster\/emea\)/);
      expect(errors).toMatch(/--out \S+plan\.json is not written: no cluster could be read/);
      await expect(access(saved)).rejects.toThrow();
      for (const kind of planKinds.filter((name) => name !== "gitlab-terraform")) {
        expect(found[kind]).toContain("cluster/emea");
      }
      expect(found["junit"]).toMatch(
        /errors="1".*<testcase classname="held" name="cluster\/emea" time="0.000"><error>/s,
      );
    });
  });

  test("says so in the result of an apply and in its reports", async () => {
    await withFiles(files(unusable, valid), async (folder) => {
      const { code, found, output } = await run(folder, ["apply", "--auto-approve", "--format", "json"], applyKinds);
      expect(code).toBe(1);
      const held = [{ scope: "cluster/emea", items: 1 }];
      expect(JSON.parse(output)).toMatchObject({ results: [], held, waiting: [], warnings: [] });
      expect(JSON.parse(found["json"] ?? "")).toMatchObject({ results: [], held });
      expect(found["markdown"]).toContain("`cluster/emea`");
      expect(found["junit"]).toContain('tests="1" failures="0" errors="1"');
      const text = await run(folder, ["apply", "--auto-approve"], []);
      expect(text.output).toMatch(/Nothing was done: 1 item is held\.\n$/);
      const markdown = await run(folder, ["apply", "--auto-approve", "--format", "markdown"], []);
      expect(markdown.output).toMatch(/^### dtsync plan\n.*### dtsync apply\n.*`cluster\/emea`/s);
    });
  });
});

describe("a run that fails before there is a plan leaves no report of an earlier one", () => {
  test.each([
    ["a target that names nothing", 3, ["plan", "--target", "abc-p11"], planKinds],
    ["an exclude that names nothing", 3, ["apply", "--auto-approve", "--exclude", "abc-p11"], applyKinds],
    ["nobody to ask", 4, ["apply"], applyKinds],
  ])("%s", async (_name, expected, command, kinds) => {
    await withFiles(files(unusable, valid), async (folder) => {
      const { code, found } = await run(folder, command, kinds);
      expect(code).toBe(expected);
      expect(Object.values(found)).toEqual(kinds.map(() => null));
    });
  });

  test("but the plan file that it reads stays, and so does what a link leads to", async () => {
    await withFiles({ ...files(unusable, valid), "plan.json": "{}", other: "of somebody" }, async (folder) => {
      const planFile = join(folder, "plan.json");
      expect((await run(folder, ["apply", planFile, "--report", `json=${planFile}`], [])).code).toBe(3);
      expect(await readFile(planFile, "utf8")).toBe("{}");
      const link = join(folder, "link");
      await symlink(join(folder, "other"), link);
      const refused = await run(folder, ["plan", "--report", `json=${link}`], []);
      expect([refused.code, refused.errors]).toEqual([1, expect.stringContaining("links are not followed")]);
      expect(await readFile(link, "utf8")).toBe("of somebody");
    });
  });

  test("and the next report has the permissions of the one before", async () => {
    await withFiles(files(unusable, valid), async (folder) => {
      const report = join(folder, "report.json");
      await writeFile(report, "of an earlier run", { mode: 0o640 });
      await run(folder, ["validate", "--report", `json=${report}`], []);
      expect((await stat(report)).mode & 0o777).toBe(0o640);
      expect(JSON.parse(await readFile(report, "utf8"))).toMatchObject({ format: "dtsync-validate/1" });
    });
  });

  test("but a file of the inventory is refused, and stays as it is", async () => {
    await withFiles({ ...files(unusable, valid), "inventory/hosts/web.txt": "web01.example.com\n" }, async (folder) => {
      for (const name of ["customers/abc.yaml", "dtsync.yaml", "customers/new.yml", "hosts/web.txt"]) {
        const file = join(folder, "inventory", name);
        const before = await readFile(file, "utf8").catch(() => null);
        await expect(run(folder, ["plan", "--report", `json=${file}`], [])).resolves.toMatchObject({ code: 3 });
        expect(await readFile(file, "utf8").catch(() => null)).toBe(before);
      }
      await symlink(join(folder, "inventory"), join(folder, "linked"));
      const linked = join(folder, "linked/customers/abc.yaml");
      await expect(run(folder, ["plan", "--report", `json=${linked}`], [])).resolves.toMatchObject({ code: 3 });
      expect(await readFile(linked, "utf8")).toBe(valid);
      const report = join(folder, "inventory/report.json");
      for (const _time of [1, 2]) await run(folder, ["validate", "--report", `json=${report}`], []);
      expect(JSON.parse(await readFile(report, "utf8"))).toMatchObject({ format: "dtsync-validate/1" });
    });
  });

  test("and a report that cannot be written is no reason to leave out another", async (context) => {
    await withFiles(files(unusable, valid), async (folder) => {
      const device = deviceFor("full", folder) ?? context.skip("no device can be made here");
      const report = join(folder, "report.json");
      const reports = ["--report", `junit=${device}`, "--report", `json=${report}`];
      const { code, errors } = await run(folder, ["validate", ...reports], []);
      expect([code, errors]).toEqual([
        1,
        expect.stringContaining(`${device} cannot be written (the disk is full: ENOSPC`),
      ]);
      expect(JSON.parse(await readFile(report, "utf8"))).toMatchObject({ format: "dtsync-validate/1" });
    });
  });
});

describe("a file that cannot be written", () => {
  const commands = [
    ["validate", "--report", "junit=folder.json"],
    ["plan", "--report", "junit=folder.json"],
    ["plan", "--out", "folder.json"],
    ["apply", "--auto-approve", "--report", "junit=folder.json"],
    ["status", "--html", "folder.json"],
  ];

  test.each(commands)(
    "counts less than an invalid inventory, whose faults are printed: %s %s %s",
    async (...command) => {
      await withFiles({ ...files(unusable, invalid), "folder.json/kept": "" }, async (folder) => {
        const parameters = command.map((word) => word.replace("folder.json", join(folder, "folder.json")));
        const { code, errors, output } = await run(folder, parameters, []);
        expect(code).toBe(3);
        expect(`${errors}${output}`).toContain("nmae");
      });
    },
  );

  test.each(commands)("ends the run with 1 where the inventory is valid: %s %s %s", async (...command) => {
    await withFiles({ ...files(unusable, valid), "folder.json/kept": "" }, async (folder) => {
      const parameters = command.map((word) => word.replace("folder.json", join(folder, "folder.json")));
      const { code, errors } = await run(folder, parameters, []);
      expect([code, errors]).toEqual([1, expect.stringContaining("folder.json cannot be written (it is a folder)")]);
    });
  });
});

describe("a name that may be that of a host which a command lists", () => {
  const customer = (command: string) => `customer: abc\nenvironments: { p1: { hosts: [{ command: ${command} }] } }\n`;
  const listing = customer("[node, --print, \"'web01.abc.example.com'\"]");
  const target = (name: string) => ["plan", "--target", name, "--format", "json"];

  test("is refused where no host is compared: it would look like a slip that did its work", async () => {
    await withFiles(files(unusable, listing), async (folder) => {
      await expect(run(folder, target("web99.abc.example.com"), [])).resolves.toMatchObject({ code: 3 });
      await expect(run(folder, target("environment/abc-p2"), [])).resolves.toMatchObject({ code: 3 });
    });
  });

  test("is refused where it ran and the host is not among them", async () => {
    await withFiles(files(unusable, listing), async (folder) => {
      const { context } = aContext({ variables: { ...process.env, HOME: folder } });
      const plan = (name: string) => {
        const { program } = createProgram(context);
        const inventory = ["--inventory", join(folder, "inventory"), "--allow-commands"];
        return program.parseAsync([...target(name), ...inventory], { from: "user" });
      };
      await expect(plan("host/web02.abc.example.com")).rejects.toMatchObject({
        exitCode: 3,
        message: "--target host/web02.abc.example.com matches nothing: did you mean host/web01.abc.example.com?",
      });
    });
  });

  test("and text of an option cannot act on a terminal", async () => {
    await withFiles(files(unusable, valid), async (folder) => {
      const { context } = aContext({ variables: { HOME: folder } });
      const { program } = createProgram(context);
      const parameters = ["plan", "--inventory", join(folder, "inventory"), "--target", "a\u001b[2Jb"];
      await expect(program.parseAsync(parameters, { from: "user" })).rejects.toThrow(/^--target a\\u001b\[2Jb matches/);
    });
  });
});

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Plan } from "../../../src/model/plan.ts";
import type { ApplyReport } from "../../../src/model/result.ts";
import { writesTo } from "../../support/cluster-world.ts";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";
import { realClock } from "../../support/host-world.ts";

const files = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
groups:
  - name: ops
    access: { "*": [VIEWER] }
defaults: { cluster: emea }
`,
  "customers/abc.yaml": "customer: abc\nenvironments:\n  p1: { hosts: [] }\n  p2: { hosts: [] }\n  p3: { hosts: [] }\n",
};

let world: CommandWorld;
beforeEach(async () => {
  world = await startCommandWorld(files, {});
});
afterEach(() => world.close());

const kept = () => join(world.directory, ".dtsync/apply.json");
const readKept = () => JSON.parse(readFileSync(kept(), "utf8")) as ApplyReport;
const statuses = ({ results }: ApplyReport) => Object.fromEntries(results.map(({ id, status }) => [id, status]));
const apply = (...more: readonly string[]) =>
  world.run(["apply", "--auto-approve", "--only", "environments,groups", ...more]);
/** The cluster refuses to make these environments, as often as that. */
const refuse = (times: number) =>
  world.cluster.addFault({
    match: { method: "PUT", path: "/api/cluster/v2/environments/*", times },
    do: { status: 403 },
  });

/** Applies while the cluster refuses to make the first environment. */
async function applyPartly() {
  refuse(1);
  const { code, document, errors } = await apply();
  expect(code).toBe(5);
  return { report: document as ApplyReport, errors };
}

describe("the report of an apply", () => {
  test("is kept for its owner alone, whole, and the end of the run says how to retry", async () => {
    const { report, errors } = await applyPartly();
    expect(readKept()).toEqual(report);
    expect(statSync(kept()).mode & 0o777).toBe(0o600);
    expect(report.summary).toMatchObject({ failed: 1, skipped: 1 });
    expect(errors).toMatch(
      /dtsync: 2 changes are left, and this tries them again: dtsync apply --retry \.dtsync\/apply\.json\n$/,
    );
    expect(readdirSync(join(world.directory, ".dtsync"))).toEqual(["apply.json"]);
  });

  test("stays as it was when a run has nothing to do, is refused, or is of an invalid inventory", async () => {
    const { report } = await applyPartly();
    for (const [parameters, expected] of [
      [["apply", "--only", "groups"], 4],
      [["apply", "--auto-approve", "--target", "abc-p7"], 3],
      [["apply", "--auto-approve", "--retry", join(world.directory, "inventory/dtsync.yaml")], 3],
    ] as const) {
      expect((await world.run(parameters)).code).toBe(expected);
      expect(readKept()).toEqual(report);
    }
    expect((await apply("--retry", kept())).errors).toBe("");
    const done = readKept();
    expect(done.summary).toMatchObject({ done: 2, failed: 0 });
    expect((await apply()).code).toBe(0);
    expect(readKept()).toEqual(done);
  });

  test("of an earlier run is gone when changes begin, but not the one that is retried", async () => {
    const { report } = await applyPartly();
    const seen: boolean[] = [];
    // It is asked for the time before and after each change.
    const now = () => {
      seen.push(existsSync(kept()));
      return new Date();
    };
    world.write("inventory/customers/xyz.yaml", "customer: xyz\nenvironments: { p1: { hosts: [] } }\n");
    const clock = { ...realClock, now };
    await world.run(["apply", "--auto-approve", "--target", "xyz"], { clock });
    expect(seen).toContain(false);
    world.write(".dtsync/apply.json", JSON.stringify(report));
    seen.splice(0);
    await world.run(["apply", "--auto-approve", "--retry", join(world.directory, ".dtsync/../.dtsync/apply.json")], {
      clock,
    });
    expect(seen).not.toContain(false);
  });

  test("is kept after an interrupt, with what was not begun", async () => {
    const stop = new AbortController();
    const now = () => {
      if (writesTo(world.cluster).length > 0) stop.abort();
      return new Date();
    };
    const parameters = ["apply", "--auto-approve", "--only", "environments,groups"];
    const { code, document } = await world.run(parameters, { clock: { ...realClock, now }, signal: stop.signal });
    expect(code).toBe(130);
    expect(readKept()).toEqual(document);
    expect(readKept().summary.skipped).toBeGreaterThan(0);
    expect((await apply("--retry", kept())).code).toBe(0);
    expect((await world.run(["plan"])).document).toMatchObject({ changes: [] });
  });

  test("does not clash with a report of that name", async () => {
    refuse(1);
    const { document, errors } = await apply("--report", `json=${kept()}`);
    expect(readKept()).toEqual(document);
    expect(errors).toContain("--retry .dtsync/apply.json");
    const again = await apply("--retry", kept(), "--report", `json=${kept()}`);
    expect(again).toMatchObject({ code: 0, errors: "" });
    expect(readKept()).toEqual(again.document);
  });

  test("that cannot be written is one warning, and changes nothing about the run", async () => {
    const victim = join(world.directory, "victim");
    mkdirSync(victim);
    writeFileSync(join(victim, "apply.json"), "of somebody");
    symlinkSync(victim, join(world.directory, ".dtsync"));
    const { code, errors } = await apply();
    expect(code).toBe(0);
    expect(errors.match(/^warn: .*$/gm)).toEqual([
      "warn: the report of this run is not kept in .dtsync/apply.json: .dtsync is not a folder",
    ]);
    expect(readFileSync(join(victim, "apply.json"), "utf8")).toBe("of somebody");
    rmSync(join(world.directory, ".dtsync"));
    mkdirSync(join(world.directory, ".dtsync"));
    symlinkSync(join(victim, "apply.json"), kept());
    world.write("inventory/customers/xyz.yaml", "customer: xyz\nenvironments: { p1: { hosts: [] } }\n");
    expect(await apply()).toMatchObject({ code: 0, errors: "" });
    expect(readFileSync(join(victim, "apply.json"), "utf8")).toBe("of somebody");
    expect(lstatSync(kept()).isSymbolicLink()).toBe(false);
  });
});

describe("--retry", () => {
  test("plans what is left and nothing else, and needs no other reading", async () => {
    const { report } = await applyPartly();
    world.write("inventory/customers/xyz.yaml", "customer: xyz\nenvironments: { p1: { hosts: [] } }\n");
    const left = report.results.filter(({ status }) => status !== "done").map(({ id }) => id);
    const { code, document } = await world.run(["plan", "--retry", kept()]);
    expect(code).toBe(0);
    const plan = document as Plan;
    expect(plan.changes.map(({ id }) => id)).toEqual(left);
    expect(plan.scope).toMatchObject({ targets: [], excludes: [], changedSince: null });
    const whole = await world.run(["plan"]);
    expect((whole.document as Plan).changes.length).toBeGreaterThan(left.length);
  });

  test("makes what is left; a plan saved with it can be applied; then nothing is left", async () => {
    await applyPartly();
    const saved = join(world.directory, "retry.json");
    expect((await world.run(["plan", "--retry", kept(), "--out", saved])).code).toBe(0);
    const before = writesTo(world.cluster).length;
    const { code, document } = await world.run(["apply", saved]);
    expect(code).toBe(0);
    expect((document as ApplyReport).summary).toMatchObject({ done: 2, failed: 0, skipped: 0 });
    expect(writesTo(world.cluster).length).toBeGreaterThan(before);
    const requests = world.cluster.requests.length;
    const nothing = await apply("--retry", kept());
    expect(nothing.code).toBe(0);
    expect(nothing.errors).toMatch(
      /^Nothing is left to retry: 2 results, none of them failed, uncertain or skipped\.\n$/,
    );
    expect(nothing.document).toMatchObject({ results: [], held: [] });
    expect(world.cluster.requests).toHaveLength(requests);
  });

  test("goes with targets and excludes, and warns of what is not declared any more", async () => {
    refuse(99);
    await apply();
    const id = (text: string) => `environment/abc-${text}`;
    const targeted = await world.run(["plan", "--retry", kept(), "--target", "abc-p1", "--exclude", "group/emea/ops"]);
    expect((targeted.document as Plan).changes.map((change) => change.id)).toEqual([id("p1")]);
    world.write(
      "inventory/customers/abc.yaml",
      "customer: abc\nenvironments: { p1: { hosts: [] }, p2: { hosts: [] } }\n",
    );
    const { document } = await world.run(["plan", "--retry", kept()]);
    const { changes, warnings } = document as Plan;
    expect(changes.map((change) => change.id)).toEqual(expect.arrayContaining([id("p1"), id("p2")]));
    expect(warnings).toEqual([
      "--retry: environment/abc-p3, permission/emea/ops/abc-p3 are not declared any more and are left out",
    ]);
  });

  test("runs no command that lists hosts unless it may list what is left", async () => {
    const { report } = await applyPartly();
    world.write(
      "inventory/customers/xyz.yaml",
      "customer: xyz\nenvironments: { p1: { hosts: [{ command: [./list] }] } }\n",
    );
    const heldOf = async (file: string) =>
      ((await world.run(["plan", "--retry", file, "--hosts", "probe"])).document as Plan).held.map(
        ({ scope }) => scope,
      );
    expect(await heldOf(kept())).toEqual([]);
    const [first] = report.results;
    const host = { ...first, id: "host/web01.xyz.example.com", action: "install", status: "failed" };
    const more = { ...report, results: [...report.results, host] };
    expect(await heldOf(world.write("more.json", JSON.stringify(more)))).toEqual(["source/customers/xyz.yaml:2"]);
  });

  test("keeps what could not be read for the next time", async () => {
    const { report } = await applyPartly();
    const left = report.results.filter(({ status }) => status !== "done").map(({ id }) => id);
    world.cluster.addFault({
      match: { method: "GET", path: "/api/cluster/v2/environments", times: 1 },
      do: { status: 403 },
    });
    const { code, document } = await apply("--retry", kept());
    expect(code).toBe(1);
    expect(statuses(document as ApplyReport)).toEqual(Object.fromEntries(left.map((id) => [id, "skipped"])));
    expect(Object.keys(statuses(readKept()))).toEqual(left);
    expect((await apply("--retry", kept())).code).toBe(0);
    expect(Object.values(statuses(readKept()))).toEqual(["done", "done"]);
  });

  test("does not go with a plan file or --changed-since, and refuses what is no report with every fault", async () => {
    const { report } = await applyPartly();
    for (const parameters of [
      ["apply", "plan.json", "--retry", kept()],
      ["apply", "--changed-since", "main", "--retry", kept()],
      ["plan", "--changed-since", "main", "--retry", kept()],
    ]) {
      const { code, errors } = await world.run(parameters);
      expect([code, errors]).toEqual([3, expect.stringContaining("--retry")]);
    }
    const wrong = world.write("wrong.json", JSON.stringify({ ...report, plan: 1, results: [{}] }));
    for (const command of ["plan", "apply"]) {
      const { code, document } = await world.run([command, "--retry", wrong]);
      expect(code).toBe(3);
      const { faults } = document as { readonly faults: readonly { readonly pointer: string }[] };
      expect(faults.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(["/plan", "/results/0/id"]));
    }
  });
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Checkup } from "../../../src/model/checkup.ts";
import { contentOf } from "../../support/cluster-world.ts";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";
import { faultsBySchema } from "../../support/output-schemas.ts";

const settings = `version: 1
clusters:
  emea:
    url: https://emea.example.com
    token: { env: DTSYNC_TOKEN_EMEA }
defaults: { cluster: emea }
`;
const seed = {
  environments: [
    { id: "abc-p1", name: "By hand" },
    { id: "DTSYNC-probe-taken", name: "Ours" },
    { id: "dtsync-probe-left", name: "dtsync probe fedcba987654" },
  ],
  groups: [{ name: "noc", accessRight: { VIEWER: ["abc-p1"] } }],
};

let world: CommandWorld;
let before: unknown;
beforeAll(async () => {
  world = await startCommandWorld(
    {
      "dtsync.yaml": settings,
      "customers/dtsync.yaml": "customer: dtsync\nenvironments:\n  p1: { id: dtsync-probe-declared, hosts: [] }\n",
    },
    seed,
  );
  Object.assign(world.cluster.switches, { environmentReadyAfter: 0, cachedConsumption: 0 });
  before = everythingOf();
});
afterAll(() => world.close());
beforeEach(() => expect(everythingOf()).toEqual(before));

const everythingOf = () => ({
  ...contentOf(world.cluster),
  tokens: world.cluster.snapshot().tokens.map(({ name }) => name),
});
const folder = () => join(world.directory, ".local/state/dtsync/probes");
const journals = (): readonly string[] => (existsSync(folder()) ? readdirSync(folder()) : []);
const probe = (id: string, ...words: readonly string[]) => world.run(["doctor", "--probe", id, ...words]);
/** Aborts at the request of this number, and waits for the end. */
async function interruptedAt(number: number): Promise<unknown> {
  const controller = new AbortController();
  let seen = 0;
  const forget = world.cluster.onRequest(() => {
    seen += 1;
    if (seen === number) controller.abort(new Error("interrupted"));
  });
  try {
    return await world
      .run(["doctor", "--probe", "dtsync-probe-1"], { signal: controller.signal })
      .catch((error: unknown) => error);
  } finally {
    forget();
  }
}

describe("doctor --probe", () => {
  test("gives a table for an issue, and leaves nothing", async () => {
    const { code, output } = await probe("dtsync-probe-1", "--format", "text");
    expect(code).toBe(0);
    const [head, , ...rows] = output.trimEnd().split("\n");
    expect(head).toBe("Dynatrace Managed 1.320.47.20250820-091500, asked by dtsync 0.1.0.");
    expect(rows[0]).toBe("| question | asked with | answer |");
    expect(rows.slice(1).every((row) => /^\|(?:[^|]*\|){3}$/.test(row))).toBe(true);
    expect(output).not.toMatch(/abc-p1|noc\b|example\.com|0123456789ab|dt0c01|emea/);
    expect(journals()).toEqual([]);
    expect(everythingOf()).toEqual(before);
  });

  test.each([
    ["an id that no probe has", "abc-p1", 3, /begin with dtsync-probe/],
    ["one that the inventory declares", "dtsync-probe-declared", 3, /declares/],
    ["one that the cluster has in another case", "dtsync-probe-taken", 4, /already.*left alone/],
    ["one that another machine has left", "dtsync-probe-left", 4, /left alone/],
  ])("refuses %s, and writes nothing", async (_what, id, expected, message) => {
    const sent = world.cluster.requests.length;
    const { code, errors } = await probe(id);
    expect({ code, errors }).toEqual({ code: expected, errors: expect.stringMatching(message) });
    expect(world.cluster.requests.slice(sent).filter(({ method }) => method !== "GET")).toEqual([]);
    expect(journals()).toEqual([]);
  });

  test("leaves an environment alone that somebody makes at the same moment", async () => {
    const forget = world.cluster.onRequest(({ method, path }) => {
      if (method === "PUT" && path.endsWith("/dtsync-probe-1")) world.cluster.setEnvironment("dtsync-probe-1");
    });
    const { code, errors } = await probe("dtsync-probe-1");
    forget();
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining("at the same moment") });
    expect(contentOf(world.cluster).environments.map(({ id }) => id)).toContain("dtsync-probe-1");
    expect(journals()).toEqual([]);
    world.cluster.removeEnvironment("dtsync-probe-1");
  });

  test.each([2, 4, 6, 30, 75])("cleans up after an interrupt at its request %i", async (number) => {
    expect(await interruptedAt(number)).toBeInstanceOf(Error);
    expect(journals()).toEqual([]);
  });

  test("cleans up where the answer to the first write is lost", async () => {
    world.cluster.addFault({ match: { method: "PUT", path: "*/dtsync-probe-1" }, do: "commit-then-cut" });
    const clock = {
      now: () => new Date(),
      elapsed: () => performance.now(),
      sleep: async () => undefined,
      every: () => () => undefined,
    };
    expect(await world.run(["doctor", "--probe", "dtsync-probe-1"], { clock }).catch(String)).toMatch(/dtsync-probe-1/);
    expect(journals()).toEqual([]);
  });

  test("that was cut off is cleaned up after by the next one, and doctor tells of it", async () => {
    let seen = 0;
    let network: { remove(): void } | null = null;
    const forget = world.cluster.onRequest(() => {
      seen += 1;
      if (seen === 40) network = world.cluster.addFault({ match: { path: /./, times: Infinity }, do: "cut" });
    });
    const clock = {
      now: () => new Date(),
      elapsed: () => performance.now(),
      sleep: async () => undefined,
      every: () => () => undefined,
    };
    const { document, errors } = await world.run(["doctor", "--probe", "dtsync-probe-1"], { clock });
    forget();
    (network as { remove(): void } | null)?.remove();
    expect(faultsBySchema("probe", document)).toEqual([]);
    expect(document).toMatchObject({ removed: false });
    expect(errors).toMatch(/environment dtsync-probe-1 .*may be left on the cluster/);
    expect(everythingOf()).not.toEqual(before);
    const [journal = ""] = journals();
    const path = join(folder(), journal);
    const entry = JSON.parse(readFileSync(path, "utf8")) as { process: object };
    writeFileSync(path, JSON.stringify({ ...entry, process: { ...entry.process, start: "1" } }), { mode: 0o600 });
    const told = (await world.run(["doctor"])).document as Checkup;
    expect(told.checks.find(({ id }) => id === "probes")).toMatchObject({
      state: "warning",
      advice: expect.stringContaining("--probe dtsync-probe-1"),
    });
    expect(await probe("dtsync-probe-1")).toMatchObject({ code: 0, document: { removed: true } });
    expect(journals()).toEqual([]);
  });
});

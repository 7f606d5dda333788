import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createClient } from "../../../src/dynatrace/client.ts";
import { readLatestVersion } from "../../../src/dynatrace/environment-api.ts";
import { createTokenChain } from "../../../src/dynatrace/token-chain.ts";
import { createLimiter } from "../../../src/lib/limiter.ts";
import type { FaultAction } from "../../../src/sandbox/cluster/faults.ts";
import { aClusterWorld, type ClusterWorldOptions } from "../../support/cluster-world.ts";
import { keepingLog } from "../../support/log.ts";
import { mswFetch } from "../../support/msw-cluster.ts";

const minutes = 60_000;

function aChain(
  options: ClusterWorldOptions & {
    readonly runId?: string;
    readonly signal?: AbortSignal;
  } = {},
) {
  const { runId = "run1", signal, ...world } = options;
  const { cluster, clock } = aClusterWorld({ seed: { environments: [{ id: "abc-p1" }, { id: "abc-t1" }] }, ...world });
  const concealed: string[] = [];
  const log = keepingLog();
  const journal: (string | null)[] = [];
  const client = createClient({
    name: "emea/apply",
    log,
    url: "https://dynatrace.example.com",
    token: cluster.clusterToken,
    fetch: mswFetch(cluster),
    clock,
    random: () => 0,
    throttle: createLimiter(8),
    ...(signal ? { signal } : {}),
  });
  const another = (id: string) =>
    createTokenChain({
      client,
      clock,
      runId: id,
      conceal: (secret) => concealed.push(secret),
      journal: {
        made: async (environment) => {
          journal.push(environment);
        },
        gone: (environment) => journal.push(`gone ${environment}`),
      },
      cluster: "emea",
      log,
    });
  const tokens = () => cluster.snapshot().tokens.filter(({ name }) => name.startsWith("dtsync run "));
  const alive = () => tokens().filter(({ expires }) => (expires ?? Number.POSITIVE_INFINITY) > clock.now().getTime());
  /** Those that a token of their own kind has to remove are left to expire. */
  const abilities = () => alive().map(({ scopes }) => [...scopes].sort().join("+"));
  return {
    chain: another(runId),
    another,
    client,
    cluster,
    clock,
    concealed,
    log,
    warnings: () => log.entries.filter(({ level }) => level === "warn").map(({ message }) => message),
    journal,
    tokens,
    alive,
    abilities,
  };
}

const management = "TenantTokenManagement+apiTokens.read+apiTokens.write";
const creations = { method: "POST", path: "/e/*/api/v2/apiTokens" };

describe("tokens of a run", () => {
  test("each can do what the run needs and no more, and lives no longer than it must", async () => {
    const { chain, alive, clock, concealed } = aChain();
    const now = clock.now().getTime();
    const found = await chain.withToken("abc-p1", "InstallerDownload", async (secret) => {
      expect(concealed).toContain(secret);
      return alive();
    });
    expect(
      found.map(({ scopes, environment, expires, name }) => [
        [...scopes].sort().join("+"),
        environment,
        ((expires ?? Number.NaN) - now) / minutes,
        name.startsWith("dtsync run run1"),
      ]),
    ).toEqual([
      ["EnvironmentTokenManagement", null, 60, true],
      [management, "abc-p1", 15, true],
      ["InstallerDownload", "abc-p1", 60, true],
    ]);
    for (const { token } of found) expect(concealed).toContain(token);
    await chain.close();
  });

  test("all that can be are revoked at the end; the other is gone after a quarter of an hour", async () => {
    const { chain, abilities, clock, warnings } = aChain();
    await chain.withToken("abc-p1", "InstallerDownload", async () => undefined);
    await chain.close();
    expect(abilities()).toEqual([management]);
    clock.pass(15 * minutes);
    expect(abilities()).toEqual([]);
    expect(warnings()).toEqual([]);
  });

  test("also when the work fails", async () => {
    const { chain, abilities } = aChain();
    await expect(chain.withToken("abc-p1", "InstallerDownload", () => Promise.reject(new Error("no")))).rejects.toThrow(
      "no",
    );
    await chain.close();
    expect(abilities()).toEqual([management]);
  });

  test("also after an interrupt, through trouble", async () => {
    const interrupt = new AbortController();
    const { chain, abilities, cluster } = aChain({ signal: interrupt.signal });
    await chain.withToken("abc-p1", "InstallerDownload", async () => {
      interrupt.abort();
      cluster.addFault({ match: { method: "DELETE", times: 2 }, do: { html: 503 } });
    });
    cluster.addFault({ match: { method: "DELETE" }, do: { status: 429 } });
    await chain.close();
    expect(abilities()).toEqual([management]);
  });

  test("many environments at once share one token of the cluster", async () => {
    const { chain, tokens, cluster } = aChain();
    await Promise.all(
      ["abc-p1", "abc-t1", "abc-p1"].map((id) => chain.withToken(id, "InstallerDownload", async () => undefined)),
    );
    await chain.close();
    const made = cluster.requests.filter(({ method, path }) => method === "POST" && path === "/api/cluster/v2/tokens");
    expect(made).toHaveLength(1);
    expect(tokens().every(({ scopes }) => scopes.length === 3)).toBe(true);
  });

  test("a run of several hours makes new ones, and revokes all of them", async () => {
    const { chain, abilities, clock, alive } = aChain();
    for (let hour = 0; hour < 3; hour += 1) {
      await chain.withToken("abc-p1", "InstallerDownload", async () => clock.pass(50 * minutes));
      for (const { expires, created } of alive())
        expect((expires ?? Infinity) - created).toBeLessThanOrEqual(60 * minutes);
    }
    await chain.close();
    clock.pass(15 * minutes);
    expect(abilities()).toEqual([]);
  });

  test("the journal knows before a token is made", async () => {
    const { chain, journal, cluster } = aChain();
    const seen: number[] = [];
    cluster.onRequest(({ method }) => {
      if (method === "POST") seen.push(journal.length);
    });
    await chain.withToken("abc-p1", "InstallerDownload", async () => undefined);
    await chain.close();
    expect(journal).toEqual(["abc-p1", null, "gone abc-p1", "gone null"]);
    expect(seen[0]).toBe(2);
  });

  test("nothing is made when nothing is needed", async () => {
    const { chain, cluster } = aChain();
    await chain.close();
    expect(cluster.requests).toEqual([]);
  });
});

describe("an answer that was lost with its token", () => {
  test.each([
    ["of the cluster", { method: "POST", path: "/api/cluster/v2/tokens" }],
    ["of the installer", creations],
  ])("%s: what was made is removed and made again", async (_name, match) => {
    for (const action of ["commit-then-cut", "truncate", { status: 201, body: "<html/>" }] as const) {
      const { chain, abilities, cluster } = aChain();
      cluster.addFault({ match: { ...match, times: 2 }, do: action });
      expect(await chain.withToken("abc-p1", "InstallerDownload", async () => "worked")).toBe("worked");
      await chain.close();
      expect(abilities()).toEqual([management]);
    }
  });

  test("again and again: it fails, and nothing is left", async () => {
    for (const match of [{ method: "POST", path: "/api/cluster/v2/tokens" }, creations]) {
      const { chain, abilities, cluster } = aChain();
      cluster.addFault({ match: { ...match, times: 9 }, do: "commit-then-cut" });
      await expect(chain.withToken("abc-p1", "InstallerDownload", async () => "never")).rejects.toThrow("cut");
      await chain.close();
      expect(abilities().filter((scopes) => scopes !== management)).toEqual([]);
    }
  });

  test("and nothing could be listed then: the end of the run removes it", async () => {
    const { chain, abilities, cluster } = aChain();
    const tokensPath = "/api/cluster/v2/tokens";
    cluster.addFault({ match: { method: "POST", path: tokensPath }, do: "commit-then-cut" });
    cluster.addFault({ match: { method: "GET", path: tokensPath }, do: { status: 403 } });
    await expect(chain.withToken("abc-p1", "InstallerDownload", async () => undefined)).rejects.toThrow("403");
    expect(abilities()).toEqual(["EnvironmentTokenManagement"]);
    await chain.close();
    expect(abilities()).toEqual([]);
  });

  test("a failure to make one is not remembered", async () => {
    const { chain, cluster } = aChain();
    cluster.addFault({ match: { method: "POST" }, do: { status: 403 } });
    await expect(chain.withToken("abc-p1", "InstallerDownload", async () => undefined)).rejects.toThrow("403");
    expect(await chain.withToken("abc-p1", "InstallerDownload", async () => "worked")).toBe("worked");
    await chain.close();
  });
});

test("what cannot be revoked is named by its id, and not by its secret", async () => {
  const { chain, cluster, warnings, concealed } = aChain();
  cluster.addFault({ match: { method: "DELETE", times: Number.POSITIVE_INFINITY }, do: { status: 403 } });
  await chain.withToken("abc-p1", "InstallerDownload", async () => undefined);
  await chain.close();
  expect(warnings()).toHaveLength(2);
  for (const secret of concealed) expect(warnings().join()).not.toContain(secret);
  expect(warnings()[0]).toMatch(
    /^the token dt0c01\.[A-Z0-9]{24} of abc-p1 could not be revoked and expires within the hour/,
  );
});

describe("the journal", () => {
  const run = async (match: { method: string; path: string }, times: number, action: FaultAction) => {
    const { chain, cluster, journal, abilities } = aChain();
    cluster.addFault({ match: { ...match, times }, do: action });
    await chain.withToken("abc-p1", "InstallerDownload", async () => undefined).catch(() => undefined);
    await chain.close();
    return { journal, left: abilities().filter((scopes) => scopes !== management) };
  };
  const always = Number.POSITIVE_INFINITY;
  const clusterTokens = { method: "POST", path: "/api/cluster/v2/tokens" };

  test.each<[string, { method: string; path: string }, string, string]>([
    [
      "of the cluster",
      { method: "DELETE", path: "/api/cluster/v2/tokens/*" },
      "gone abc-p1",
      "EnvironmentTokenManagement",
    ],
    ["of the environment", { method: "DELETE", path: "/e/*/api/v2/apiTokens/*" }, "gone null", "InstallerDownload"],
  ])("keeps a token %s that could not be revoked, and that alone", async (_name, match, gone, scopes) => {
    const { journal, left } = await run(match, always, { status: 403 });
    expect(journal).toEqual(["abc-p1", null, gone]);
    expect(left).toEqual([scopes]);
  });

  test.each<[string, { method: string; path: string }, readonly (string | null)[]]>([
    ["of the cluster", clusterTokens, ["abc-p1", null, "gone null", "gone abc-p1"]],
    ["of the environment", creations, ["abc-p1", null, "gone abc-p1", "gone null"]],
  ])("keeps no token %s that the cluster refused to make", async (_name, match, expected) => {
    expect(await run(match, 1, { status: 403 })).toEqual({ journal: expected, left: [] });
  });

  test.each<[string, { method: string; path: string }, readonly (string | null)[]]>([
    ["of the cluster", clusterTokens, ["abc-p1", null, "gone abc-p1", "gone null"]],
    ["of the environment", creations, ["abc-p1", null, "gone null"]],
  ])(
    "keeps a token %s of which nobody knows whether it was made, unless it was looked for",
    async (_name, match, expected) => {
      expect((await run(match, always, "commit-then-cut")).journal).toEqual(expected);
    },
  );
});

describe("what other runs left", () => {
  const leftover = async (world: ReturnType<typeof aChain>, runId: string) => {
    const dead = world.another(runId);
    let release = () => {};
    const holding = new Promise<void>((resolve) => {
      release = resolve;
    });
    await new Promise<void>((started) => {
      dead
        .withToken("abc-p1", "InstallerDownload", async () => {
          started();
          await holding;
        })
        .catch(() => undefined);
    });
    return release;
  };

  const namesIn = (world: ReturnType<typeof aChain>) =>
    world.cluster
      .snapshot()
      .tokens.filter(({ environment }) => environment !== null)
      .map(({ name }) => name);

  test("in an environment that is worked on is removed once no run can use it; what is not dtsync's stays", async () => {
    const world = aChain({ runId: "run2" });
    await leftover(world, "run1");
    world.cluster.createToken({ name: "by hand", scopes: ["InstallerDownload"], environment: "abc-p1" });
    world.clock.pass(66 * minutes);
    await world.chain.withToken("abc-p1", "InstallerDownload", async () => undefined);
    expect(namesIn(world)).toContain("by hand");
    expect(namesIn(world).filter((name) => name.startsWith("dtsync run run1"))).toEqual([]);
  });

  test("stays while a run that goes on may use it: another machine, another part of a divided run", async () => {
    const world = aChain({ runId: "run2" });
    await leftover(world, "run1");
    world.clock.pass(64 * minutes);
    await world.chain.withToken("abc-p1", "InstallerDownload", async () => undefined);
    expect(namesIn(world).filter((name) => name.startsWith("dtsync run run1 installer"))).toHaveLength(1);
  });

  test("that cannot be removed is no reason not to work", async () => {
    const world = aChain({ runId: "run2" });
    await leftover(world, "run1");
    world.clock.pass(66 * minutes);
    world.cluster.addFault({ match: { method: "DELETE" }, do: { status: 403 } });
    expect(await world.chain.withToken("abc-p1", "InstallerDownload", async () => "worked")).toBe("worked");
    expect(world.warnings()).toEqual([expect.stringContaining("earlier runs left in abc-p1")]);
  });

  test("is removed by its journal, and only that of this run", async () => {
    const world = aChain({ runId: "run3" });
    await leftover(world, "run1");
    await leftover(world, "run11");
    await world.chain.removeTokensOf("run1", "abc-p1");
    await world.chain.removeTokensOf("run1", null);
    await world.chain.close();
    const left = world.alive().map(({ name }) => name);
    expect(left.filter((name) => /^dtsync run run1( |$)/.test(name))).toEqual([]);
    expect(left.filter((name) => name.startsWith("dtsync run run11"))).toHaveLength(3);
  });

  test("in an environment that is gone is gone with it", async () => {
    const world = aChain();
    await expect(world.chain.removeTokensOf("run0", "no-such-environment")).resolves.toBeUndefined();
  });

  test("in an environment that only a page says is not there may be left", async () => {
    const world = aChain();
    world.cluster.addFault({ match: { path: /tokenManagementToken/ }, do: { html: 404 } });
    await expect(world.chain.removeTokensOf("run0", "abc-p1")).rejects.toThrow("an HTML page came");
  });
});

describe("a token of this run that somebody has deleted", () => {
  const deleteTokens = (world: ReturnType<typeof aChain>, kind: string) => {
    for (const token of world.tokens()) if (token.name.includes(` ${kind} `)) world.cluster.removeToken(token);
  };

  test.each(["run", "management"])("is made once more: the %s token", async (kind) => {
    const world = aChain();
    await world.chain.withToken("abc-p1", "InstallerDownload", async () => deleteTokens(world, kind));
    expect(await world.chain.withToken("abc-t1", "InstallerDownload", async () => "worked")).toBe("worked");
    await world.chain.close();
    expect(world.warnings()).toEqual([]);
    expect(world.abilities().filter((scopes) => scopes !== management)).toEqual([]);
  });

  test("is made once more: the installer token, while it is used", async () => {
    const world = aChain();
    const used: string[] = [];
    const result = await world.chain.withToken("abc-p1", "InstallerDownload", async (token) => {
      if (used.length === 0) deleteTokens(world, "installer");
      used.push(token);
      return readLatestVersion(world.client, "abc-p1", { osType: "unix", arch: "x86" }, token);
    });
    expect(result).toMatch(/^1\./);
    expect(new Set(used).size).toBe(2);
    await world.chain.close();
    expect(world.abilities().filter((scopes) => scopes !== management)).toEqual([]);
  });

  test("and again is a failure that does not blame the standing token", async () => {
    const world = aChain();
    const working = world.chain.withToken("abc-p1", "InstallerDownload", async (token) => {
      deleteTokens(world, "installer");
      return readLatestVersion(world.client, "abc-p1", { osType: "unix", arch: "x86" }, token);
    });
    await expect(working).rejects.toMatchObject({ hint: expect.stringContaining("this run made the token itself") });
  });
});

describe("a token for a question", () => {
  test("has the scopes of the question alone, and costs three requests", async () => {
    const { chain, cluster, abilities, journal } = aChain();
    await chain.withReadToken("abc-t1", ["problems.read"], async () => undefined);
    const before = cluster.requests.length;
    await chain.withReadToken("abc-p1", ["problems.read", "oneAgents.read"], async () => {
      expect(abilities()).toContain("oneAgents.read+problems.read");
    });
    expect(cluster.requests.slice(before).map(({ method }) => method)).toEqual(["POST", "POST", "DELETE"]);
    expect(journal).toEqual(["abc-t1", null, "gone abc-t1", "abc-p1", "gone abc-p1"]);
  });

  test("stays in the journal where it could not be revoked, and when the question fails it is revoked", async () => {
    const { chain, cluster, journal, warnings } = aChain();
    const failing = chain.withReadToken("abc-t1", ["problems.read"], () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(journal).toEqual(["abc-t1", null, "gone abc-t1"]);
    cluster.addFault({ match: { method: "DELETE", path: "/e/*/api/v2/apiTokens/*" }, do: { status: 403 } });
    await chain.withReadToken("abc-p1", ["problems.read"], async () => undefined);
    expect(journal.slice(3)).toEqual(["abc-p1"]);
    expect(warnings()).toEqual([expect.stringContaining("could not be revoked")]);
  });
});

describe("what is logged", () => {
  test("tokens that are made and revoked, by their public ids", async () => {
    const { chain, log } = aChain();
    await chain.withToken("abc-p1", "InstallerDownload", async () => undefined);
    await chain.close();
    const token = expect.stringMatching(/^dt0[a-z]01\.[A-Z0-9]{24}$/);
    const about = { cluster: "emea", environment: "abc-p1", token };
    expect(log.entries.filter(({ message }) => message.startsWith("token "))).toMatchObject([
      {
        message: "token made",
        fields: {
          environment: undefined,
          name: "dtsync run run1 run 1",
          scopes: ["EnvironmentTokenManagement"],
          minutes: 60,
        },
      },
      { message: "token made", fields: { ...about, name: "dtsync run run1 management 2", minutes: 15 } },
      { message: "token made", fields: { ...about, scopes: ["InstallerDownload"], minutes: 60 } },
      { message: "token revoked", fields: about },
      { message: "token revoked", fields: { cluster: "emea", environment: undefined, token } },
    ]);
  });

  test("none of the tokens, whatever goes wrong", async () => {
    const action = fc.constantFrom<FaultAction>("cut", "commit-then-cut", "truncate", { status: 401 }, { status: 500 });
    const faults = fc.array(fc.record({ nth: fc.integer({ min: 1, max: 12 }), action }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(faults, fc.integer({ min: 1, max: 1_000 }), async (given, random) => {
        const { chain, another, client, log, concealed, cluster } = aChain({ random });
        for (const { nth, action: fault } of given) cluster.addFault({ match: { nth }, do: fault });
        const work = chain.withToken("abc-p1", "InstallerDownload", (using) =>
          readLatestVersion(client, "abc-p1", { osType: "unix", arch: "x86" }, using),
        );
        await work.catch(() => undefined);
        await another("run2")
          .removeTokensOf("run1", null)
          .catch(() => undefined);
        await chain.close();
        const logged = JSON.stringify(log.entries);
        for (const secret of [...concealed, cluster.clusterToken]) expect(logged).not.toContain(secret.split(".")[2]);
        expect(logged).toContain('"message":"request"');
      }),
      { numRuns: 30 },
    );
  });
});

import { setupServer } from "msw/node";
import { describe, expect, it } from "vitest";
import { clusterHandlers } from "../../../support/msw-cluster.ts";
import { bench, environmentsPath, origin } from "./support.ts";

const full = { name: "x", state: "ENABLED", trial: false, tags: [] };
const path = `${environmentsPath}/a`;

describe("injected faults", () => {
  it("cut before the request takes effect, once", async () => {
    const { call, cluster } = bench();
    const fault = cluster.addFault({ match: { method: "put", path: "/api/*/environments/a" }, do: "cut" });
    await expect(call("PUT", path, full)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(cluster.snapshot().environments).toEqual([]);
    expect(fault.hits()).toBe(1);
    expect((await call("PUT", path, full)).status).toBe(201);
    expect(cluster.requests.map(({ status }) => status)).toEqual([0, 201]);
  });

  it("cut after it took effect", async () => {
    const { call, cluster } = bench();
    cluster.addFault({ match: { path: /environments\/a\?createToken=true$/ }, do: "commit-then-cut" });
    await expect(call("PUT", `${path}?createToken=true`, full)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect((await call("PUT", `${path}?createToken=true`, full)).status).toBe(204);
  });

  it("hit from the nth on, so many times, until they are removed", async () => {
    const { call, cluster } = bench();
    const some = cluster.addFault({ match: { nth: 2, times: 2 }, do: { status: 503, body: "busy" } });
    const statuses = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await call("GET", environmentsPath)).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
    expect(some.hits()).toBe(2);
    const all = cluster.addFault({ match: { times: Number.POSITIVE_INFINITY }, do: { html: 502 } });
    const html = await call("GET", environmentsPath);
    expect([html.status, html.header("content-type")]).toEqual([502, "text/html"]);
    expect((await call("GET", "/rest/health")).status).toBe(502);
    all.remove();
    expect((await call("GET", environmentsPath)).status).toBe(200);
  });

  it("leave requests alone that do not match", async () => {
    const { call, cluster } = bench();
    cluster.addFault({ match: { method: "DELETE" }, do: "cut" });
    cluster.addFault({ match: { path: "/api/cluster/v2/env" }, do: "cut" });
    expect((await call("GET", environmentsPath)).status).toBe(200);
  });

  it("answer with a body, headers, Retry-After", async () => {
    const { call, cluster } = bench();
    cluster.addFault({ match: {}, do: { status: 400, body: [{ error: { code: 400 } }], headers: { "x-a": "b" } } });
    const answer = await call("GET", environmentsPath);
    expect([answer.status, answer.json, answer.header("x-a")]).toEqual([400, [{ error: { code: 400 } }], "b"]);
    cluster.addFault({ match: {}, do: { retryAfter: 7 } });
    const wait = await call("GET", environmentsPath);
    expect([wait.status, wait.header("retry-after")]).toEqual([429, "7"]);
    cluster.addFault({ match: {}, do: { status: 204 } });
    expect(await call("GET", environmentsPath)).toMatchObject({ status: 204, text: "" });
  });

  it("send half of the body", async () => {
    const { call, cluster } = bench();
    cluster.addFault({ match: {}, do: "truncate" });
    await expect(call("GET", environmentsPath)).rejects.toMatchObject({ code: "ECONNRESET" });
    const whole = (await call("GET", environmentsPath)).text;
    cluster.addFault({ match: {}, do: "truncate" });
    const response = await cluster.fetch(origin + environmentsPath, {
      method: "GET",
      headers: { authorization: `Api-Token ${cluster.clusterToken}` },
    });
    const received: Uint8Array[] = [];
    const read = async () => {
      for await (const chunk of response.body ?? []) received.push(chunk);
    };
    await expect(read()).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(Buffer.concat(received).toString()).toBe(whole.slice(0, Math.floor(whole.length / 2)));
  });

  it("wait, on the clock of the cluster, and then go on", async () => {
    const slept: number[] = [];
    const clock = {
      now: () => new Date(0),
      sleep: async (milliseconds: number) => {
        slept.push(milliseconds);
      },
    };
    const { call, cluster } = bench({ clock });
    cluster.addFault({ match: {}, do: { delay: 1500 } });
    cluster.addFault({ match: {}, do: { html: 503 } });
    expect((await call("GET", environmentsPath)).status).toBe(503);
    expect(slept).toEqual([1500]);
  });

  it.each([{ delay: 60_000 } as const, "stall" as const])("end with the client: %j", async (action) => {
    const { call, cluster } = bench();
    cluster.addFault({ match: {}, do: action });
    const reason = new Error("gave up");
    const giveUp = new AbortController();
    const answer = call("GET", environmentsPath, undefined, { signal: giveUp.signal });
    setTimeout(() => giveUp.abort(reason), 20);
    await expect(answer).rejects.toBe(reason);
  });
});

describe("throttling", () => {
  it("answers 429 when pool and queue are full, per environment", async () => {
    const { call, cluster } = bench({
      switches: {
        processingTime: 20,
        environmentPool: { threads: 1, queue: 1 },
        clusterPool: { threads: 2, queue: 0 },
      },
    });
    cluster.setEnvironment("a");
    cluster.setEnvironment("b");
    const times = (count: number, requested: string) =>
      Promise.all(Array.from({ length: count }, () => call("GET", requested)));
    const [ofA, ofB] = await Promise.all([times(3, "/e/a/api/v1/time"), times(2, "/e/b/api/v1/time")]);
    expect(ofA.map(({ status }) => status).sort()).toEqual([200, 200, 429]);
    expect(ofB.map(({ status }) => status)).toEqual([200, 200]);
    const ofCluster = await times(3, environmentsPath);
    const refused = ofCluster.find(({ status }) => status === 429);
    expect(refused?.header("x-ratelimit-remaining")).toBe("0");
    expect(refused?.header("x-ratelimit-reset")).toBe(String(Date.parse("2026-03-01T12:00:01.000Z") * 1000));
    expect(refused?.header("retry-after")).toBeNull();
    expect((await call("GET", environmentsPath)).status).toBe(200);
  });

  it("answers 429 to who waited too long, with the headers of the switches", async () => {
    const { call } = bench({
      switches: {
        processingTime: 50,
        queueTimeout: 10,
        clusterPool: { threads: 1, queue: 5 },
        rateLimitReset: "seconds",
        retryAfter: 3,
      },
    });
    const answers = await Promise.all([call("GET", environmentsPath), call("GET", environmentsPath)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 429]);
    expect(answers[1].header("x-ratelimit-reset")).toBe(String(Date.parse("2026-03-01T12:00:01.000Z") / 1000));
    expect(answers[1].header("retry-after")).toBe("3");
  });

  it("gives a freed thread to who waits", async () => {
    const { call } = bench({ switches: { processingTime: 5, clusterPool: { threads: 1, queue: 128 } } });
    const answers = await Promise.all(Array.from({ length: 6 }, () => call("GET", environmentsPath)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });
});

describe("the same cluster", () => {
  it("answers through its own fetch as through handlers of msw", async () => {
    const { cluster } = bench();
    const headers = { authorization: `Api-Token ${cluster.clusterToken}` };
    const server = setupServer(...clusterHandlers(cluster));
    server.listen({ onUnhandledRequest: "error" });
    try {
      for (const ask of [cluster.fetch, fetch] as const) {
        const statusOf = async (path: string, method = "GET") => (await ask(origin + path, { method, headers })).status;
        expect(await statusOf(environmentsPath)).toBe(200);
        expect(await statusOf(environmentsPath, "DELETE")).toBe(405);
        expect(await statusOf("/nothing")).toBe(404);
        cluster.addFault({ match: {}, do: "cut" });
        await expect(statusOf(environmentsPath)).rejects.toThrow();
      }
    } finally {
      server.close();
    }
  });
});

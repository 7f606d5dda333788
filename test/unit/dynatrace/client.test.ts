import { describe, expect, test } from "vitest";
import { list, object, wholeNumber } from "../../../src/dynatrace/answer-shape.ts";
import { ApiError, isStatus } from "../../../src/dynatrace/api-error.ts";
import type { ApiRequest } from "../../../src/dynatrace/api-request.ts";
import { createClient } from "../../../src/dynatrace/client.ts";
import { UnexpectedAnswer } from "../../../src/dynatrace/unexpected-answer.ts";
import { createLimiter } from "../../../src/lib/limiter.ts";
import type { FetchRequest, FetchResponse } from "../../../src/ports.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { keepingLog, silentLog } from "../../support/log.ts";

type Step =
  | number
  | { status: number; headers?: Record<string, string>; body?: string | Uint8Array }
  | Error
  | "hang"
  | "cut-body";

const coded = (code: string) => new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });

function response(step: Exclude<Step, Error | "hang">): FetchResponse {
  const {
    status,
    headers = {},
    body = "{}",
  } = step === "cut-body" ? { status: 200 } : typeof step === "number" ? { status: step } : step;
  return {
    status,
    headers: { get: (name) => headers[name.toLowerCase()] ?? null },
    body: chunksOf(body, step === "cut-body" ? coded("UND_ERR_SOCKET") : null),
  };
}

async function* chunksOf(body: string | Uint8Array, error: Error | null): AsyncGenerator<Uint8Array> {
  yield typeof body === "string" ? new TextEncoder().encode(body) : body;
  if (error !== null) throw error;
}

/** One call against scripted answers, the last of which never changes. */
async function call(steps: readonly Step[], request: Partial<ApiRequest> = {}, signal?: AbortSignal) {
  const sent: (FetchRequest & { readonly url: string })[] = [];
  const clock = fakeClock(noon);
  const log = keepingLog();
  const client = createClient({
    name: "emea/read",
    log,
    url: "https://dynatrace.example.com",
    token: "the-token",
    clock,
    random: () => 0,
    throttle: createLimiter(4),
    fetch: async (url, given) => {
      const step = steps[sent.length] ?? steps.at(-1) ?? 200;
      sent.push({ ...given, url });
      if (step instanceof Error) throw step;
      if (step !== "hang") return response(step);
      return new Promise((_resolve, reject) => {
        given.signal?.addEventListener("abort", () => reject(given.signal?.reason));
      });
    },
    ...(signal ? { signal } : {}),
  });
  const outcome = await client.send({ method: "GET", path: "/x", ...request }).catch((error: unknown) => error);
  return { outcome, sent, waits: clock.waits, count: client.requestCount(), logged: log.entries };
}

const details = (outcome: unknown) => (outcome instanceof ApiError ? outcome.details : null);

const statusOf = (step: Step): number | null => {
  if (typeof step === "number") return step;
  return typeof step === "object" && "status" in step ? step.status : null;
};

/** An answer by which the API itself refuses. */
const refusal = (status: number): Step => ({
  status,
  body: JSON.stringify({ error: { code: status, message: "not now" } }),
});

describe("which answers are repeated", () => {
  const methods = ["GET", "PUT", "POST", "DELETE"] as const;
  // Attempts of a reading and of a write, and whether the write may have had an effect.
  test.each<[Step, number, number, "none" | "unknown"]>([
    [400, 1, 1, "none"],
    [401, 1, 1, "none"],
    [403, 1, 1, "none"],
    [404, 1, 1, "none"],
    [406, 1, 1, "none"],
    [409, 1, 1, "none"],
    [refusal(408), 6, 1, "none"],
    [{ status: 408, body: "<html>Request timed out</html>" }, 6, 1, "unknown"],
    [413, 1, 1, "none"],
    [422, 1, 1, "none"],
    [429, 6, 1, "none"],
    [500, 2, 1, "unknown"],
    [501, 1, 1, "unknown"],
    [502, 6, 1, "unknown"],
    [503, 6, 1, "unknown"],
    [504, 6, 1, "unknown"],
    [520, 6, 1, "unknown"],
    [521, 6, 1, "unknown"],
    [525, 1, 1, "unknown"],
    [530, 6, 1, "unknown"],
    [599, 1, 1, "unknown"],
    [refusal(510), 1, 1, "none"],
    [refusal(522), 6, 1, "none"],
    [refusal(523), 6, 1, "none"],
    [refusal(524), 6, 1, "none"],
    [refusal(553), 1, 1, "none"],
    [refusal(554), 1, 1, "none"],
    [refusal(556), 1, 1, "none"],
    // The same from a proxy, which does not know what became of the call.
    [510, 1, 1, "unknown"],
    [{ status: 522, body: "<html>timed out</html>" }, 6, 1, "unknown"],
    [{ status: 523, body: "error code: 523" }, 6, 1, "unknown"],
    [{ status: 524, body: '{"title":"A timeout occurred","status":524}' }, 6, 1, "unknown"],
    [556, 1, 1, "none"],
    [301, 1, 1, "none"],
    [coded("ECONNREFUSED"), 6, 1, "none"],
    [coded("ENOTFOUND"), 6, 1, "none"],
    [coded("UND_ERR_CONNECT_TIMEOUT"), 6, 1, "none"],
    [coded("ECONNRESET"), 6, 1, "unknown"],
    [coded("UND_ERR_SOCKET"), 6, 1, "unknown"],
    [new Error("something"), 6, 1, "unknown"],
    [coded("CERT_HAS_EXPIRED"), 1, 1, "none"],
    [coded("ERR_TLS_CERT_ALTNAME_INVALID"), 1, 1, "none"],
    ["cut-body", 6, 1, "unknown"],
  ])("%s", async (step, readings, writes, effect) => {
    for (const method of methods) {
      const { outcome, sent, count } = await call([step], { method });
      const expected = method === "GET" ? readings : writes;
      expect([method, sent.length]).toEqual([method, expected]);
      expect(count).toBe(expected);
      expect(details(outcome)).toMatchObject({
        method,
        path: "/x",
        status: statusOf(step),
        attempts: expected,
      });
      if (method !== "GET") expect(details(outcome)?.effect).toBe(effect);
    }
  });

  test.each<[Step, number | undefined]>([
    [{ status: 429, headers: { "retry-after": "7" } }, 7_000],
    [429, 250],
    [coded("ECONNREFUSED"), 250],
    [coded("ENOTFOUND"), 250],
    [{ status: 503, headers: { "retry-after": "7" } }, undefined],
    [coded("ECONNRESET"), undefined],
    [coded("CERT_HAS_EXPIRED"), undefined],
    [400, undefined],
    [500, undefined],
    [556, undefined],
  ])("a write is sent once, and after %j its caller may try again in %j ms", async (step, wait) => {
    for (const method of ["PUT", "POST", "DELETE"] as const) {
      const { outcome, sent, waits } = await call([step, 204], { method, body: { from: "what was read" } });
      expect([sent.length, waits]).toEqual([1, []]);
      expect(details(outcome)?.retryAfter).toBe(wait);
    }
  });

  test("an independent write is repeated while it was certainly not carried out", async () => {
    const independent = { method: "POST", independent: true } as const;
    const passing = await call(
      [429, coded("ECONNREFUSED"), { status: 429, headers: { "retry-after": "7" } }, 201],
      independent,
    );
    expect(passing.outcome).toMatchObject({ status: 201, attempts: 4 });
    expect(passing.waits).toEqual([250, 500, 7_000]);
    for (const step of [503, coded("ECONNRESET"), 500])
      expect((await call([step, 201], independent)).sent).toHaveLength(1);
  });

  test("a clean-up is repeated like a reading, also when interrupted", async () => {
    const interrupted = AbortSignal.abort();
    const { outcome, sent } = await call(
      [503, 500, coded("ECONNRESET"), 204],
      { method: "DELETE", cleanup: true },
      interrupted,
    );
    expect(sent).toHaveLength(4);
    expect(outcome).toMatchObject({ status: 204, attempts: 4 });
  });

  test("success after trouble", async () => {
    const { outcome, sent } = await call([503, coded("ECONNRESET"), 429, { status: 200, body: "yes" }]);
    expect(outcome).toMatchObject({ status: 200, text: "yes", attempts: 4 });
    expect(sent).toHaveLength(4);
  });

  test("a status that the caller understands is an answer", async () => {
    expect((await call([404], { accept: [404] })).outcome).toMatchObject({ status: 404, attempts: 1 });
    expect((await call([503], { accept: [503] })).outcome).toMatchObject({ status: 503, attempts: 1 });
  });

  test("interrupted, nothing is repeated", async () => {
    expect((await call([503], {}, AbortSignal.abort())).sent).toHaveLength(1);
  });

  test("interrupted while waiting, the last answer is the error", async () => {
    const interrupt = new AbortController();
    const { outcome } = await call(
      [
        {
          status: 503,
          get body() {
            interrupt.abort(new Error("stop"));
            return "";
          },
        } as Step,
      ],
      {},
      interrupt.signal,
    );
    expect(details(outcome)).toMatchObject({ status: 503, attempts: 1 });
  });
});

describe("waiting", () => {
  test("backs off twice as long each time, up to a limit", async () => {
    expect((await call([503])).waits).toEqual([250, 500, 1_000, 2_000, 4_000]);
  });

  test("as long as the server says, with either header", async () => {
    const reset = String((noon.getTime() + 30_000) * 1_000);
    expect((await call([{ status: 429, headers: { "retry-after": "7" } }, 200])).waits).toEqual([7_000]);
    expect((await call([{ status: 503, headers: { "retry-after": "7" } }, 200])).waits).toEqual([7_000]);
    expect((await call([{ status: 429, headers: { "x-ratelimit-reset": reset } }, 200])).waits).toEqual([30_000]);
  });

  test("advice of one answer does not outlive it", async () => {
    const { waits } = await call([{ status: 429, headers: { "retry-after": "7" } }, coded("ECONNRESET"), 200]);
    expect(waits).toEqual([7_000, 500]);
  });
});

describe("time limits", () => {
  test("a reading without an answer in time is repeated, a write is unknown", async () => {
    const read = await call(["hang", 200], { timeout: 20 });
    expect(read.outcome).toMatchObject({ status: 200, attempts: 2 });
    const write = await call(["hang"], { method: "PUT", timeout: 20 });
    expect(details(write.outcome)).toMatchObject({ code: "timeout", effect: "unknown", attempts: 1 });
  });
});

describe("what is sent", () => {
  test("token, accept and a body as JSON", async () => {
    const { sent } = await call([200], { method: "PUT", path: "/a/b", query: { q: "1 &2" }, body: { name: "ü" } });
    expect(sent[0]).toMatchObject({
      url: "https://dynatrace.example.com/a/b?q=1+%262",
      method: "PUT",
      body: '{"name":"ü"}',
      headers: {
        authorization: "Api-Token the-token",
        accept: "application/json",
        "content-type": "application/json",
      },
    });
  });

  test("another token, or none", async () => {
    expect((await call([200], { token: "other" })).sent[0]?.headers["authorization"]).toBe("Api-Token other");
    const { headers } = (await call([200], { token: null })).sent[0] ?? { headers: {} };
    expect(Object.keys(headers)).toEqual(["accept"]);
  });
});

describe("what is told", () => {
  test("the call, the status and the sentence of the server", async () => {
    const { outcome } = await call([
      { status: 403, body: '{"error":{"code":403,"message":"Token is missing required scope."}}' },
    ]);
    expect(String(outcome)).toBe("ApiError: GET /x: status 403, Token is missing required scope.");
  });

  test.each([
    [401, /token is unknown, expired or revoked/],
    [403, /ServiceProviderAPI/],
    [302, /the address redirects/],
    [556, /upgrade of the cluster/],
  ])("%i comes with what to do", async (status, hint) => {
    const { outcome } = await call([status]);
    expect(outcome instanceof ApiError ? outcome.hint : "").toMatch(hint);
  });

  test("a body of any size becomes a short message", async () => {
    const { outcome } = await call([{ status: 400, body: "x".repeat(5_000_000) }]);
    expect(String(outcome).length).toBeLessThan(400);
  });

  test("no message holds the token", async () => {
    for (const step of [400, coded("ECONNRESET"), coded("CERT_HAS_EXPIRED")]) {
      const { outcome } = await call([step]);
      expect(JSON.stringify(outcome) + String(outcome)).not.toContain("the-token");
    }
  });
});

describe("what is logged", () => {
  const request = { request: "emea/read/1", method: "GET", path: "/x?a=b+c" };
  const query = { a: "b c" };

  test("each attempt, with the id that the server gave it, and the wait between", async () => {
    const busy = { status: 429, headers: { "retry-after": "7", "x-request-id": "abc" }, body: "no" };
    const { logged } = await call([busy, coded("ECONNRESET"), 200], { query });
    expect(logged).toEqual([
      {
        level: "debug",
        message: "request",
        fields: { ...request, status: 429, attempt: 1, ms: 0, error: "http-429", trace: "abc" },
      },
      {
        level: "info",
        message: "request is repeated after a wait",
        fields: { ...request, error: "http-429", waitMs: 7_000 },
      },
      {
        level: "debug",
        message: "request",
        fields: { ...request, status: undefined, attempt: 2, ms: 0, error: "network", trace: undefined },
      },
      {
        level: "info",
        message: "request is repeated after a wait",
        fields: { ...request, error: "network", waitMs: 500 },
      },
      {
        level: "debug",
        message: "request",
        fields: { ...request, status: 200, attempt: 3, ms: 0, error: undefined, trace: undefined },
      },
    ]);
  });

  test("no wait where there is none", async () => {
    const { logged } = await call([403]);
    expect(logged.map(({ message }) => message)).toEqual(["request"]);
  });

  test("the path without what the token or the body holds", async () => {
    const { logged } = await call([500], { method: "PUT", body: { secret: "of the body" }, token: "another-token" });
    expect(JSON.stringify(logged)).not.toMatch(/another-token|of the body/);
  });
});

describe("json", () => {
  const pairs = list(object({ a: wholeNumber }));
  const parsed = (body: string | Uint8Array, method: ApiRequest["method"] = "GET") =>
    createClient({
      name: "emea/read",
      log: silentLog,
      url: "https://dynatrace.example.com",
      token: "t",
      clock: fakeClock(noon),
      random: () => 0,
      throttle: createLimiter(1),
      fetch: async () => response({ status: 200, body }),
    })
      .json({ method, path: "/x" }, pairs)
      .catch((error: unknown) => error);

  test("parses", async () => {
    expect(await parsed('[{"a":1}]')).toEqual([{ a: 1 }]);
  });

  test("a page of a proxy is no answer, and after a write nobody knows", async () => {
    const page = await parsed("<html>Sign in</html>");
    expect(details(page)).toMatchObject({ code: "not-json", effect: "none", status: 200 });
    expect(String(page)).toContain("an HTML page came instead of an API answer");
    expect(details(await parsed("<html/>", "POST"))?.effect).toBe("unknown");
    for (const [status, accept] of [[200], [204], [404, 404]] as const) {
      const write = { method: "DELETE", cleanup: true, ...(accept ? { accept: [accept] } : {}) } as const;
      const { outcome, count } = await call([{ status, body: "\n<!DOCTYPE html>" }], write);
      expect([details(outcome), count]).toMatchObject([{ code: "not-json", effect: "unknown", status }, 1]);
    }
    expect(String(await parsed("half of {"))).toContain("something that is not JSON");
  });

  test.each([401, 403, 404])("a page with status %i says nothing of tokens or of what is there", async (status) => {
    const refusal = async (body: string) => (await call([{ status, body }], { method: "GET" })).outcome;
    const page = await refusal("<html>Sign in</html>");
    expect([isStatus(page, status), isStatus(await refusal("no"), status)]).toEqual([false, true]);
    expect(page).toMatchObject({ hint: expect.stringContaining("no proxy or login page answers in its place") });
  });

  test("bytes that are no UTF-8 are no answer, because what they replace could be part of a name", async () => {
    const garbled = await parsed(Buffer.from('[{"a":1,"name":"Gr\xfc\xdfe"}]', "latin1"));
    expect(details(garbled)).toMatchObject({ code: "not-json", effect: "none", status: 200 });
    expect(String(garbled)).toContain("something that is not UTF-8 text");
    expect(await parsed('\ufeff[{"a":1}]')).toEqual([{ a: 1 }]);
  });

  test("an answer of another form is none, and after a write nobody knows", async () => {
    const answer = await parsed('[{"a":1},{"a":"1"}]');
    expect(answer).toBeInstanceOf(UnexpectedAnswer);
    expect(details(answer)).toMatchObject({ code: "unexpected-answer", effect: "none", status: 200 });
    expect(String(answer)).toContain("GET /x: the cluster answered in an unexpected form: [1].a is a text of another");
    expect(details(await parsed("{}", "POST"))?.effect).toBe("unknown");
  });

  test("an answer that is nested too deeply is not parsed", async () => {
    expect(String(await parsed("[".repeat(1_000_000)))).toContain("nested more than 64 levels deep");
  });
});

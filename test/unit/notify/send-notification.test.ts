import { describe, expect, test } from "vitest";
import { sendNotification } from "../../../src/notify/send-notification.ts";
import type { FetchResponse } from "../../../src/ports.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const address = "https://hooks.example.com/services/abcdef";

function answer(status: number, text = "", headers: Readonly<Record<string, string>> = {}): FetchResponse {
  const body = (async function* () {
    yield new TextEncoder().encode(text);
  })();
  return { status, headers: { get: (name) => headers[name] ?? null }, body };
}

/** Sends, and is answered as told. */
async function send(...answers: readonly (FetchResponse | Error)[]) {
  const clock = fakeClock(noon);
  const asked: string[] = [];
  const reason = await sendNotification(address, "{}", {
    clock,
    random: () => 0.5,
    signal: new AbortController().signal,
    fetch: async (url, { method, headers, body }) => {
      asked.push(`${method} ${url} ${headers["content-type"]} ${body}`);
      const next = answers[asked.length - 1] ?? new Error("nobody expects this request");
      if (next instanceof Error) throw next;
      return next;
    },
  });
  return { reason, asked, waits: clock.waits };
}

describe("a notification", () => {
  test("is sent once when it arrives", async () => {
    expect(await send(answer(200, "ok"))).toEqual({
      reason: null,
      asked: [`POST ${address} application/json {}`],
      waits: [],
    });
  });

  test("is sent again to a receiver that is busy, as late as it asks", async () => {
    const { reason, asked, waits } = await send(answer(429, "", { "retry-after": "3" }), answer(503), answer(202));
    expect([reason, asked.length, waits.length]).toEqual([null, 3, 2]);
    expect(waits[0]).toBeGreaterThanOrEqual(3_000);
  });

  test("is given up after three times, and at once where it is not wanted", async () => {
    expect((await send(answer(500), answer(502), answer(503, "try later"))).reason).toBe(
      "the receiver answers 503 (try later)",
    );
    const refused = await send(answer(403, "invalid_token\u001b[31m"));
    expect([refused.reason, refused.asked.length]).toEqual(["the receiver answers 403 (invalid_token\\u001b[31m)", 1]);
    expect((await send(answer(302, ""))).reason).toMatch(/leads elsewhere and is not followed/);
  });

  test("is not waited for without end, however long the receiver says", async () => {
    const { waits } = await send(answer(429, "", { "retry-after": "86400" }), answer(200));
    expect(waits).toEqual([20_000]);
  });

  test("that reaches nobody says so without the address", async () => {
    const refused = Object.assign(new TypeError("fetch failed"), {
      cause: Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: "ECONNREFUSED" }),
    });
    const { reason, asked } = await send(refused, refused, refused);
    expect(reason).toBe("the receiver does not answer (connection refused)");
    expect(asked).toHaveLength(3);
  });

  /** A receiver that takes requests and answers none of them; the run is interrupted as soon as it has one, or before. */
  async function sendToSilence(when: "before" | "meanwhile") {
    const stop = new AbortController();
    if (when === "before") stop.abort();
    let asked = 0;
    const reason = await sendNotification(address, "{}", {
      clock: fakeClock(noon),
      random: () => 0.5,
      signal: stop.signal,
      fetch: (_url, { signal }) => {
        asked += 1;
        return new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason));
          stop.abort();
        });
      },
    });
    return { reason, asked };
  }

  test("is given up at an interrupt while nobody answers", async () => {
    const reason = "the receiver does not answer (interrupted)";
    expect(await sendToSilence("meanwhile")).toEqual({ reason, asked: 1 });
  });

  test("of a run that was interrupted is sent once, and soon given up", async () => {
    const reason = "the receiver does not answer (no answer in time)";
    expect(await sendToSilence("before")).toEqual({ reason, asked: 1 });
  });
});

import { expect, test } from "vitest";
import { type AheadClient, createAheadClient, ReadingTaken } from "../../../src/dynatrace/ahead-client.ts";
import type { Shape } from "../../../src/dynatrace/answer-shape.ts";
import type { ApiRequest } from "../../../src/dynatrace/api-request.ts";
import type { Client } from "../../../src/dynatrace/client.ts";

const anything: Shape<unknown> = (value) => value;
const get = (path: string, query: ApiRequest["query"] = {}): ApiRequest => ({ method: "GET", path, query });

/** A client whose answers come when the test says so. */
function aClient() {
  const asked: string[] = [];
  const pending: { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }[] = [];
  const client: Client = {
    url: "https://dynatrace.example.com",
    maxConcurrency: 16,
    requestCount: () => asked.length,
    send: () => Promise.reject(new Error("not asked in this test")),
    stream: () => Promise.reject(new Error("not asked in this test")),
    json<T>({ path, query }: ApiRequest) {
      asked.push(`${path}?${new URLSearchParams(query)}`);
      return new Promise<T>((resolve, reject) => pending.push({ resolve: (value) => resolve(value as T), reject }));
    },
  };
  return { asked, pending, both: createAheadClient(client) };
}

const ask = (client: AheadClient["ahead"], request: ApiRequest) => client.json(request, anything);

test("what was read ahead is taken once, and then asked again", async () => {
  const { asked, pending, both } = aClient();
  const ahead = ask(both.ahead, get("/groups"));
  pending[0]?.resolve("first");
  expect(await ahead).toBe("first");
  expect(await ask(both.taking, get("/groups"))).toBe("first");
  const again = ask(both.taking, get("/groups"));
  pending[1]?.resolve("second");
  expect(await again).toBe("second");
  expect(asked).toEqual(["/groups?", "/groups?"]);
});

test("an answer that is under way is waited for, and a failure is taken like one", async () => {
  const { asked, pending, both } = aClient();
  const ahead = [ask(both.ahead, get("/a")), ask(both.ahead, get("/b"))];
  const taken = [ask(both.taking, get("/a")), ask(both.taking, get("/b"))];
  pending[0]?.resolve("a");
  pending[1]?.reject(new Error("no b"));
  expect(await Promise.allSettled(taken)).toEqual(await Promise.allSettled(ahead));
  await expect(taken[1]).rejects.toThrow("no b");
  expect(asked).toEqual(["/a?", "/b?"]);
});

test("another query is another question", async () => {
  const { asked, both } = aClient();
  void ask(both.ahead, get("/environments", { sort: "name" }));
  void ask(both.taking, get("/environments", { sort: "name", includeStorageInfo: "true" }));
  expect(asked).toHaveLength(2);
});

test("once somebody takes, nothing more is asked ahead", async () => {
  const { asked, both } = aClient();
  void ask(both.taking, get("/a"));
  await expect(ask(both.ahead, get("/b"))).rejects.toThrow(ReadingTaken);
  expect(asked).toEqual(["/a?"]);
});

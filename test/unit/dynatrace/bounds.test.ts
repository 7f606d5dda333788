import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { list, text } from "../../../src/dynatrace/answer-shape.ts";
import { environmentPage, groupList } from "../../../src/dynatrace/answers.ts";
import { ApiError } from "../../../src/dynatrace/api-error.ts";
import { type Client, createClient } from "../../../src/dynatrace/client.ts";
import { readEnvironments } from "../../../src/dynatrace/cluster-api.ts";
import { bodyLimits, bounded, readText } from "../../../src/dynatrace/read-body.ts";
import { readPages } from "../../../src/dynatrace/read-pages.ts";
import { createTransport, type Transport } from "../../../src/dynatrace/transport.ts";
import { createLimiter } from "../../../src/lib/limiter.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { silentLog } from "../../support/log.ts";

let server: Server | undefined;
let transport: Transport | undefined;

afterEach(async () => {
  await transport?.close();
  server?.closeAllConnections();
  server?.close();
});

/** A client of a real server on loopback. */
async function clientOf(answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Promise<Client> {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  transport = await createTransport({ ca: null, connections: 2, proxy: null });
  return createClient({
    name: "emea",
    log: silentLog,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: "t",
    fetch: transport.fetch,
    clock: fakeClock(noon),
    random: () => 0,
    throttle: createLimiter(2),
  });
}

/** Sends without end, as fast as the reader takes it, and tells when the reader has gone. */
function sendForever(outgoing: ServerResponse, chunk: Buffer): Promise<unknown> {
  const closed = once(outgoing, "close");
  const send = () => {
    while (!outgoing.destroyed && outgoing.write(chunk));
  };
  outgoing.on("drain", send);
  send();
  return closed;
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "no failure",
    (error: unknown) => (error instanceof ApiError ? error.details : error),
  );

const megabyte = Buffer.alloc(1_048_576, " ");

describe("a body over a real connection", () => {
  test("that never ends is left at its bound, once, and the connection is closed", async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const client = await clientOf((_incoming, outgoing) => {
      closed = sendForever(outgoing.writeHead(200), megabyte);
    });
    const failure = await failureOf(client.json({ method: "GET", path: "/x" }, list(text)));
    expect(failure).toMatchObject({ code: "too-large", status: 200, effect: "none", attempts: 1 });
    await closed;
    expect(client.requestCount()).toBe(1);
  });

  test("of a write that passes its bound leaves open whether it had an effect", async () => {
    const client = await clientOf((_incoming, outgoing) => void sendForever(outgoing.writeHead(200), megabyte));
    expect(await failureOf(client.send({ method: "PUT", path: "/x", body: {} }))).toMatchObject({
      code: "too-large",
      effect: "unknown",
    });
  });

  test("that grows when it is decompressed is left at its bound", async () => {
    const bomb = gzipSync(Buffer.alloc(bodyLimits.list + 1_048_576, " "));
    expect(bomb.length).toBeLessThan(bodyLimits.other);
    const client = await clientOf((_incoming, outgoing) =>
      outgoing.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
    );
    const page = { method: "GET", path: "/x", bodyLimit: bodyLimits.list } as const;
    expect(await failureOf(client.json(page, groupList))).toMatchObject({ code: "too-large" });
    expect(await failureOf(client.json({ method: "GET", path: "/x" }, groupList))).toMatchObject({ code: "too-large" });
  });

  test.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["BR", brotliCompressSync],
  ])("that comes as %s is read", async (encoding, compress) => {
    const client = await clientOf((_incoming, outgoing) =>
      outgoing.writeHead(200, { "content-encoding": encoding }).end(compress(Buffer.from('["one"]'))),
    );
    expect(await client.json({ method: "GET", path: "/x" }, list(text))).toEqual(["one"]);
  });

  test("that nobody needs any more is not asked for again once the transport is closed", async () => {
    const client = await clientOf(() => void transport?.close());
    expect(await failureOf(client.json({ method: "GET", path: "/x" }, list(text)))).toMatchObject({
      code: "interrupted",
    });
    expect(await failureOf(client.json({ method: "GET", path: "/x" }, list(text)))).toMatchObject({
      code: "interrupted",
    });
    expect(client.requestCount()).toBe(2);
  });

  test("of an error that never ends still tells its status", async () => {
    const client = await clientOf((_incoming, outgoing) => void sendForever(outgoing.writeHead(403), megabyte));
    expect(await failureOf(client.send({ method: "GET", path: "/x" }))).toMatchObject({
      code: "http-403",
      attempts: 1,
    });
  });

  test("that stops half-way ends by the time limit, and for an error with its status", async () => {
    const client = await clientOf((incoming, outgoing) => {
      outgoing.writeHead(incoming.url === "/refused" ? 403 : 200).write("[");
    });
    const request = { method: "PUT", timeout: 200, body: {} } as const;
    expect(await failureOf(client.send({ ...request, path: "/x" }))).toMatchObject({
      code: "timeout",
      effect: "unknown",
    });
    expect(await failureOf(client.send({ ...request, path: "/refused" }))).toMatchObject({
      code: "http-403",
      effect: "none",
    });
  });

  test("of a page of a list may have more than that of another answer", async () => {
    const groups = JSON.stringify([{ id: "ops", name: "x".repeat(2_000_000), isClusterAdminGroup: false }]);
    const client = await clientOf((_incoming, outgoing) => outgoing.end(groups));
    const request = { method: "GET", path: "/x" } as const;
    expect(await client.json({ ...request, bodyLimit: bodyLimits.list }, groupList)).toHaveLength(1);
    expect(await failureOf(client.json(request, groupList))).toMatchObject({ code: "too-large" });
  });

  test("of an installer is a stream that ends at its bound", async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const client = await clientOf((_incoming, outgoing) => {
      closed = sendForever(outgoing.writeHead(200), megabyte);
    });
    let length = 0;
    const read = async () => {
      const limit = 5 * megabyte.length;
      for await (const chunk of await client.stream({ method: "GET", path: "/x", bodyLimit: limit }))
        length += chunk.byteLength;
    };
    expect(await failureOf(read())).toMatchObject({ code: "too-large" });
    expect(length).toBeLessThanOrEqual(5 * megabyte.length);
    await closed;
  });
});

describe("the bounds", () => {
  async function* chunks(...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
    for (const size of sizes) yield new Uint8Array(size);
  }

  test("are those that the documents tell", () => {
    expect(bodyLimits).toEqual({ list: 64 * 2 ** 20, installer: 2 * 2 ** 30, other: 2 ** 20 });
  });

  test("let a body through that reaches one, and not a byte more", async () => {
    expect(await readText(chunks(2, 2), 4)).toHaveLength(4);
    await expect(readText(chunks(2, 2, 1), 4)).rejects.toThrow("the body has more than");
    expect(await readText(null, 4)).toBe("");
  });

  test("end a body whose reader leaves it", async () => {
    let ended = false;
    const body = (async function* () {
      try {
        yield* chunks(1, 1, 1);
      } finally {
        ended = true;
      }
    })();
    for await (const _chunk of bounded(body, 10)) break;
    expect(ended).toBe(true);
  });
});

describe("pages", () => {
  const page = (nextPageKey: string | null) =>
    JSON.stringify({
      totalCount: 1,
      nextPageKey,
      environments: [{ id: "abc-p1", name: "ABC", state: "ENABLED" }],
    });

  test("that lead in a ring are no list, however long the ring is", async () => {
    const next: Readonly<Record<string, string>> = { a: "b", b: "c", c: "a" };
    const client = await clientOf((incoming, outgoing) => {
      const key = new URL(incoming.url ?? "", "http://127.0.0.1").searchParams.get("nextPageKey");
      outgoing.end(page(key === null ? "a" : (next[key] ?? null)));
    });
    await expect(readEnvironments(client, { quotas: false, storage: false })).rejects.toThrow(/repeats a page/);
    expect(client.requestCount()).toBe(4);
  });

  test("without end are no list", async () => {
    let asked = 0;
    const client = {
      json: async () => {
        asked += 1;
        return { items: [], totalCount: 0, nextPageKey: String(asked) };
      },
    } as unknown as Client;
    const reading = readPages(client, { method: "GET", path: "/x" }, environmentPage, ({ id }) => id);
    await expect(reading).rejects.toThrow("more than 20000 pages");
    expect(asked).toBe(20_000);
  });

  test.each<[string, number, number | null]>([
    ["once are read once more", 1, 4],
    ["again and again are no list", 9, null],
  ])("between which something comes %s", async (_what, shifts, requests) => {
    let asked = 0;
    const client = {
      json: async (request: { readonly query?: unknown }) => {
        asked += 1;
        const isFirst = request.query === undefined;
        // What came between is counted, and moved the last of the first page to the second.
        const isShifted = !isFirst && asked / 2 <= shifts;
        return isFirst
          ? { items: ["a", "b"], totalCount: 4, nextPageKey: "2" }
          : { items: isShifted ? ["b", "c"] : ["c", "d"], totalCount: 4, nextPageKey: null };
      },
    } as unknown as Client;
    const reading = readPages<string>(client, { method: "GET", path: "/x" }, () => null as never, String);
    if (requests === null)
      await expect(reading).rejects.toThrow(
        'the list says 4 but holds 3, and has some more than once, without regard to case: "b"',
      );
    else expect(await reading).toEqual(["a", "b", "c", "d"]);
    expect(asked).toBe(4);
  });

  /** Of the first page, the first item goes while the list is read, so many times. */
  function dwindlingList(times: number): { readonly client: Client; readonly reads: () => number } {
    let there = ["a", "b", "c", "d", "e"];
    let reads = 0;
    const client = {
      json: async ({ query }: { readonly query?: unknown }) => {
        if (query === undefined) {
          reads += 1;
          return { items: there.slice(0, 2), totalCount: there.length, nextPageKey: "2" };
        }
        if (reads <= times) there = there.slice(1);
        return { items: there.slice(2), totalCount: there.length, nextPageKey: null };
      },
    } as unknown as Client;
    return { client, reads: () => reads };
  }
  const anyPage = () => null as never;

  test("between which something goes once are read once more: what moved to an earlier one is not missing", async () => {
    const { client, reads } = dwindlingList(1);
    expect(await readPages<string>(client, { method: "GET", path: "/x" }, anyPage, String)).toEqual([
      "b",
      "c",
      "d",
      "e",
    ]);
    expect(reads()).toBe(2);
  });

  test("between which something goes again and again are no list", async () => {
    const { client, reads } = dwindlingList(9);
    await expect(readPages<string>(client, { method: "GET", path: "/x" }, anyPage, String)).rejects.toThrow(
      "the list became shorter while it was read: 4, then 3",
    );
    expect(reads()).toBe(2);
  });

  test("of what goes by itself all the time are a list all the same", async () => {
    const { client, reads } = dwindlingList(9);
    const reading = readPages<string>(client, { method: "GET", path: "/x" }, anyPage, String, { dwindles: true });
    expect(await reading).toEqual(["a", "b", "d", "e"]);
    expect(reads()).toBe(1);
  });

  test("with more items than any cluster has are no list", async () => {
    let asked = 0;
    const client = {
      json: async () => {
        asked += 1;
        const items = Array.from({ length: 400_000 }, (_, index) => `${asked}/${index}`);
        return { items, totalCount: 0, nextPageKey: String(asked) };
      },
    } as unknown as Client;
    const reading = readPages<string>(client, { method: "GET", path: "/x" }, () => null as never, String);
    await expect(reading).rejects.toThrow("more than 1000000 items");
  });
});

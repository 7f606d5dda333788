import { type AddressInfo, createServer, type Server } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { openSocket } from "../../../src/ssh/open-socket.ts";

const target = { hostName: "127.36.0.1", bindAddress: null, addressFamily: 0 as const, connectionAttempts: 1 };

async function listen(port = 0): Promise<Server> {
  const server = createServer((socket) => void socket.end()).listen(port, target.hostName);
  await new Promise((resolve) => server.once("listening", resolve));
  return server;
}

/** A port at which nobody listens yet. */
async function closedPort(): Promise<number> {
  const server = await listen();
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("a machine that refuses is tried again, a second later, as often as it is said", async () => {
  const port = await closedPort();
  await expect(openSocket({ ...target, port }, new AbortController().signal)).rejects.toMatchObject({
    code: "ECONNREFUSED",
  });
  const opening = openSocket({ ...target, port, connectionAttempts: 3 }, new AbortController().signal);
  const server = await listen(port);
  onTestFinished(() => void server.close());
  (await opening).destroy();
});

test("the signal ends waiting for the next try", async () => {
  const port = await closedPort();
  const stop = new AbortController();
  const opening = openSocket({ ...target, port, connectionAttempts: 1_000 }, stop.signal);
  const ended = expect(opening).rejects.toThrow();
  await vi.waitFor(() => stop.abort());
  await ended;
});

test("an address of another family is not connected to", async () => {
  const other = { ...target, port: 9, addressFamily: 6 as const, connectionAttempts: 1_000 };
  await expect(openSocket(other, new AbortController().signal)).rejects.toMatchObject({ code: "EAFNOSUPPORT" });
});

import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { joinWrites } from "../../../src/ssh/join-writes.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A connected socket, the pieces that it gave to the system, and all that arrived. */
async function connected() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const socket = new Socket();
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  socket.connect(typeof address === "object" && address ? address.port : 0, "127.0.0.1");
  const [[other]] = (await Promise.all([once(server, "connection"), once(socket, "connect")])) as [[Socket], unknown];
  let arrived = "";
  other.on("data", (chunk) => {
    arrived += String(chunk);
  });
  joinWrites(socket);
  return {
    socket,
    other,
    arrived: () => arrived,
    singly: vi.spyOn(socket, "_write"),
    joined: vi.spyOn(socket, "_writev"),
  };
}

test("what is written in one turn leaves in one piece, and in its order", async () => {
  const { socket, arrived, singly, joined } = await connected();
  for (const text of ["a", "b", "c"]) socket.write(text);
  expect([singly, joined].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  await turn();
  expect([singly, joined].map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
  socket.write("d");
  await vi.waitFor(() => expect(arrived()).toBe("abcd"));
});

test("the end loses nothing of what was written just before", async () => {
  const { socket, other, arrived } = await connected();
  socket.write("a");
  socket.write("b");
  socket.end();
  await once(other, "end");
  expect(arrived()).toBe("ab");
});

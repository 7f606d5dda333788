import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SimulatedForge } from "./simulated-forge.ts";

/** A simulated forge on an address of this machine. */
export interface ServedForge {
  readonly origin: string;
  close(): Promise<void>;
}

/** `forge`: asked for each request, so that it can be another one. */
export async function serveForge(address: string, forge: () => SimulatedForge): Promise<ServedForge> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const answer = forge().answer(request.method ?? "", request.url ?? "", headers, body === "" ? null : body);
      if (answer === "cut") return request.socket.destroy();
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
      return response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    origin: `http://${address}:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

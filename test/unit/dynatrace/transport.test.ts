import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ApiError } from "../../../src/dynatrace/api-error.ts";
import { createClient } from "../../../src/dynatrace/client.ts";
import { readText } from "../../../src/dynatrace/read-body.ts";
import { type HttpProxy, resolveProxy } from "../../../src/dynatrace/resolve-proxy.ts";
import { createTransport } from "../../../src/dynatrace/transport.ts";
import { createLimiter } from "../../../src/lib/limiter.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { silentLog } from "../../support/log.ts";

const cluster = "https://dynatrace.example.com";
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

let folder: string;
let ca: string;
/** The cluster, on loopback: only a proxy leads to it by its name. */
let secure: Server;
const seen: string[] = [];
const closing: (() => void)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dtsync-transport-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  ca = certificate;
  const make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", key, "-out", certificate];
  const name = ["-subj", "/CN=dynatrace.example.com", "-addext", "subjectAltName=DNS:dynatrace.example.com"];
  execFileSync("openssl", [...make, ...name], { stdio: "ignore" });
  const pems = { key: readFileSync(key, "utf8"), cert: readFileSync(certificate, "utf8") };
  secure = createSecureServer(pems, (incoming, outgoing) => {
    seen.push(`cluster ${incoming.url} ${incoming.headers.authorization}`);
    outgoing.end("[]");
  }).listen(0, "127.0.0.1");
  await once(secure, "listening");
});

afterEach(() => {
  for (const close of closing.splice(0)) close();
  seen.length = 0;
});

afterAll(() => {
  secure.closeAllConnections();
  secure.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A proxy on loopback that leads every CONNECT to the cluster, or refuses it with a status. */
async function aProxy(status = 200): Promise<HttpProxy> {
  const proxy = createServer((incoming, outgoing) => {
    seen.push(`proxy ${incoming.method} ${incoming.url}`);
    outgoing.writeHead(502).end();
  });
  proxy.on("connect", (incoming, socket) => {
    seen.push(`proxy CONNECT ${incoming.url} ${incoming.headers["proxy-authorization"]}`);
    expect(incoming.headers.authorization).toBeUndefined();
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} no\r\n\r\n`);
    const onward = connect(portOf(secure), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
    closing.push(() => onward.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  closing.push(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return proxyAt(portOf(proxy));
}

function proxyAt(port: number): HttpProxy {
  const found = resolveProxy(cluster, { HTTPS_PROXY: `http://me:pass@127.0.0.1:${port}` });
  if (found === null) throw new Error("there must be a proxy");
  return found;
}

describe("a cluster behind a proxy", () => {
  test("is reached through a tunnel: the proxy learns its name and nothing else", async () => {
    const transport = await createTransport({ ca, connections: 2, proxy: await aProxy() });
    const headers = { authorization: "Api-Token t" };
    const response = await transport.fetch(`${cluster}/x`, { method: "GET", headers });
    expect(await readText(response.body, 10)).toBe("[]");
    await transport.close();
    expect(seen).toEqual([
      `proxy CONNECT dynatrace.example.com:443 Basic ${Buffer.from("me:pass").toString("base64")}`,
      "cluster /x Api-Token t",
    ]);
  });

  test("is told from an untrusted one: the certificate is the cluster's", async () => {
    const failure = await failureThrough(await aProxy());
    expect(failure.details).toMatchObject({ code: "certificate", effect: "none", attempts: 1 });
    expect(failure.message).not.toContain("proxy");
  });

  test.each([
    [407, "proxy", 1],
    [502, "network", 2],
  ])("that answers the tunnel with %i: nothing was sent, and the proxy is named", async (status, code, attempts) => {
    const proxy = await aProxy(status);
    const failure = await failureThrough(proxy);
    expect(failure.details).toMatchObject({ code, effect: "none", status: null, attempts });
    expect(failure.message).toContain(`the proxy ${proxy.place} does not lead there (status ${status})`);
    expect(failure.hint).toContain("HTTPS_PROXY");
  });

  test("that is not there is not mistaken for the cluster", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const proxy = proxyAt(portOf(free));
    free.close();
    await once(free, "close");
    const failure = await failureThrough(proxy);
    expect(failure.details).toMatchObject({ code: "network", effect: "none" });
    expect(failure.message).toContain(`the proxy ${proxy.place}: connection refused`);
    expect(failure.message + failure.hint).not.toContain("pass");
  });
});

/** How a write fails through the proxy, of a client that does not trust the cluster's certificate. */
async function failureThrough(proxy: HttpProxy): Promise<ApiError> {
  const transport = await createTransport({ ca: null, connections: 2, proxy });
  closing.push(() => void transport.close());
  const client = createClient({
    name: "emea",
    log: silentLog,
    url: cluster,
    token: "t",
    fetch: transport.fetch,
    clock: fakeClock(noon),
    random: () => 0,
    throttle: createLimiter(2),
    retry: { attempts: 2, baseDelay: 1, maximumDelay: 1 },
  });
  const request = { method: "PUT", path: "/x", body: {}, independent: true } as const;
  const failure = await client.send(request).catch((error: unknown) => error);
  if (failure instanceof ApiError) return failure;
  throw new Error(`it must fail with ApiError: ${String(failure)}`);
}

test("without a proxy the variables of the process are not looked at", async () => {
  const server = createServer((_incoming, outgoing) => outgoing.end("direct")).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  const transport = await createTransport({ ca: null, connections: 1, proxy: null });
  const before = process.env["HTTP_PROXY"];
  process.env["HTTP_PROXY"] = "http://127.0.0.1:9";
  try {
    const response = await transport.fetch(`http://127.0.0.1:${portOf(server)}/`, { method: "GET", headers: {} });
    expect(await readText(response.body, 10)).toBe("direct");
  } finally {
    if (before === undefined) delete process.env["HTTP_PROXY"];
    else process.env["HTTP_PROXY"] = before;
    await transport.close();
  }
});

test("certificates that are a device are refused, with the name of the file", async () => {
  await expect(createTransport({ ca: "/dev/zero", connections: 1, proxy: null })).rejects.toThrow(
    /\/dev\/zero cannot be read \(it is not an ordinary file\)/,
  );
});

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as secureRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type ServedCluster, type ServeOptions, serveCluster } from "../../../../src/sandbox/cluster/serve-cluster.ts";
import { bench, environmentsPath, groupsPath } from "./support.ts";

const served: ServedCluster[] = [];

afterEach(async () => {
  await Promise.all(served.splice(0).map((server) => server.close()));
});

async function serving(options: ServeOptions = {}, of: Parameters<typeof bench>[0] = {}) {
  const made = bench(of);
  const server = await serveCluster(made.cluster, options);
  served.push(server);
  const authorization = `Api-Token ${made.cluster.clusterToken}`;
  const ask = (path: string, method = "GET", body?: unknown) =>
    fetch(server.url + path, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { ...made, server, ask, authorization };
}

describe("a served cluster", () => {
  it("pages through 5,000 environments in 5 requests", async () => {
    const environments = Array.from({ length: 5000 }, (_, index) => ({ id: `e-${index}` }));
    const { ask, cluster } = await serving({}, { seed: { environments } });
    const ids = new Set<string>();
    let query = "?pageSize=1000&sort=name";
    while (query !== "") {
      const page = (await (await ask(environmentsPath + query)).json()) as {
        environments: { id: string }[];
        nextPageKey: string | null;
      };
      for (const { id } of page.environments) ids.add(id);
      query = page.nextPageKey === null ? "" : `?nextPageKey=${page.nextPageKey}`;
    }
    expect(ids.size).toBe(5000);
    expect(cluster.requests).toHaveLength(5);
  });

  it("takes latency for every request, without a queue", async () => {
    const { ask, cluster } = await serving({ latency: 61 });
    let waiting = 0;
    let release = (): void => undefined;
    const together = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Nobody is answered before all have arrived: behind a queue they never would.
    cluster.onRequest(async () => {
      waiting += 1;
      if (waiting === 30) release();
      await together;
    });
    const timers = vi.spyOn(globalThis, "setTimeout");
    try {
      const answers = await Promise.all(Array.from({ length: 30 }, () => ask("/rest/health")));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      expect(timers.mock.calls.filter(([, milliseconds]) => milliseconds === 61)).toHaveLength(30);
    } finally {
      timers.mockRestore();
    }
  });

  it("closes the connection before, after, and in the midst of an answer", async () => {
    const { ask, cluster } = await serving();
    const path = `${environmentsPath}/a`;
    const broken = { cause: { code: expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/) } };
    cluster.addFault({ match: { path }, do: "cut" });
    await expect(ask(path, "PUT", { name: "x" })).rejects.toMatchObject(broken);
    expect(cluster.snapshot().environments).toHaveLength(0);
    cluster.addFault({ match: { path }, do: "commit-then-cut" });
    await expect(ask(path, "PUT", { name: "x" })).rejects.toMatchObject(broken);
    expect(cluster.snapshot().environments).toHaveLength(1);
    cluster.addFault({ match: { path }, do: "truncate" });
    const answer = await ask(path);
    expect(answer.status).toBe(200);
    const length = Number(answer.headers.get("content-length"));
    const received: Uint8Array[] = [];
    const read = async () => {
      for await (const chunk of answer.body ?? []) received.push(chunk as Uint8Array);
    };
    await expect(read()).rejects.toThrow();
    expect(Buffer.concat(received).length).toBe(Math.floor(length / 2));
    expect((await ask(path)).status).toBe(200);
  });

  it("streams an installer with the endpoint it is served at", async () => {
    const size = 8 * 1024 * 1024;
    const endpoints: string[] = [];
    const { cluster, server } = await serving(
      {},
      {
        buildInstaller: ({ endpoint }) => {
          endpoints.push(endpoint);
          return new Uint8Array(size).fill(7);
        },
      },
    );
    cluster.setEnvironment("a");
    const { token } = cluster.createToken({ environment: "a", scopes: ["InstallerDownload"] });
    const answer = await fetch(`${server.url}/e/a/api/v1/deployment/installer/agent/unix/default/latest`, {
      headers: { authorization: `Api-Token ${token}` },
    });
    const content = new Uint8Array(await answer.arrayBuffer());
    expect([content.length, content.at(-1)]).toEqual([size, 7]);
    expect(endpoints).toEqual([`${server.url}/e/a/communication`]);
  });

  it("passes statuses, bodies and headers through", async () => {
    const { ask, server, cluster } = await serving();
    expect((await fetch(server.url + environmentsPath)).status).toBe(401);
    const made = await ask(groupsPath, "POST", { name: "Grün", isClusterAdminGroup: false });
    expect([made.status, ((await made.json()) as { name: string }).name]).toEqual([200, "Grün"]);
    const put = await ask(`${environmentsPath}/a`, "PUT", { name: "x" });
    expect(put.headers.get("location")).toBe(`${environmentsPath}/a`);
    const changed = await ask(`${environmentsPath}/a`, "PUT", { name: "x" });
    expect([changed.status, await changed.text()]).toEqual([204, ""]);
    expect((await ask(groupsPath, "POST", "x".repeat(1_000_001))).status).toBe(413);
    expect(cluster.requests.at(-1)?.status).toBe(413);
  });

  it("ends while requests are under way", async () => {
    const { ask, cluster, server } = await serving();
    cluster.addFault({ match: {}, do: "stall" });
    const answer = await ask(environmentsPath);
    const text = expect(answer.text()).rejects.toThrow();
    await server.close();
    served.length = 0;
    await text;
    await expect(ask(environmentsPath)).rejects.toThrow();
  });

  it("speaks TLS", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cluster-tls-"));
    try {
      const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
      const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
      const make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", key, "-out", cert];
      execFileSync("openssl", [...make, ...subject], { stdio: "ignore" });
      const pem = readFileSync(cert, "utf8");
      const { server } = await serving({ tls: { key: readFileSync(key, "utf8"), cert: pem } });
      expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
      const status = await new Promise((resolve, reject) => {
        secureRequest(`${server.url}/rest/health`, { ca: pem, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
          .on("error", reject)
          .end();
      });
      expect(status).toBe(200);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

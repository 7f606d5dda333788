import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Notification } from "../../../src/notify/notification.ts";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";

const files = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults: { cluster: emea }
`,
  "customers/abc.yaml": "customer: abc\nenvironments:\n  p1: { hosts: [] }\n",
};
const secret = "/services/T0001/abcdefghijklmnop";

let world: CommandWorld;
let receiver: Server;
let received: { readonly path: string; readonly body: string }[];
let status: number;
let answers: (response: ServerResponse) => void;
beforeEach(async () => {
  world = await startCommandWorld(files, {});
  received = [];
  status = 200;
  answers = (response) => response.writeHead(status).end(`no: ${secret}`);
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      received.push({ path: request.url ?? "", body });
      answers(response);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await new Promise((resolve) => receiver.close(resolve));
  await world.close();
});

const address = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${secret}`;
const run = (command: "plan" | "apply", parameters: readonly string[], url = address(), signal?: AbortSignal) =>
  world.run([command, ...(command === "apply" ? ["--auto-approve", "--only", "environments"] : []), ...parameters], {
    variables: { HOME: world.directory, DTSYNC_TOKEN_EMEA: world.cluster.clusterToken, DTSYNC_NOTIFY_URL: url },
    ...(signal === undefined ? {} : { signal }),
  });
const sent = () => received.map(({ body }) => JSON.parse(body) as Notification);

describe("--notify", () => {
  test("sends what a plan found, and the plan", async () => {
    const { code, document } = await run("plan", ["--notify", "failure,drift"]);
    expect(code).toBe(0);
    expect(sent()).toMatchObject([{ command: "plan", events: ["drift"], severity: "warning", exitCode: 0 }]);
    expect(sent()[0]?.document).toEqual(document);
    expect(received[0]?.path).toBe(secret);
  });

  test("sends nothing where nothing is to be told, unless everything is", async () => {
    await run("apply", ["--notify", "failure,held,drift"]);
    expect(received).toEqual([]);
    await run("apply", ["--notify", "always"]);
    expect(sent()).toMatchObject([{ command: "apply", events: [], title: "dtsync apply: everything is as declared" }]);
  });

  test("tells of a run that failed, in the form that was asked for", async () => {
    world.cluster.addFault({ match: { method: "PUT", times: 9 }, do: { status: 403 } });
    expect((await run("apply", ["--notify", "failure", "--notify-format", "slack"])).code).toBe(5);
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({ text: "dtsync apply: 1 change failed" });
    world.write("inventory/customers/abc.yaml", "customer: [");
    expect((await run("plan", ["--notify", "failure", "--notify-format", "teams"])).code).toBe(3);
    expect(received[1]?.body).toContain("the inventory or a file that was given is invalid");
    expect(
      (await run("plan", ["--notify", "failure", "--set", "clusters.emea.token.env=DTSYNC_TOKEN_NONE"])).code,
    ).toBe(3);
    expect(received).toHaveLength(3);
  });

  test("changes nothing about how a run ends when it does not arrive, says so, and not where it went", async () => {
    status = 403;
    const { code, errors } = await run("plan", ["--notify", "always"]);
    expect(code).toBe(0);
    expect(errors).toContain("the notification was not sent: the receiver answers 403 (no: (secret))");
    expect(errors).not.toContain("abcdefghijklmnop");
  });

  test("shows no part of the address that a receiver repeats, as it is written or as it reads it", async () => {
    status = 401;
    for (const repeated of [
      "sig=xyz%2babc%2b12345",
      "xyz%2babc%2b12345",
      "xyz+abc+12345",
      "run{abc123456}",
      "run%7babc123456%7d",
    ]) {
      answers = (response) => response.writeHead(status).end(`wrong: ${repeated}`);
      const { errors } = await run(
        "plan",
        ["--notify", "always"],
        `${address()}/run%7babc123456%7d?v=1&sig=xyz%2babc%2b12345`,
      );
      expect(errors).toMatch(/answers 401 \(wrong: (?:sig=)?\(secret\)\)/);
    }
  });

  test.each([
    ["", /which is not set/],
    ["http://hooks.example.com/x", /begins with https/],
    ["not an address", /begins with https/],
    ["https://user:word@hooks.example.com/", /user or password/],
  ])("ends with 3 before anything else where the address is %j", async (url, message) => {
    const { code, errors } = await run("apply", ["--notify", "always"], url);
    expect([code, world.cluster.requests.length]).toEqual([3, 0]);
    expect(errors).toMatch(message);
  });

  test("tells nobody of a run that was interrupted before it changed anything", async () => {
    const stop = new AbortController();
    world.cluster.onRequest(() => stop.abort());
    await run("apply", ["--notify", "always"], address(), stop.signal).catch(() => undefined);
    expect(received).toEqual([]);
  });

  test("tells of an apply that was interrupted while it changed something", async () => {
    const stop = new AbortController();
    world.cluster.onRequest(({ method }) => {
      if (method === "PUT") stop.abort();
    });
    expect((await run("apply", ["--notify", "failure"], address(), stop.signal)).code).toBe(130);
    expect(sent()).toMatchObject([
      { events: ["failure"], exitCode: 130, title: expect.stringContaining("interrupted") },
    ]);
  });

  test("does not keep an interrupted run waiting for a receiver that does not answer", async () => {
    const stop = new AbortController();
    answers = () => stop.abort();
    const { code, errors } = await run("plan", ["--notify", "always"], address(), stop.signal);
    expect([code, received.length]).toEqual([0, 1]);
    expect(errors).toContain("the notification was not sent: the receiver does not answer (interrupted)");
  });
});

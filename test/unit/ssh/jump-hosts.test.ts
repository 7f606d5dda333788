import { EventEmitter, setMaxListeners } from "node:events";
import { PassThrough } from "node:stream";
import type { Client } from "ssh2";
import { expect, onTestFinished, test, vi } from "vitest";
import type { OpenConnection, SshConnection } from "../../../src/ssh/connection.ts";
import { HostError } from "../../../src/ssh/host-error.ts";
import type { Passage } from "../../../src/ssh/jump-host.ts";
import { createJumpHosts, goThrough } from "../../../src/ssh/jump-hosts.ts";
import { resolveTarget, type SshTarget } from "../../../src/ssh/target.ts";
import { sshClientOf, sshConfigOf } from "../../support/ssh-settings.ts";

const { signal } = new AbortController();
setMaxListeners(0, signal);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const turns = async () => {
  for (let count = 0; count < 10; count += 1) await turn();
};

const sshConfig = sshConfigOf(`
Host gate
  HostName outer.example.com
Host inner.example.com near
  ProxyJump outer.example.com
Host near
  HostName inner.example.com
Host keyed
  HostName outer.example.com
  IdentityFile /keys/other
Host *
  User deploy
`);
const settings = sshClientOf(sshConfig);

/** Machines that can be connected to, each as it is told. */
function world(behaviour: { readonly confirm?: (opened: SshTarget, target: SshTarget) => Promise<void> } = {}) {
  const logins: string[] = [];
  const forwards: string[] = [];
  const connections = new Map<string, EventEmitter[]>();
  const failures: ((target: SshTarget) => Error | null)[] = [];
  let answer = (): Promise<unknown> => turn();
  const open: OpenConnection = async (target, through, stop) => {
    logins.push(target.hostName);
    await answer();
    const failure = failures.map((failing) => failing(target)).find((error) => error !== null);
    if (failure) throw failure;
    if (stop.aborted) throw new HostError("interrupted", "interrupted");
    return connectionTo(target, through);
  };
  function connectionTo(target: SshTarget, through: unknown): SshConnection {
    const emitter = new EventEmitter();
    connections.set(target.hostName, [...(connections.get(target.hostName) ?? []), emitter]);
    let gone = false;
    const cut = () => {
      if (gone) return;
      gone = true;
      if (through instanceof PassThrough) through.destroy();
      setImmediate(() => emitter.emit("close"));
    };
    emitter.on("cut", cut);
    const forwardOut = (
      _from: string,
      _port: number,
      to: string,
      _at: number,
      done: (e: unknown, c: unknown) => void,
    ) => {
      forwards.push(`${target.hostName} → ${to}`);
      if (gone) throw new Error("Not connected");
      setImmediate(() => done(undefined, new PassThrough()));
    };
    const client = Object.assign(emitter, { forwardOut }) as unknown as Client;
    return { client, software: "", fault: null, allow: () => undefined, unsent: () => 0, close: cut, cut };
  }
  const jumpHosts = createJumpHosts(open, settings, behaviour.confirm ?? (async () => undefined));
  const targetBehind = (jump: readonly string[], hostKeys: SshTarget["hostKeys"] = "strict") =>
    resolveTarget({ name: "web01.example.com", address: null, ssh: { hostKeys, jump } }, settings);
  return {
    jumpHosts,
    logins,
    forwards,
    failures,
    answerWhen: (opens: Promise<unknown>) => {
      answer = () => opens;
    },
    reach: (jump: readonly string[], most = 20, stop = signal) => jumpHosts.reach(targetBehind(jump), most, stop),
    targetBehind,
    breakLast: (name: string) => connections.get(name)?.at(-1)?.emit("cut"),
  };
}

const code = (expected: string, message = /./) =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) });

test("one login serves aliases, lists and what ssh_config leads through, also in rows", async () => {
  const { logins, reach } = world();
  const ways = [["outer.example.com"], ["gate"], ["near"], ["outer.example.com", "inner.example.com"], ["deploy@near"]];
  await Promise.all(ways.map((way) => reach(way)));
  expect(logins.sort()).toEqual(["inner.example.com", "outer.example.com"]);
});

test("another user, another port, and the same address behind another jump host are others", async () => {
  const { logins, reach } = world();
  const ways = [
    ["outer.example.com"],
    ["root@outer.example.com"],
    ["outer.example.com:2222"],
    ["far.example.com", "10.0.0.1"],
    ["gate", "10.0.0.1"],
  ];
  for (const way of ways) await reach(way);
  expect(logins).toEqual([
    ...["outer.example.com", "outer.example.com", "outer.example.com"],
    ...["far.example.com", "10.0.0.1", "10.0.0.1"],
  ]);
});

test("no more go through one jump host at once than are allowed, whatever it is called, in their order", async () => {
  const { reach, logins } = world();
  const inFlight = { now: 0, most: 0 };
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const passage = await reach([index % 2 === 0 ? "gate" : "outer.example.com"], 4);
      order.push(index);
      inFlight.now += 1;
      inFlight.most = Math.max(inFlight.most, inFlight.now);
      await turn();
      inFlight.now -= 1;
      passage.release();
    }),
  );
  expect(inFlight.most).toBe(4);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(logins).toEqual(["outer.example.com"]);
});

test("one attempt answers all who wait, also for a place", async () => {
  const { reach, logins, failures } = world();
  failures.push(() => new HostError("unreachable", "outer.example.com:22 refuses the connection"));
  const told = await Promise.allSettled(Array.from({ length: 1_000 }, () => reach(["outer.example.com"], 2)));
  expect(logins).toHaveLength(1);
  expect(told.every(({ status }) => status === "rejected")).toBe(true);
  expect(told[999]).toEqual({ status: "rejected", reason: code("unreachable", /^jump host outer.example.com: /) });
  failures.length = 0;
  expect((await reach(["outer.example.com"], 2)).reused).toBe(false);
  expect(logins).toHaveLength(2);
});

test("one whose settings are others tries for himself, and the others then use his login", async () => {
  const { reach, logins, failures } = world();
  failures.push(({ identityFiles }) =>
    identityFiles.includes("/keys/other") ? null : new HostError("authentication-failed", "no"),
  );
  const refused = reach(["outer.example.com"]).catch((error: unknown) => error);
  expect((await reach(["deploy@keyed"])).reused).toBe(false);
  expect(await refused).toEqual(code("authentication-failed"));
  expect((await reach(["outer.example.com"])).reused).toBe(true);
  expect(logins).toHaveLength(2);
});

test("who waits for a place, or for the login, is gone at once when it is interrupted", async () => {
  const { reach, answerWhen } = world();
  answerWhen(new Promise(() => undefined));
  const controllers = [new AbortController(), new AbortController(), new AbortController()];
  const waiting = controllers.map((controller) =>
    reach(["outer.example.com"], 2, controller.signal).catch((error: unknown) => error),
  );
  await turns();
  controllers[2]?.abort();
  expect(await waiting[2]).toEqual(code("interrupted"));
  controllers[0]?.abort();
  expect(await waiting[0]).toEqual(code("interrupted"));
  controllers[1]?.abort();
  expect(await waiting[1]).toEqual(code("interrupted"));
  answerWhen(turn());
  expect((await reach(["outer.example.com"], 2)).reused).toBe(false);
});

test("a jump host whose connection broke is connected to again by the next", async () => {
  const { reach, logins, breakLast } = world();
  const passage = await reach(["outer.example.com"]);
  breakLast("outer.example.com");
  await turns();
  await expect(passage.open({ hostName: "web01", port: 22, connectTimeout: 1_000 }, signal)).rejects.toEqual(
    code("connection-lost"),
  );
  passage.release();
  await reach(["outer.example.com"]);
  expect(logins).toHaveLength(2);
});

test("one that broke just then is made again once, and a new one is not", async () => {
  const { reach, logins, breakLast } = world();
  const through = (use: (passage: Passage) => Promise<unknown>) => goThrough(() => reach(["gate"]), use);
  const failing = async (passage: Passage) => {
    breakLast("outer.example.com");
    await passage.open({ hostName: "web01", port: 22, connectTimeout: 1_000 }, signal);
  };
  await expect(through(failing)).rejects.toEqual(code("connection-lost"));
  expect(logins).toHaveLength(1);
  (await reach(["gate"])).release();
  expect(logins).toHaveLength(2);
  let tries = 0;
  await through(async (passage) => {
    tries += 1;
    if (tries === 1) await failing(passage);
  });
  expect([tries, logins.length]).toEqual([2, 3]);
  await expect(through(failing)).rejects.toEqual(code("connection-lost"));
  expect(logins).toHaveLength(4);
});

test("in a row each jump host takes one place at the one before it, and a login needs none to spare", async () => {
  const { reach, logins, forwards } = world();
  const row = ["outer.example.com", "middle.example.com", "inner.example.com"];
  const passages = await Promise.all([1, 2, 3].map((length) => reach(row.slice(0, length), 3)));
  expect(logins).toEqual(row);
  expect(forwards).toEqual(["outer.example.com → middle.example.com", "middle.example.com → inner.example.com"]);
  for (const passage of passages) passage.release();
});

test("with one place each, hosts behind every jump host of a row get their turn", async () => {
  const { reach } = world();
  const row = ["outer.example.com", "middle.example.com", "inner.example.com"];
  const done: number[] = [];
  await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const passage = await reach(row.slice(0, (index % 3) + 1), 1);
      await turn();
      done.push(index);
      passage.release();
    }),
  );
  expect(done).toHaveLength(60);
});

test("what rests behind a jump host ends when another needs its place, through a row too", async () => {
  const { reach, logins } = world();
  const ended: string[] = [];
  const inner = await reach(["outer.example.com", "inner.example.com"], 1);
  inner.rest(() => {
    ended.push("inner");
    inner.release();
  });
  const beside = reach(["outer.example.com"], 1);
  expect((await beside).reused).toBe(true);
  (await beside).release();
  expect((await reach(["outer.example.com", "inner.example.com"], 1)).reused).toBe(false);
  expect(logins).toEqual(["outer.example.com", "inner.example.com", "inner.example.com"]);
});

test("what rests is not ended where nobody needs its place, and goes on", async () => {
  const { reach, logins } = world();
  const inner = await reach(["outer.example.com", "inner.example.com"], 2);
  const end = vi.fn();
  inner.rest(end);
  (await reach(["outer.example.com"], 2)).release();
  expect(inner.resume()).toBe(true);
  const other = reach(["outer.example.com"], 1);
  await turns();
  expect([end.mock.calls.length, logins.length]).toEqual([0, 2]);
  inner.rest(inner.release);
  await other;
});

test("closing ends what nobody works behind at once, and the rest when that is over", async () => {
  const { jumpHosts, reach, logins } = world();
  const working = await reach(["outer.example.com"]);
  (await reach(["far.example.com"])).release();
  jumpHosts.close();
  await turns();
  expect((await reach(["outer.example.com"])).reused).toBe(true);
  expect((await reach(["far.example.com"])).reused).toBe(false);
  expect(logins).toHaveLength(3);
  working.release();
});

test("a jump host that nobody needs for long is left, and one that somebody works behind is not", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const tenMinutes = 600_000;
  const { reach } = world();
  const passage = await reach(["outer.example.com"]);
  vi.advanceTimersByTime(tenMinutes);
  expect((await reach(["outer.example.com"])).reused).toBe(true);
  passage.release();
  const { reach: reachOther } = world();
  (await reachOther(["outer.example.com"])).release();
  vi.advanceTimersByTime(tenMinutes - 1);
  const again = await reachOther(["outer.example.com"]);
  vi.advanceTimersByTime(tenMinutes);
  again.release();
  vi.advanceTimersByTime(tenMinutes - 1);
  expect(again.reused).toBe(true);
  vi.advanceTimersByTime(1);
  expect((await reachOther(["outer.example.com"])).reused).toBe(false);
});

test("the key that a jump host showed is judged for each who goes through it", async () => {
  const judged: string[] = [];
  const { jumpHosts, targetBehind } = world({
    confirm: async (opened, target) => {
      judged.push(`${opened.hostKeys} ${target.hostKeys}`);
      if (target.hostKeys === "strict") throw new HostError("host-key-unknown", "not known");
    },
  });
  await jumpHosts.reach(targetBehind(["gate"], "accept-new"), 20, signal);
  await expect(jumpHosts.reach(targetBehind(["gate"]), 20, signal)).rejects.toEqual(code("host-key-unknown"));
  expect(judged).toEqual(["accept-new accept-new", "accept-new strict"]);
});

test("not more than sixteen jump hosts are logged in at at once", async () => {
  const { reach, logins, answerWhen } = world();
  let open = (): void => undefined;
  answerWhen(
    new Promise<void>((resolve) => {
      open = resolve;
    }),
  );
  const all = Promise.all(Array.from({ length: 40 }, (_, index) => reach([`gate${index}.example.com`])));
  await turns();
  expect(logins).toHaveLength(16);
  open();
  await all;
  expect(logins).toHaveLength(40);
});

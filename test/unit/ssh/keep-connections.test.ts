import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HostError } from "../../../src/ssh/host-error.ts";
import { keepConnections } from "../../../src/ssh/keep-connections.ts";
import type { CommandResult, KeepableShell, SshHost, StandAside } from "../../../src/ssh/shell.ts";
import { silentLog } from "../../support/log.ts";

const limits = { most: 3, longest: 1_000 };
const aHost = (name: string, ssh: Partial<SshHost["ssh"]> = {}): SshHost => ({
  name,
  address: null,
  ssh: { hostKeys: "strict", ...ssh },
});
const web = aHost("web01.example.com");

/** A connection that does what it is told to, and says what was done with it. */
class ScriptedConnection {
  readonly ran: string[] = [];
  readonly answers: (() => Promise<CommandResult>)[] = [];
  closed = 0;
  evict: (() => void) | null = null;
  wakes = (): Promise<boolean> => Promise.resolve(true);
  private ended: (() => void) | null = null;
  readonly shell: KeepableShell = {
    run: (command) => {
      this.ran.push(command);
      return this.answers.shift()?.() ?? Promise.resolve({ code: 0, stdout: "", stderr: "" });
    },
    close: () => {
      this.closed += 1;
      this.end();
    },
    rest: (end) => {
      this.evict = end;
    },
    resume: () => {
      this.evict = null;
      return this.wakes();
    },
    onEnd: (listener) => {
      this.ended = listener;
    },
  };
  readonly signal: AbortSignal;
  constructor(signal: AbortSignal) {
    this.signal = signal;
    signal.addEventListener("abort", () => this.end());
  }
  end(): void {
    this.ended?.();
    this.ended = null;
  }
}

function world() {
  const made: ScriptedConnection[] = [];
  const asides: (StandAside | undefined)[] = [];
  const kept = keepConnections(
    async (_host, signal, aside) => {
      const connection = new ScriptedConnection(signal);
      made.push(connection);
      asides.push(aside);
      return connection.shell;
    },
    silentLog,
    limits,
  );
  const connection = (index: number): ScriptedConnection => {
    const found = made[index];
    if (!found) throw new Error(`there are ${made.length} connections`);
    return found;
  };
  const keepOne = async (host: SshHost) => kept.keep(await kept.connect(host));
  return { kept, made, asides, connection, keepOne };
}

const lost = () => Promise.reject(new HostError("connection-lost", "it broke"));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("a kept connection is given out again, once, and then closed by who has it", async () => {
  const { kept, made, connection, keepOne } = world();
  await keepOne(web);
  const shell = await kept.connect(web);
  expect(made).toHaveLength(1);
  await shell.run("a");
  await kept.connect(web);
  expect(made).toHaveLength(2);
  shell.close();
  shell.close();
  expect([connection(0).closed, connection(1).closed]).toEqual([1, 0]);
});

test("it is for the same host with the same settings alone", async () => {
  const { kept, made, keepOne } = world();
  await keepOne(web);
  await kept.connect({ ...web, address: "192.0.2.1" });
  await kept.connect(aHost(web.name, { user: "root" }));
  await kept.connect(aHost("web02.example.com"));
  expect(made).toHaveLength(4);
  await kept.connect({ ...web, ssh: { ...web.ssh } });
  expect(made).toHaveLength(4);
});

test("who has let go of a connection cannot close it for the next", async () => {
  const { kept, connection } = world();
  const shell = await kept.connect(web);
  kept.keep(shell);
  shell.close();
  kept.keep(shell);
  await kept.connect(web);
  expect(connection(0).closed).toBe(0);
});

test("one that broke meanwhile is never given out", async () => {
  const { kept, made, connection, keepOne } = world();
  await keepOne(web);
  connection(0).end();
  await kept.connect(web);
  expect(made).toHaveLength(2);
  await keepOne(aHost("db01.example.com"));
  connection(2).wakes = () => Promise.resolve(false);
  await kept.connect(aHost("db01.example.com"));
  expect([made.length, connection(2).closed]).toEqual([4, 1]);
});

test("one that is broken already when it is let go of is not kept", async () => {
  const { kept, made, connection } = world();
  const shell = await kept.connect(web);
  connection(0).end();
  kept.keep(shell);
  await kept.connect(web);
  expect(made).toHaveLength(2);
});

test("one that breaks before its first answer is replaced once, and the command is run on the new one", async () => {
  const { kept, connection, keepOne, asides } = world();
  await keepOne(web);
  connection(0).answers.push(lost);
  const aside: StandAside = (wait) => wait();
  const shell = await kept.connect(web, undefined, aside);
  expect(await shell.run("look")).toMatchObject({ code: 0 });
  expect([connection(0).ran, connection(1).ran, connection(0).closed]).toEqual([["look"], ["look"], 1]);
  expect(asides).toEqual([undefined, aside]);
  connection(1).answers.push(lost);
  await expect(shell.run("change")).rejects.toMatchObject({ code: "connection-lost" });
  shell.close();
  expect(connection(1).closed).toBe(1);
});

test("what may have been done on the host is not done again", async () => {
  const { kept, made, connection, keepOne } = world();
  const answered = async (first: "answers" | "has input" | "is new" | "takes too long") => {
    const index = made.length;
    if (first !== "is new") await keepOne(web);
    const shell = await kept.connect(web);
    if (first === "answers") await shell.run("look");
    const late = () => Promise.reject(new HostError("timeout", "too long"));
    connection(index).answers.push(first === "takes too long" ? late : lost);
    const running = shell.run("change", first === "has input" ? { stdin: () => [] } : {});
    await expect(running).rejects.toMatchObject({ code: first === "takes too long" ? "timeout" : "connection-lost" });
    expect(made).toHaveLength(index + 1);
  };
  for (const first of ["answers", "has input", "is new", "takes too long"] as const) await answered(first);
});

test("of too many the one that was used longest ago is closed", async () => {
  const { connection, made, keepOne } = world();
  for (const name of ["a", "b", "c"]) await keepOne(aHost(name));
  await keepOne(aHost("a"));
  expect(made).toHaveLength(3);
  await keepOne(aHost("d"));
  expect(made.map(({ closed }) => closed)).toEqual([0, 1, 0, 0]);
  expect(connection(1).closed).toBe(1);
});

test("12,000 hosts leave no more than the bound", async () => {
  const { made, keepOne } = world();
  for (let index = 0; index < 12_000; index += 1) await keepOne(aHost(`web${index}`));
  expect(made.filter(({ closed }) => closed === 0)).toHaveLength(limits.most);
});

test("one that nobody wants for long is closed, and one that is used is not", async () => {
  const { kept, made, connection, keepOne } = world();
  await keepOne(web);
  vi.advanceTimersByTime(limits.longest - 1);
  const shell = await kept.connect(web);
  vi.advanceTimersByTime(limits.longest);
  expect(connection(0).closed).toBe(0);
  kept.keep(shell);
  vi.advanceTimersByTime(limits.longest);
  expect(connection(0).closed).toBe(1);
  await kept.connect(web);
  expect(made).toHaveLength(2);
});

test("of two to one host the later one is kept", async () => {
  const { kept, connection } = world();
  const [first, second] = [await kept.connect(web), await kept.connect(web)];
  kept.keep(first);
  kept.keep(second);
  expect([connection(0).closed, connection(1).closed]).toEqual([1, 0]);
});

test("those to hosts without a change are closed, and at the end all of them and whatever comes later", async () => {
  const { kept, made, keepOne } = world();
  for (const name of ["a", "b"]) await keepOne(aHost(name));
  kept.keepOnly(new Set(["b"]));
  expect(made.map(({ closed }) => closed)).toEqual([1, 0]);
  const lent = await kept.connect(aHost("c"));
  kept.close();
  expect(made.map(({ closed }) => closed)).toEqual([1, 1, 0]);
  kept.keep(lent);
  expect(made.map(({ closed }) => closed)).toEqual([1, 1, 1]);
});

test("it ends when another needs its place behind a jump host", async () => {
  const { kept, made, connection, keepOne } = world();
  await keepOne(web);
  connection(0).evict?.();
  expect(connection(0).closed).toBe(1);
  await kept.connect(web);
  expect(made).toHaveLength(2);
});

test("a signal cuts the connection of who has it, and leaves what was let go of", async () => {
  const { kept, connection } = world();
  const controllers = [new AbortController(), new AbortController(), new AbortController()];
  const [first, second, third] = controllers.map(({ signal }) => signal);
  kept.keep(await kept.connect(web, first));
  controllers[0]?.abort();
  expect(connection(0).signal.aborted).toBe(false);
  await kept.connect(web, second);
  controllers[1]?.abort();
  expect(connection(0).signal.aborted).toBe(true);
  for (const signal of [first, second]) if (signal) expect(getEventListeners(signal, "abort")).toEqual([]);
  controllers[2]?.abort();
  await expect(kept.connect(web, third)).rejects.toMatchObject({ code: "interrupted" });
});

test("one whose host key may not be used any more is closed, and the reason told", async () => {
  const { kept, connection, keepOne } = world();
  await keepOne(web);
  connection(0).wakes = () => Promise.reject(new HostError("host-key-unknown", "it cannot be written"));
  await expect(kept.connect(web)).rejects.toMatchObject({ code: "host-key-unknown" });
  expect(connection(0).closed).toBe(1);
});

test("a connection that could not be made leaves no listener", async () => {
  const { signal } = new AbortController();
  const kept = keepConnections(() => Promise.reject(new HostError("unreachable", "no")), silentLog, limits);
  await expect(kept.connect(web, signal)).rejects.toMatchObject({ code: "unreachable" });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

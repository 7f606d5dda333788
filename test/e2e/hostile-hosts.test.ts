import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type EndToEnd, smallInventory, startEndToEnd } from "../support/end-to-end.ts";
import {
  createHostileWorld,
  type HostileHost,
  type HostileWorld,
  printWithoutEnd,
  startHostileHost,
} from "../support/hostile-host.ts";

let flooding: HostileHost;
let silent: HostileHost;
let jump: HostileHost;
let hosts: HostileWorld;
let world: EndToEnd;

/** Hosts of abc-p1, with new keys taken and every wait as long as may be. */
const declare = (...names: readonly string[]) => ({
  "customers/abc.yaml": `customer: abc
environments:
  p1:
    ssh: { hostKeys: accept-new, connectTimeout: 24h, knownHosts: ~/.ssh/authorized_keys }
    hosts:
${names.map((name) => `      - ${name}\n`).join("")}`,
});

beforeAll(async () => {
  flooding = await startHostileHost({
    command: (channel) => void printWithoutEnd(channel, Buffer.alloc(32_768, "\u001b[2J::error::x\n")),
  });
  silent = await startHostileHost({ speak: () => undefined });
  jump = await startHostileHost({ forward: () => null });
  hosts = createHostileWorld({ pty: flooding, silent, behind: { port: 9 }, jump }, "Host behind\n  ProxyJump jump\n");
  mkdirSync(join(hosts.home, ".ssh"));
  writeFileSync(join(hosts.home, ".ssh/authorized_keys"), "# no keys\n");
  writeFileSync(join(hosts.home, "ssh_config"), hosts.sshConfig);
  world = await startEndToEnd({
    inventory: { ...smallInventory, ...declare("pty") },
    clusters: ["emea", "apac"],
    options: ["--ssh-config", join(hosts.home, "ssh_config")],
  });
});

afterAll(async () => {
  await world?.close();
  await hosts?.close();
  await Promise.all([flooding, silent, jump].map((host) => host?.close()));
});

test("a host that prints without end is held with its reason, and everything else is planned", async () => {
  const { plan, code, stdout } = await world.plan([], { environment: { HOME: hosts.home } });
  expect(code).toBe(0);
  expect(plan.held).toEqual([
    expect.objectContaining({ scope: "host/pty", reason: "it sent more than 4 MB of output" }),
  ]);
  expect(plan.changes.length).toBeGreaterThan(0);
  expect(stdout).not.toContain("\u001b");
  // A plan keeps new keys to itself, and nothing writes where the inventory says.
  expect(existsSync(join(hosts.home, ".ssh/known_hosts"))).toBe(false);
  expect(readFileSync(join(hosts.home, ".ssh/authorized_keys"), "utf8")).toBe("# no keys\n");
});

test.each([
  ["a host that never answers", "silent", () => silent.sockets.size],
  ["a jump host that swallows its target", "behind", () => jump.sockets.size],
])("an interrupt ends a plan that waits for %s", async (_what, name, sockets) => {
  world.write(declare(name));
  const running = world.start(["plan"], { environment: { HOME: hosts.home } });
  await vi.waitFor(() => expect(sockets()).toBe(1), { timeout: 60_000 });
  running.child.kill("SIGINT");
  const { code, signal } = await running.finished;
  expect([code, signal]).toEqual([130, null]);
});

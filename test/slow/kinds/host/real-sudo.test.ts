import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type HostWorld, startHostWorld } from "../../../support/host-world.ts";
import { type SshdFleet, sshdAvailable, startSshdFleet, whyNoSudo } from "../../../support/sshd-fleet.ts";

const availability = sshdAvailable();
const missing = availability.available ? whyNoSudo() : availability.reason;
const name = "web01.example.com";

/** The stand-in agent finds by its variables that it is on a host of a test. */
const kept = "Defaults !env_reset\n";
const allowed = `${kept}deploy ALL=(ALL:ALL) NOPASSWD: ALL\n`;

describe.skipIf(missing !== null)(`the real sudo${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let fleet: SshdFleet;
  let world: HostWorld;

  beforeAll(async () => {
    world = await startHostWorld([name], {
      startHosts: async ([host = ""], directory) => {
        const listen = { address: "127.0.0.1", port: 0 };
        fleet = await startSshdFleet({
          hosts: [{ name: host, listen, user: "deploy", sudoers: allowed }],
          directory,
          nodePath: process.execPath,
        });
        return fleet;
      },
    });
  });

  afterAll(() => world?.close());

  beforeEach(() => world.machine(name).reset());

  const allow = (sudoers: string) => world.machine(name).write("/etc/sudoers", sudoers);

  test.each([undefined, "sudo"] as const)("makes the login root, with become %s", async (become) => {
    allow(allowed);
    const ssh = become === undefined ? {} : { become };
    for (const host of [
      world.host(name, { ssh, oneagent: { hostTags: ["größe=€"] } }),
      world.host(name, { ssh, state: "absent" }),
    ]) {
      const change = (await world.plan(host)) ?? expect.fail("nothing is planned");
      expect(await world.apply(change, host)).toEqual({ status: "done", attempts: 1 });
      expect(await world.plan(host)).toBeNull();
    }
    const { root } = world.machine(name);
    expect(readdirSync(join(root, "tmp")).filter((file) => file.startsWith("dtsync"))).toEqual([]);
  });

  test.each([
    ["wants a password", `${kept}deploy ALL=(ALL:ALL) ALL\n`, /a password is required/],
    ["does not know the user", `${kept}root ALL=(ALL:ALL) ALL\n`, /a password is required|not in the sudoers file/],
    ["allows other commands alone", `${kept}deploy ALL=(ALL:ALL) NOPASSWD: /bin/ls\n`, /a password is required/],
    ["wants a terminal", `Defaults requiretty\n${allowed}`, /must have a tty/],
    ["cannot read what it may", "deploy ALL=(ALL:ALL\n", /sudo/],
  ])("that %s is a refusal with its own words, and nothing is done", async (_what, sudoers, said) => {
    allow(sudoers);
    expect(await world.probe(world.host(name))).toMatchObject({
      status: "unreadable",
      reason: expect.stringMatching(new RegExp(`^sudo-refused: sudo refused \\(.*(?:${said.source}).*\\)`)),
    });
  });
});

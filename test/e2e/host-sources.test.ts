import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EndToEnd, smallInventory, startEndToEnd } from "../support/end-to-end.ts";

let world: EndToEnd;

beforeEach(async () => {
  world = await startEndToEnd({
    inventory: {
      ...smallInventory,
      "customers/abc.yaml":
        "customer: abc\nenvironments:\n  p1:\n    hosts:\n      - { command: [./bin/cmdb, --env, abc-p1] }\n      - { name: old.example.com, address: 127.0.0.1, ssh: { port: 2 }, state: absent }\n",
      "bin/cmdb": "",
    },
    clusters: ["emea", "apac"],
  });
});

afterEach(() => world.close());

/** Hosts stand at a closed port of this machine, so that a host that is known shows as one that cannot be reached. */
const host = (name: string, port = 1) => ({ name, address: "127.0.0.1", ssh: { port } });

function program(body: string): void {
  const path = join(world.directory, "inventory/bin/cmdb");
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

const print = (hosts: readonly unknown[]): void => program(`cat <<'END'\n${JSON.stringify(hosts)}\nEND`);
const heldScopes = (plan: { held: readonly { scope: string }[] }) => plan.held.map(({ scope }) => scope);

test("a command does not run without permission: its source is held, and nothing of its environment is uninstalled", async () => {
  program("touch ran");
  const { plan, code } = await world.plan();
  expect(code).toBe(5);
  expect(heldScopes(plan)).toEqual(["host/old.example.com", "source/customers/abc.yaml:5"]);
  expect(plan.held[0]?.reason).toContain("not");
  expect(plan.held[1]?.reason).toContain("--allow-commands");
  expect(existsSync(join(world.directory, "inventory/ran"))).toBe(false);
});

test("allowed, it runs without a shell in the inventory folder, without the cluster tokens, and its hosts are in the plan", async () => {
  program(
    `[ "$1 $2" = "--env abc-p1" ] || exit 3\n[ -z "$DTSYNC_TOKEN_EMEA" ] || exit 4\n[ -f dtsync.yaml ] || exit 5\necho '${JSON.stringify([host("web01.example.com")])}'`,
  );
  const { plan, code } = await world.plan([], { environment: { DTSYNC_ALLOW_COMMANDS: "1" } });
  expect(heldScopes(plan)).toEqual(["host/old.example.com", "host/web01.example.com"]);
  expect(code).toBe(0);
});

test.each([
  ["fails", () => program("echo secret-looking-output; exit 7"), /ended with 7/],
  ["is missing", () => chmodSync(join(world.directory, "inventory/bin/cmdb"), 0o644), /EACCES|not found/],
  ["prints no list", () => program("echo '[{'"), /./],
  ["gives an option as a host", () => program("echo -oProxyCommand=touch"), /./],
  ["gives a host twice", () => print([host("web01.example.com"), host("web01.example.com", 3)]), /web01/],
  ["gives a place twice", () => print([host("web01.example.com"), host("web02.example.com")]), /web02/],
])("a command that %s is held with its reason", async (_what, prepare, reason) => {
  prepare();
  const { plan, code, stdout } = await world.plan(["--allow-commands"]);
  expect(code).toBe(5);
  const source = plan.held.find(({ scope }) => scope === "source/customers/abc.yaml:5");
  expect(source?.reason).toMatch(reason);
  expect(stdout).not.toContain("secret-looking-output");
});

test("no output at all is no hosts, and a warning", async () => {
  program("true");
  const { plan, code } = await world.plan(["--allow-commands"]);
  expect(code).toBe(0);
  expect(plan.warnings.join()).toContain("printed no hosts");
});

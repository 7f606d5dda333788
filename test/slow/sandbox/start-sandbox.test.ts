import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { aHost, anInventory } from "../../support/builders.ts";
import { realClock } from "../../support/host-world.ts";

async function start(state: string) {
  const directory = mkdtempSync(join(tmpdir(), "dtsync-start-sandbox-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, state);
  mkdirSync(join(file, ".."), { recursive: true });
  const sandbox = await startSandbox({
    inventory: anInventory({ hosts: [aHost()] }),
    directory: join(directory, "own"),
    hostsDirectory: join(directory, "hosts"),
    state: file,
    seed: null,
    clock: realClock,
  });
  return { sandbox, file, url: new URL([...sandbox.urls.values()][0] ?? "") };
}

const isServed = ({ hostname, port }: URL) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(true);
    }).on("error", () => resolve(false));
  });

test("a sandbox that ends while its state is being saved saves it once more, and serves no longer", async () => {
  const { sandbox, file, url } = await start("state.json");
  // Just as one of the saves of every second is under way.
  await expect.poll(() => existsSync(`${file}.new`), { interval: 0, timeout: 30_000 }).toBe(true);
  await sandbox.close();
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ format: "dtsync-sandbox/1" });
  expect(await isServed(url)).toBe(false);
});

test("one whose state cannot be saved says so, and serves no longer", async () => {
  const { sandbox, file, url } = await start("folder/state.json");
  expect(await isServed(url)).toBe(true);
  rmSync(join(file, ".."), { recursive: true });
  await expect(sandbox.close()).rejects.toThrow(/ENOENT/);
  expect(await isServed(url)).toBe(false);
});

test.each([
  ["a host", "web01.abc.example.com"],
  ["what clients need", "ssh_config"],
])("one in which %s cannot be made leaves nothing that serves", async (_what, inTheWay) => {
  const directory = mkdtempSync(join(tmpdir(), "dtsync-start-sandbox-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, "hosts"));
  if (inTheWay === "ssh_config") mkdirSync(join(directory, "hosts", inTheWay));
  else writeFileSync(join(directory, "hosts", inTheWay), "");
  const servers = () => process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length;
  // Those of earlier tests are closed, but still to be cleared away.
  await expect.poll(servers).toBe(0);
  const starting = startSandbox({
    inventory: anInventory({ hosts: [aHost()] }),
    directory: join(directory, "own"),
    hostsDirectory: join(directory, "hosts"),
    state: null,
    seed: null,
    clock: realClock,
  });
  await expect(starting).rejects.toThrow(inTheWay);
  await expect.poll(servers).toBe(0);
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sshWarnings } from "../../../src/application/open-ssh.ts";
import { aHost } from "../../support/builders.ts";

test("a Match that is left out is said once, with the hosts that it may concern", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dtsync-open-ssh-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "config");
  writeFileSync(
    file,
    "Host web*\n  ProxyJump gate\nMatch originalhost gate exec true\n  User x\nMatch host db tagged y\n",
  );
  const hosts = ["web01", "web02", "db"].map((name) => aHost({ name }));
  const left =
    "this Match is left out, because it runs a program or is of a kind that dtsync does not know; it may concern";
  expect(await sshWarnings(hosts, file, { variables: {} })).toEqual([
    `${file}:3: ${left} 2 hosts (web01, web02)`,
    `${file}:5: ${left} 1 host (db)`,
  ]);
  expect(await sshWarnings([], join(folder, "missing"), { variables: {} })).toEqual([]);
});

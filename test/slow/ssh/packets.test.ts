import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSshConnector, type SshConnector } from "../../../src/ssh/connect.ts";
import { silentLog } from "../../support/log.ts";
import { sshClientOf, sshConfigOf } from "../../support/ssh-settings.ts";
import { type SshdFleet, sshdAvailable, startSshdFleet } from "../../support/sshd-fleet.ts";

const availability = sshdAvailable();
const reason = availability.available ? null : availability.reason;

/** Law: what is sent to a host and what it answers arrive whole, whatever the packets look like and whenever keys change. */
describe.skipIf(reason !== null)(`packets to OpenSSH${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  const name = "web01.example.com";
  const content = randomBytes(6_000_001);
  let directory: string;
  let fleet: SshdFleet;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "dtsync-packets-"));
    fleet = await startSshdFleet({
      directory,
      nodePath: process.execPath,
      // Keys are exchanged anew every megabyte.
      configuration: ["RekeyLimit 1M", "LogLevel DEBUG1"],
      hosts: [{ name, listen: { address: "127.33.1.1", port: 0 }, user: "root" }],
    });
  });

  afterAll(async () => {
    await fleet?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const connector = (ciphers: string): SshConnector =>
    createSshConnector(
      sshClientOf(sshConfigOf(`Ciphers ${ciphers}\n${fleet.sshConfig}`), {
        home: directory,
        user: { name: "nobody", id: 65_534 },
      }),
      { taken: new Map(), write: false },
      silentLog,
    );

  const exchangesOfKeys = () =>
    readFileSync(join(directory, name, "etc/ssh/sshd.log"), "utf8").split("SSH2_MSG_NEWKEYS received").length - 1;

  test.each(["aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com"])("of %s arrive whole", async (cipher) => {
    const connect = connector(cipher);
    const before = exchangesOfKeys();
    const send = async (bytes: Buffer, size: number): Promise<string> => {
      const shell = await connect({ name, address: null, ssh: { hostKeys: "strict" } });
      const slices = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      const { stdout } = await shell.run("tee /dev/stderr | sha256sum", {
        stdin: () => slices,
        maximumOutput: 20_000_000,
      });
      return stdout.slice(0, 64);
    };
    // Slices that fill packets, that do not, and small ones of all remainders of a block; at once on three connections.
    const parts = [
      [content, 262_144],
      [content.subarray(1), 32_767],
      [content.subarray(7, 40_000), 17],
    ] as const;
    const received = await Promise.all(parts.map(([bytes, size]) => send(bytes, size)));
    connect.close();
    expect(received).toEqual(parts.map(([bytes]) => createHash("sha256").update(bytes).digest("hex")));
    expect(exchangesOfKeys() - before).toBeGreaterThan(parts.length + 8);
  });
});

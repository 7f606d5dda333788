import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installerFor, storeInstaller } from "../../../../src/kinds/host/effects/installer-file.ts";
import { verifySignature } from "../../../../src/kinds/host/effects/signature.ts";
import { appendPresets, buildInstallerBody } from "../../../../src/sandbox/agent/build-installer.ts";
import { createTestSigner, type InstallerSigner } from "../../../../src/sandbox/agent/sign-installer.ts";

const version = "1.313.52.20250602-150703";
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-installer-"));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const presets = (tenant: string) => ({
  endpoint: `https://${tenant}/communication`,
  tenant,
  tenantToken: `token-of-${tenant}`,
});

async function* chunks(data: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < data.length; start += 10_000) yield data.subarray(start, start + 10_000);
}

async function collect({ input }: ReturnType<typeof installerFor>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of input(new AbortController().signal)) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

test("a file loaded for one environment becomes the one of another, and holds no token in between", async () => {
  const body = buildInstallerBody({ version, arch: "x86", nodePath: process.execPath });
  const path = join(directory, "shared.sh");
  const file = await storeInstaller(chunks(appendPresets(body, presets("abc-p1"))), path, version);
  expect(readFileSync(path).equals(Buffer.from(body))).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const other = installerFor(file, {
    tenant: "xyz-p1",
    tenantToken: "token-of-xyz-p1",
    server: "https://xyz-p1/communication",
  });
  const made = await collect(other);
  expect(made.equals(Buffer.from(appendPresets(body, presets("xyz-p1"))))).toBe(true);
  expect(made.length).toBe(other.size);
  await file.content.close();
});

test("what follows the parameters stays behind them", async () => {
  const data = Buffer.from("#!/bin/sh\nexit 0\n----PARAMETERS\nPARAM_TENANT_VALUE=a\n----PARAMETERS--\nlast line\n");
  const file = await storeInstaller(chunks(data), join(directory, "tail.sh"), version);
  const made = await collect(installerFor(file, { tenant: "b", tenantToken: "t", server: "s" }));
  await file.content.close();
  expect(made.toString()).toBe(
    "#!/bin/sh\nexit 0\n----PARAMETERS\nPARAM_SERVER_VALUE=s\nPARAM_TENANT_VALUE=b\nPARAM_TENANT_TOKEN_VALUE=t\n----PARAMETERS--\nlast line\n",
  );
});

test.each([
  ["<html>not found</html>", "HTML"],
  ["", "empty"],
  ["PK\u0003\u0004", "no shell script"],
])("%j is refused instead of being run", async (content, words) => {
  await expect(storeInstaller(chunks(Buffer.from(content)), join(directory, "other.sh"), version)).rejects.toThrow(
    words,
  );
});

test("what could not be stored whole takes no room", async () => {
  const path = join(directory, "half.sh");
  async function* breaksOff() {
    yield Buffer.from(`#!/bin/sh\n${"x".repeat(3_000_000)}`);
    throw new Error("the connection was lost");
  }
  await expect(storeInstaller(breaksOff(), path, version)).rejects.toThrow("the connection was lost");
  expect(existsSync(path)).toBe(false);
});

const openssl = (() => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!openssl)(`the signature${openssl ? "" : " (skipped: openssl is missing)"}`, () => {
  let signer: InstallerSigner;
  let stranger: InstallerSigner;
  let path: string;

  beforeAll(async () => {
    signer = createTestSigner(mkdtempSync(join(directory, "signer-")));
    stranger = createTestSigner(mkdtempSync(join(directory, "stranger-")));
    path = join(directory, "signed.sh");
    const body = buildInstallerBody({ version, arch: "x86", nodePath: process.execPath, signer });
    const { content } = await storeInstaller(chunks(appendPresets(body, presets("abc-p1"))), path, version);
    await content.close();
  });

  test("verifies against its own root, without the parameters that it does not cover", async () => {
    await expect(
      verifySignature(createReadStream(path), { rootCertificate: signer.rootCertificateFile }),
    ).resolves.toBeUndefined();
  });

  test("does not verify against another root", async () => {
    await expect(
      verifySignature(createReadStream(path), { rootCertificate: stranger.rootCertificateFile }),
    ).rejects.toThrow(expect.objectContaining({ code: "signature" }));
  });

  test("does not verify when one byte of the script differs", async () => {
    const tampered = readFileSync(path);
    tampered[200] = (tampered[200] ?? 0) ^ 1;
    writeFileSync(join(directory, "tampered.sh"), tampered);
    await expect(
      verifySignature(createReadStream(join(directory, "tampered.sh")), {
        rootCertificate: signer.rootCertificateFile,
      }),
    ).rejects.toThrow(expect.objectContaining({ code: "signature" }));
  });

  test("verifies where each piece comes in the memory of the one before", async () => {
    const content = readFileSync(path);
    async function* pieces() {
      const memory = Buffer.alloc(1_000);
      for (let start = 0; start < content.length; start += memory.length) {
        const bytes = content.copy(memory, 0, start);
        yield memory.subarray(0, bytes);
      }
    }
    await verifySignature(pieces(), { rootCertificate: signer.rootCertificateFile });
  });

  test("does not verify, and is not waited for, when the file cannot be read to its end", async () => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield readFileSync(path).subarray(0, 5_000);
      throw new Error("the file has become shorter");
    }
    // A check that waits for the rest would only end after its time, which fails in another way.
    await expect(verifySignature(pieces(), { rootCertificate: signer.rootCertificateFile })).rejects.toThrow(
      expect.objectContaining({ code: "signature", message: expect.stringContaining("does not verify") }),
    );
  });

  test("is given up after its time, or at once when interrupted", async () => {
    const check = { rootCertificate: signer.rootCertificateFile };
    // openssl waits for the end of a file that has none.
    await expect(verifySignature(createReadStream("/dev/zero"), { ...check, timeout: 100 })).rejects.toThrow(
      expect.objectContaining({ code: "signature", message: expect.stringContaining("within 0.1 s") }),
    );
    const controller = new AbortController();
    const checking = verifySignature(createReadStream("/dev/zero"), { ...check, signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(checking).rejects.toThrow(expect.objectContaining({ code: "interrupted" }));
  });

  test("is not checked against what is no ordinary file", async () => {
    await expect(verifySignature(chunks(new Uint8Array(1)), { rootCertificate: "/dev/zero" })).rejects.toThrow(
      /not an ordinary file/,
    );
  });
});

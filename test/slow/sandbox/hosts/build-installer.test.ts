import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendPresets, buildInstaller, buildInstallerBody } from "../../../../src/sandbox/agent/build-installer.ts";
import { createTestSigner, type InstallerSigner } from "../../../../src/sandbox/agent/sign-installer.ts";

const header =
  'Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg="sha-256"; boundary="--SIGNED-INSTALLER"\n\n\n----SIGNED-INSTALLER\n';
const input = { version: "1.313.52.20250602-150703", arch: "x86", nodePath: "/opt/it's/node" };
const presets = { endpoint: "http://127.0.0.1:1/communication", tenant: "abc-p1", tenantToken: "t".repeat(16) };

let folder: string;
let signer: InstallerSigner;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dtsync-signer-"));
  signer = createTestSigner(join(folder, "one"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Exit status of the documented check. */
function verify(file: Uint8Array, root = signer.rootCertificateFile): number | null {
  const message = Buffer.concat([Buffer.from(header), file]);
  return spawnSync("openssl", ["cms", "-verify", "-CAfile", root], { input: message, maxBuffer: 1e8 }).status;
}

/** Exit status of the check with signature and content apart. */
function verifyApart(file: Buffer): number | null {
  const boundary = file.indexOf("\n----SIGNED-INSTALLER\n");
  writeFileSync(join(folder, "body"), file.subarray(0, boundary));
  const base64 = file.subarray(boundary).toString().split("\n\n")[1]?.split("\n----")[0] ?? "";
  writeFileSync(join(folder, "sig.pem"), `-----BEGIN CMS-----\n${base64.trim()}\n-----END CMS-----\n`);
  const files = [
    "-in",
    join(folder, "sig.pem"),
    "-content",
    join(folder, "body"),
    "-CAfile",
    signer.rootCertificateFile,
  ];
  return spawnSync("openssl", ["cms", "-verify", "-inform", "PEM", ...files], { maxBuffer: 1e8 }).status;
}

describe("the installer file", () => {
  test("is a clean POSIX script up to its exit", () => {
    const text = Buffer.from(buildInstallerBody({ ...input, paddingBytes: 0, signaturePart: "missing" })).toString();
    expect(text).toMatch(/^#!\/bin\/sh\n/);
    expect(text).toMatch(/\nexit 0\n$/);
    const written = text.matchAll(/printf %s '((?:[^']|'\\'')*)' >"\$AGENT/g);
    const parts = [...written].map(([, quoted = ""]) => quoted.replaceAll("'\\''", "'"));
    expect(parts).toHaveLength(4);
    for (const part of [text, ...parts]) {
      const { status, stderr } = spawnSync("/bin/sh", ["-n"], { input: part });
      expect(stderr.toString()).toBe("");
      expect(status).toBe(0);
    }
  });

  test("ends with signature and presets, after binary padding", () => {
    const file = Buffer.from(buildInstaller({ ...input, ...presets }));
    const tail = file.toString("latin1").split("\n").slice(-500).join("\n");
    expect(tail).toMatch(
      /\n----SIGNED-INSTALLER\nContent-Type: application\/x-pkcs7-signature[\s\S]+\n----SIGNED-INSTALLER--\n/,
    );
    expect(
      tail.endsWith(
        "\n----PARAMETERS\nPARAM_SERVER_VALUE=http://127.0.0.1:1/communication\nPARAM_TENANT_VALUE=abc-p1\n" +
          `PARAM_TENANT_TOKEN_VALUE=${presets.tenantToken}\n----PARAMETERS--\n`,
      ),
    ).toBe(true);
    expect(file.length).toBeGreaterThan(65_536);
    expect(file.some((byte) => byte > 0x7f)).toBe(true);
    expect(file.includes(0x00) || file.includes(0x0d)).toBe(false);
  });

  test("is the same for all environments before the presets", () => {
    const body = buildInstallerBody(input);
    expect(buildInstallerBody(input)).toEqual(body);
    const one = Buffer.from(appendPresets(body, presets));
    expect(one.subarray(0, body.length).equals(body)).toBe(true);
  });
});

describe("the signature", () => {
  test("verifies as documented, and apart from its content", () => {
    const file = Buffer.from(buildInstaller({ ...input, ...presets, signer }));
    expect(verify(file)).toBe(0);
    expect(verifyApart(file)).toBe(0);
    expect(verifyApart(file.subarray(0, file.indexOf("----PARAMETERS\nPARAM")))).toBe(0);
  });

  test("does not verify for a changed body, another authority, or without a signer", () => {
    const file = Buffer.from(buildInstaller({ ...input, ...presets, signer }));
    const other = createTestSigner(join(folder, "two"));
    expect(verify(file, other.rootCertificateFile)).toBe(4);
    const changed = Buffer.from(file);
    changed[2000] = (changed[2000] ?? 0) ^ 1;
    expect(verify(changed)).toBe(4);
    expect(verifyApart(changed)).toBe(4);
    expect(verify(buildInstaller({ ...input, ...presets }))).not.toBe(0);
    expect(verify(buildInstaller({ ...input, ...presets, signaturePart: "missing" }))).toBe(2);
  });
});

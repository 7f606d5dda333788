import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** PEM files of a certificate and its key that sign stand-in installers, and of the root a verifier has to trust. */
export interface InstallerSigner {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly rootCertificateFile: string;
}

/**
 * The detached PKCS#7 signature of a text, in DER. As in S/MIME, line ends are made CR LF before signing. Throws when
 * `openssl` cannot be run or refuses.
 */
export function signDetached(content: Uint8Array, signer: InstallerSigner): Uint8Array {
  return openssl(
    ["cms", "-sign", "-signer", signer.certificateFile, "-inkey", signer.keyFile, "-md", "sha256", "-outform", "DER"],
    content,
  );
}

/**
 * Makes a test authority and a signing certificate below it in a folder, with `openssl`. Nothing outside a test may
 * trust it.
 */
export function createTestSigner(directory: string): InstallerSigner {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = (name: string) => join(directory, name);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes"];
  writeFileSync(
    file("extensions.conf"),
    [
      "[req]",
      "distinguished_name=name",
      "[name]",
      "[root]",
      "basicConstraints=critical,CA:TRUE",
      "keyUsage=critical,keyCertSign,cRLSign",
      "subjectKeyIdentifier=hash",
      "[signer]",
      "basicConstraints=critical,CA:FALSE",
      "keyUsage=critical,digitalSignature",
      "extendedKeyUsage=codeSigning,emailProtection",
      "",
    ].join("\n"),
  );
  const configuration = ["-config", file("extensions.conf")];
  const rootName = ["-subj", "/O=Example/CN=Simulated installer root"];
  const signerName = ["-subj", "/O=Example/CN=Simulated installer signer"];
  const root = ["-keyout", file("root.key"), "-out", file("root.pem"), "-days", "3650", "-extensions", "root"];
  openssl(["req", "-x509", ...key, ...configuration, ...rootName, ...root]);
  openssl(["req", ...key, ...configuration, ...signerName, "-keyout", file("signer.key"), "-out", file("signer.csr")]);
  const authority = ["-CA", file("root.pem"), "-CAkey", file("root.key"), "-set_serial", "2", "-days", "3650"];
  const extensions = ["-extfile", file("extensions.conf"), "-extensions", "signer"];
  openssl(["x509", "-req", "-in", file("signer.csr"), ...authority, ...extensions, "-out", file("signer.pem")]);
  for (const name of ["root.key", "signer.csr", "extensions.conf"]) rmSync(file(name));
  return {
    certificateFile: file("signer.pem"),
    keyFile: file("signer.key"),
    rootCertificateFile: file("root.pem"),
  };
}

function openssl(parameters: readonly string[], input: Uint8Array = new Uint8Array()): Uint8Array {
  const result = spawnSync("openssl", parameters, { input, maxBuffer: 64 * 1024 * 1024 });
  if (result.error) throw new Error(`openssl could not be run: ${result.error.message}`, { cause: result.error });
  if (result.status !== 0) throw new Error(`openssl ${parameters[0]} failed: ${result.stderr.toString().trim()}`);
  return result.stdout;
}

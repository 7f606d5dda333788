import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { errorMessage } from "../../../errors.ts";
import { largestSecretFile, readOrdinaryFile } from "../../../files/read-ordinary-file.ts";
import { HostError } from "../../../ssh/host-error.ts";

/**
 * Checks the S/MIME signature of an installer with openssl, in the documented way: the file is the body of a
 * `multipart/signed` message whose header was removed. Done once per file on this machine, not on every host.
 * Throws HostError `signature` when it does not verify, openssl is missing, or the root certificate is no ordinary file.
 */
export async function verifySignature(path: string, rootCertificate: string): Promise<void> {
  checkReadable(rootCertificate);
  const header =
    'Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg="sha-256"; boundary="--SIGNED-INSTALLER"\n\n\n----SIGNED-INSTALLER\n';
  const child = spawn("openssl", ["cms", "-verify", "-CAfile", rootCertificate, "-out", "/dev/null"], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) =>
      reject(
        new HostError(
          "signature",
          `openssl could not be started (${error.message}): install it, or set oneagent.signature: skip`,
        ),
      ),
    );
    child.once("close", resolve);
  });
  // openssl may refuse before it has read everything; its exit code tells.
  child.stdin.on("error", () => undefined);
  child.stdin.write(header);
  createReadStream(path).pipe(child.stdin);
  if ((await ended) === 0) return;
  const reason = complaint.trim().split("\n").at(-1) ?? "";
  throw new HostError(
    "signature",
    `the signature of the installer does not verify against ${rootCertificate}: ${reason}`,
  );
}

/** openssl itself would wait without end for a pipe that nobody writes to. */
function checkReadable(rootCertificate: string): void {
  try {
    readOrdinaryFile(rootCertificate, { largest: largestSecretFile });
  } catch (error) {
    throw new HostError("signature", `the root certificate ${rootCertificate} cannot be read (${errorMessage(error)})`);
  }
}

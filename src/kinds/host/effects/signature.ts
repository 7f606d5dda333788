import { spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { errorMessage } from "../../../errors.ts";
import { largestSecretFile, readOrdinaryFile } from "../../../files/read-ordinary-file.ts";
import { HostError } from "../../../ssh/host-error.ts";

export interface SignatureCheck {
  /** Absolute path of the certificate in PEM format that the installer's must lead to. */
  readonly rootCertificate: string;
  /** Aborted: the check ends at once. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that openssl may take, where it is not the default. */
  readonly timeout?: number;
}

/** Some seconds are enough for the largest installer. */
const defaultTimeout = 120_000;

/**
 * Checks the S/MIME signature of an installer with openssl, in the documented way: the file is the body of a
 * `multipart/signed` message whose header was removed. Done once per file on this machine, not on every host.
 * Throws HostError `signature` when it does not verify, cannot be checked in time, or openssl is missing, and
 * `interrupted`.
 */
export async function verifySignature(
  installer: AsyncIterable<Uint8Array>,
  { rootCertificate, signal, timeout = defaultTimeout }: SignatureCheck,
): Promise<void> {
  refuseOtherFiles(rootCertificate);
  const header =
    'Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg="sha-256"; boundary="--SIGNED-INSTALLER"\n\n\n----SIGNED-INSTALLER\n';
  const child = spawn("openssl", ["cms", "-verify", "-CAfile", rootCertificate, "-out", "/dev/null"], {
    stdio: ["pipe", "ignore", "pipe"],
    timeout,
    killSignal: "SIGKILL",
    ...(signal ? { signal } : {}),
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) =>
      reject(
        signal?.aborted
          ? new HostError("interrupted", "interrupted", { cause: error })
          : new HostError(
              "signature",
              `openssl could not be started (${error.message}): install it, or set oneagent.signature: skip`,
            ),
      ),
    );
    child.once("close", resolve);
  });
  // openssl may refuse before it has read everything; its exit code tells.
  const sent = sendAll(header, installer, child.stdin).catch(() => child.stdin.destroy());
  const code = await ended;
  await sent;
  if (code === 0) return;
  if (code === null) {
    throw new HostError("signature", `openssl did not check the installer within ${timeout / 1_000} s`);
  }
  const reason = complaint.trim().split("\n").at(-1) ?? "";
  throw new HostError(
    "signature",
    `the signature of the installer does not verify against ${rootCertificate}: ${reason}`,
  );
}

/** Sends a piece before it asks for the next one, which may come in the memory of this one. */
async function sendAll(header: string, pieces: AsyncIterable<Uint8Array>, target: Writable): Promise<void> {
  // Whoever waits for a piece to be sent hears of it.
  target.on("error", () => undefined);
  const send = (piece: string | Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      target.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  await send(header);
  for await (const piece of pieces) await send(piece);
  target.end();
}

/** openssl would wait for a pipe. */
function refuseOtherFiles(rootCertificate: string): void {
  try {
    readOrdinaryFile(rootCertificate, { largest: largestSecretFile });
  } catch (error) {
    throw new HostError(
      "signature",
      `the root certificate ${rootCertificate} cannot be used (${errorMessage(error)})`,
      { cause: error },
    );
  }
}

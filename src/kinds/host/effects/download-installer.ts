import { hasCode } from "../../../dynatrace/api-error.ts";
import { errorMessage } from "../../../errors.ts";
import { attempted, attempts, type RepeatPorts, repeatUntil, unwrap } from "../../../lib/repeat-until.ts";
import type { Host } from "../../../model/inventory.ts";
import { HostError } from "../../../ssh/host-error.ts";
import { type InstallerFile, storeInstaller } from "./installer-file.ts";
import { verifySignature } from "./signature.ts";

const downloadAttempts = 3;

/**
 * Downloads an installer to a file. A download that breaks off half-way is begun again, and what arrived is written over.
 * Throws HostError, with the code `interrupted` when the signal ended it, and what `begin` throws.
 */
export async function downloadInstallerFile(
  begin: () => Promise<AsyncIterable<Uint8Array>>,
  path: string,
  version: string,
  ports: RepeatPorts,
): Promise<InstallerFile> {
  try {
    return await downloadWhole(begin, path, version, ports);
  } catch (error) {
    if (!ports.signal?.aborted) throw error;
    throw new HostError("interrupted", "interrupted", { cause: error });
  }
}

async function downloadWhole(
  begin: () => Promise<AsyncIterable<Uint8Array>>,
  path: string,
  version: string,
  ports: RepeatPorts,
): Promise<InstallerFile> {
  const result = await repeatUntil(
    async () => {
      const body = await begin();
      return attempted(() => storeInstaller(body, path, version));
    },
    (stored) => !stored.failed || stored.error instanceof HostError || hasCode(stored.error, "too-large"),
    attempts(downloadAttempts),
    ports,
  );
  if (!result.failed || result.error instanceof HostError) return unwrap(result);
  const { error } = result;
  throw new HostError("download", `the installer could not be downloaded whole (${errorMessage(error)})`, {
    cause: error,
  });
}

/**
 * Checks the signature of an installer as is declared for a host, and says whether it did. Throws
 * HostError.
 */
export async function checkInstaller(
  file: InstallerFile,
  host: Host,
  signal: AbortSignal | undefined,
): Promise<"checked" | "not checked"> {
  const { signature, rootCertificate } = host.oneagent;
  if (signature === "skip") return "not checked";
  if (rootCertificate !== null) {
    await verifySignature(file.content.pieces(), { rootCertificate, signal });
    return "checked";
  }
  if (signature === "required") {
    throw new HostError(
      "no-root-certificate",
      "oneagent.signature is required, but there is no root certificate: declare oneagent.rootCertificate or set DTSYNC_ROOT_CERTIFICATE",
    );
  }
  return "not checked";
}

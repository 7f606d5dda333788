import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, truncate } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ConnectionInfo } from "../../../dynatrace/answers.ts";
import { HostError } from "../../../ssh/host-error.ts";

/**
 * An installer on this machine without the values of the environment that it came from. Those stand in a part of their
 * own near the end of the file, outside of what the signature covers, so one file serves every environment of a cluster
 * and the tenant token of one customer never reaches the hosts of another.
 */
export interface InstallerFile {
  readonly path: string;
  readonly version: string;
  /** Bytes before the parameters: the same for every environment, and what the signature covers. */
  readonly size: number;
  /** SHA-256 of these bytes, in hexadecimal digits. */
  readonly sha256: string;
  /** What followed the parameters in the file; usually nothing. */
  readonly tail: Buffer;
}

/** Where the parameters are looked for: the installer itself searches the last 500 lines of its file. */
const searchedBytes = 256 * 1_024;
const parametersStart = "----PARAMETERS\n";
const parametersEnd = "----PARAMETERS--";

/**
 * The parameters part of an installer for one environment. The installer reads its connection from here, so that the
 * tenant token is not an argument of a command, which every user of the host could see.
 */
function parametersPart(connection: ConnectionInfo): string {
  return [
    parametersStart.trimEnd(),
    `PARAM_SERVER_VALUE=${connection.server}`,
    `PARAM_TENANT_VALUE=${connection.tenant}`,
    `PARAM_TENANT_TOKEN_VALUE=${connection.tenantToken}`,
    parametersEnd,
    "",
  ].join("\n");
}

/** Writes a download to a file that only this user can read, and takes the parameters out of it. */
export async function storeInstaller(
  download: AsyncIterable<Uint8Array>,
  path: string,
  version: string,
): Promise<InstallerFile> {
  await pipeline(Readable.from(download), createWriteStream(path, { mode: 0o600 }));
  await refuseOtherContent(path);
  const tail = await removeParameters(path);
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { path, version, size, sha256: hash.digest("hex"), tail };
}

/** A proxy may answer a download with a page of its own and status 200. */
async function refuseOtherContent(path: string): Promise<void> {
  const file = await open(path, "r");
  const start = Buffer.alloc(64);
  const { bytesRead } = await file.read(start, 0, start.length, 0).finally(() => file.close());
  const text = start.subarray(0, bytesRead).toString("latin1").trimStart();
  if (text.startsWith("#!")) return;
  const what = text.startsWith("<")
    ? "an HTML page"
    : text === ""
      ? "an empty file"
      : "something that is no shell script";
  throw new HostError(
    "download",
    `${what} came instead of the installer: check what stands between this machine and the cluster`,
  );
}

async function removeParameters(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - searchedBytes);
    const end = Buffer.alloc(size - from);
    await file.read(end, 0, end.length, from);
    const start = end.lastIndexOf(parametersStart);
    if (start === -1) return Buffer.alloc(0);
    const closing = end.indexOf(parametersEnd, start);
    const lineEnd = closing === -1 ? -1 : end.indexOf("\n", closing);
    const tail = lineEnd === -1 ? Buffer.alloc(0) : Buffer.from(end.subarray(lineEnd + 1));
    await truncate(path, from + start);
    return tail;
  } finally {
    await file.close();
  }
}

/** The installer for one environment as a stream, and its size in bytes. */
export function installerFor(
  file: InstallerFile,
  connection: ConnectionInfo,
): { readonly size: number; stream(): Readable } {
  const parameters = Buffer.from(parametersPart(connection));
  return {
    size: file.size + parameters.length + file.tail.length,
    stream: () =>
      Readable.from(
        (async function* () {
          yield* createReadStream(file.path, { highWaterMark: 256 * 1_024 });
          yield parameters;
          if (file.tail.length > 0) yield file.tail;
        })(),
        { objectMode: false },
      ),
  };
}

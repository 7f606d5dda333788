import { createHash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import type { ConnectionInfo } from "../../../dynatrace/answers.ts";
import { type SharedFile, shareFile } from "../../../files/shared-file.ts";
import type { RateLimit } from "../../../lib/rate-limit.ts";
import { HostError } from "../../../ssh/host-error.ts";
import type { CommandInput } from "../../../ssh/shell.ts";

/**
 * An installer on this machine without the values of the environment that it came from. Those stand in a part of their
 * own near the end of the file, outside of what the signature covers, so one file serves every environment of a cluster
 * and the tenant token of one customer never reaches the hosts of another.
 */
export interface InstallerFile {
  readonly version: string;
  /** Bytes before the parameters: the same for every environment, and what the signature covers. */
  readonly size: number;
  /** SHA-256 of these bytes, in hexadecimal digits. */
  readonly sha256: string;
  /** What followed the parameters in the file; usually nothing. */
  readonly tail: Buffer;
  /** The bytes before the parameters. */
  readonly content: SharedFile;
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

/**
 * Writes a download to a file that only this user can read, without the parameters: the tenant token in them never reaches
 * the disk. The file stays open.
 */
export async function storeInstaller(
  download: AsyncIterable<Uint8Array>,
  path: string,
  version: string,
): Promise<InstallerFile> {
  const file = await open(path, "w+", 0o600);
  try {
    const hash = createHash("sha256");
    let size = 0;
    const write = async (bytes: Uint8Array) => {
      if (size === 0) refuseOtherContent(bytes);
      hash.update(bytes);
      size += bytes.length;
      await file.appendFile(bytes);
    };
    const end = await writeAllButEnd(download, write);
    const { body, tail } = withoutParameters(end);
    await write(body);
    return { version, size, sha256: hash.digest("hex"), tail, content: shareFile(file, size) };
  } catch (error) {
    await file.close();
    // What filled the disk would keep all else from being written until the run ends.
    await rm(path, { force: true });
    throw error;
  }
}

/** Hands everything on but the last bytes, in which the parameters may be, and gives these. */
async function writeAllButEnd(
  download: AsyncIterable<Uint8Array>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<Buffer> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of download) {
    waiting.push(chunk);
    length += chunk.length;
    if (length < 2 * searchedBytes) continue;
    const bytes = Buffer.concat(waiting);
    await write(bytes.subarray(0, length - searchedBytes));
    waiting = [bytes.subarray(length - searchedBytes)];
    length = searchedBytes;
  }
  return Buffer.concat(waiting);
}

/** A proxy may answer a download with a page of its own and status 200. */
function refuseOtherContent(start: Uint8Array): void {
  const text = Buffer.from(start.subarray(0, 64)).toString("latin1").trimStart();
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

function withoutParameters(end: Buffer): { readonly body: Buffer; readonly tail: Buffer } {
  const start = end.lastIndexOf(parametersStart);
  if (start === -1) return { body: end, tail: Buffer.alloc(0) };
  const closing = end.indexOf(parametersEnd, start);
  const lineEnd = closing === -1 ? -1 : end.indexOf("\n", closing);
  const tail = lineEnd === -1 ? Buffer.alloc(0) : Buffer.from(end.subarray(lineEnd + 1));
  return { body: end.subarray(0, start), tail };
}

/** The installer for one environment as the input of a command, no faster than the limit allows, and its size in bytes. */
export function installerFor(
  file: InstallerFile,
  connection: ConnectionInfo,
  limit: RateLimit | null = null,
): { readonly size: number; readonly input: CommandInput } {
  const parameters = Buffer.from(parametersPart(connection));
  return {
    size: file.size + parameters.length + file.tail.length,
    async *input(ended) {
      for await (const piece of file.content.pieces()) {
        // Nobody waits for the turn of a host that is gone.
        await limit?.take(piece.length, ended);
        yield piece;
      }
      yield file.tail.length === 0 ? parameters : Buffer.concat([parameters, file.tail]);
    },
  };
}

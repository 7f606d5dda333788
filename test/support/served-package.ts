import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../scripts/package.js", import.meta.url));

export interface ServedPackage {
  /** The name of the file, which is in the folder. */
  readonly file: string;
  /** The address of the server, with a slash at its end. It has the file and nothing else, as a registry too. */
  readonly address: string;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Makes the package, with its bill of materials, in a folder. Gives the name of its file. */
export const makePackage = (directory: string): string =>
  execFileSync(process.execPath, [script, "--out", directory], { encoding: "utf8" }).trimEnd();

/** The package alone in a folder: the one that `DTSYNC_PACKAGE_FILE` names, which .ci/run has made of this checkout, or a new one. */
export function takePackage(directory: string): string {
  const made = process.env["DTSYNC_PACKAGE_FILE"];
  if (made === undefined) return makePackage(directory);
  copyFileSync(made, join(directory, basename(made)));
  return basename(made);
}

/** Serves the package in a folder on a loopback address. */
export async function servePackage(directory: string, file: string): Promise<ServedPackage> {
  chmodSync(join(directory, file), 0o644);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url === `/${file}`) response.end(readFileSync(join(directory, file)));
    else response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    file,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

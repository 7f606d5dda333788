import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "../../../dynatrace/client.ts";
import { downloadInstaller, type InstallerPlatform } from "../../../dynatrace/environment-api.ts";
import { errorMessage } from "../../../errors.ts";
import { shareFile } from "../../../files/shared-file.ts";
import { createPromiseCache } from "../../../lib/promise-cache.ts";
import type { Host } from "../../../model/inventory.ts";
import type { Clock, Log } from "../../../ports.ts";
import { HostError } from "../../../ssh/host-error.ts";
import { checkInstaller, downloadInstallerFile } from "./download-installer.ts";
import type { InstallerFile } from "./installer-file.ts";

/** What is kept of an installer besides its bytes. */
type InstallerContent = Pick<InstallerFile, "size" | "sha256" | "tail">;

/** Installers of earlier runs. */
export interface KeptInstallers {
  /** One whose content was just compared with what was kept, open; or null. */
  find(key: string): Promise<(InstallerContent & { readonly file: FileHandle }) | null>;
  keep(key: string, path: string, content: InstallerContent): Promise<void>;
}

export interface InstallerFilesOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted: a download and a check of a signature end. */
  readonly signal?: AbortSignal;
  /** A private folder of this run. */
  readonly directory: () => Promise<string>;
  /** Null: none are looked for, and none are kept. */
  readonly kept: KeptInstallers | null;
}

/** Which installer is meant. Its content never changes: `latest` has become a version before. */
export interface InstallerName extends InstallerPlatform {
  readonly version: string;
}

/** The installers that are open in this run. */
export interface InstallerFiles {
  /** The file, with its signature checked as is declared for the host. */
  get(name: InstallerName, host: Host, client: Client, withToken: WithToken): Promise<InstallerFile>;
  close(): Promise<void>;
}

/** Runs something with a token that can download installers. */
type WithToken = <T>(use: (token: string) => Promise<T>) => Promise<T>;

/** An installer, and the first of the hosts that want it. */
interface Wanted {
  /** Tells installers apart. */
  readonly key: string;
  readonly name: InstallerName;
  readonly host: Host;
  readonly client: Client;
  readonly withToken: WithToken;
}

export function openInstallerFiles(options: InstallerFilesOptions): InstallerFiles {
  const files = createPromiseCache<InstallerFile>();
  /** What came of the check of a file's signature, by what is declared about it: hosts may ask for different ones. */
  const checks = createPromiseCache<Awaited<ReturnType<typeof checkInstaller>>>();
  const open = new Set<InstallerFile>();
  const { clock, log, kept, signal } = options;

  async function download({ key, name, host, client, withToken }: Wanted): Promise<InstallerFile> {
    const { version, osType, arch } = name;
    const folder = await options.directory().catch((error: unknown) => {
      throw new HostError("download", `this machine has no place for an installer (${errorMessage(error)})`, {
        cause: error,
      });
    });
    const path = join(folder, `${host.cluster}-${osType}-${arch}-${version}.sh`);
    const begin = (token: string) => downloadInstaller(client, host.environment, name, token, signal);
    const file = await withToken((token) => downloadInstallerFile(() => begin(token), path, version, options));
    await kept?.keep(key, path, file);
    return file;
  }

  async function prepare(wanted: Wanted): Promise<InstallerFile> {
    const { key, name, host } = wanted;
    const began = clock.elapsed();
    const { version, osType, arch } = name;
    const found = (await kept?.find(key)) ?? null;
    const file: InstallerFile =
      found === null ? await download(wanted) : { ...found, version, content: shareFile(found.file, found.size) };
    open.add(file);
    const ms = Math.round(clock.elapsed() - began);
    log.info(found === null ? "installer downloaded" : "installer taken from the cache", () => ({
      ...{ cluster: host.cluster, environment: host.environment, osType, arch, version },
      ...{ bytes: file.size, sha256: file.sha256, ms },
    }));
    return file;
  }

  return {
    async get(name, host, client, withToken) {
      const key = JSON.stringify([client.url, name.osType, name.arch, name.version]);
      const file = await files.get(key, () => prepare({ key, name, host, client, withToken }));
      const { signature, rootCertificate } = host.oneagent;
      await checks.get(JSON.stringify([key, signature, rootCertificate]), async () => {
        const outcome = await checkInstaller(file, host, signal);
        log.info("signature of an installer", () => ({
          cluster: host.cluster,
          version: name.version,
          signature: outcome,
        }));
        return outcome;
      });
      return file;
    },
    async close() {
      for (const { content } of open) await content.close();
      open.clear();
    },
  };
}

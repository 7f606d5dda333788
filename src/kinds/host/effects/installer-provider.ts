import { join } from "node:path";
import type { Readable } from "node:stream";
import type { ConnectionInfo } from "../../../dynatrace/answers.ts";
import { isStatus } from "../../../dynatrace/api-error.ts";
import type { Client } from "../../../dynatrace/client.ts";
import {
  downloadInstaller,
  installerPath,
  readAvailableVersions,
  readConnectionInfo,
  readLatestVersion,
} from "../../../dynatrace/environment-api.ts";
import type { TokenChain } from "../../../dynatrace/token-chain.ts";
import { createPromiseCache } from "../../../lib/promise-cache.ts";
import type { Host } from "../../../model/inventory.ts";
import type { Clock, Log } from "../../../ports.ts";
import { HostError } from "../../../ssh/host-error.ts";
import { agentArchitecture } from "../agent-architecture.ts";
import { chooseVersion } from "../choose-version.ts";
import type { HostProblem } from "../host-problem.ts";
import { checkInstaller, downloadInstallerFile } from "./download-installer.ts";
import { type InstallerFile, installerFor } from "./installer-file.ts";
import { problemError } from "./problem-error.ts";

interface InstallerRequest {
  readonly host: Host;
  /** `uname -m`. */
  readonly machine: string;
  /** Version on the host, which is never gone below; null where there is none. */
  readonly installed: string | null;
  /** `latest` or a version to reach. */
  readonly version: string;
}

interface PreparedInstaller {
  readonly version: string;
  readonly connection: ConnectionInfo;
  /** Bytes. */
  readonly size: number;
  stream(): Readable;
  /** What a host needs to fetch the file itself, with a token that lives as long as `use` runs. */
  pull<T>(use: (download: InstallerDownload) => Promise<T>): Promise<T>;
}

/** A download by the host itself. The token is a secret. */
interface InstallerDownload {
  readonly url: string;
  readonly token: string;
  /** Bytes that must be the same as in the file that was checked here, and their SHA-256. */
  readonly size: number;
  readonly sha256: string;
}

/** Gives out installers, each downloaded once per cluster, architecture and version. */
export interface InstallerProvider {
  provide(request: InstallerRequest): Promise<PreparedInstaller>;
}

interface InstallerProviderOptions {
  readonly clients: ReadonlyMap<string, Client>;
  readonly tokens: ReadonlyMap<string, TokenChain>;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted: a download is not begun again, and a check of a signature ends. */
  readonly signal?: AbortSignal;
  /** A private folder of this run. */
  readonly directory: () => Promise<string>;
  readonly conceal: (secret: string) => void;
}

interface EnvironmentFacts {
  readonly connection: ConnectionInfo;
  readonly latest: string;
  readonly available: readonly string[];
}

export function createInstallerProvider(options: InstallerProviderOptions): InstallerProvider {
  const facts = createPromiseCache<EnvironmentFacts>();
  const files = createPromiseCache<InstallerFile>();

  function clusterOf(host: Host): { client: Client; tokens: TokenChain } {
    const client = options.clients.get(host.cluster);
    const tokens = options.tokens.get(host.cluster);
    if (!client || !tokens)
      throw new HostError("cluster-unusable", `the cluster ${host.cluster} cannot be used in this run`);
    return { client, tokens };
  }

  /** One token serves the environment's facts and, where it is the first to need the file, the download. */
  async function readFacts(request: InstallerRequest, arch: string): Promise<EnvironmentFacts> {
    const { host } = request;
    const { client, tokens } = clusterOf(host);
    return tokens.withToken(host.environment, "InstallerDownload", async (token) => {
      const [connection, latest, available] = await Promise.all([
        readConnectionInfo(client, host.environment, token, host.oneagent.networkZone || null),
        readLatestVersion(client, host.environment, arch, token),
        readAvailableVersions(client, host.environment, arch, token).catch((error: unknown) => {
          // A cluster that does not list versions still has its latest one.
          if (isStatus(error, 404)) return [];
          throw error;
        }),
      ]);
      options.conceal(connection.tenantToken);
      const found = { connection, latest, available: available.length === 0 ? [latest] : available };
      await fileOf(request, arch, versionFor(request, found), token);
      return found;
    });
  }

  function fileOf(
    request: InstallerRequest,
    arch: string,
    version: string,
    token: string | null,
  ): Promise<InstallerFile> {
    const { host } = request;
    const key = [host.cluster, arch, version].join("/");
    return files.get(key, async () => {
      const { client, tokens } = clusterOf(host);
      const path = join(await options.directory(), `${host.cluster}-${arch}-${version}.sh`);
      const download = async (using: string) => {
        const began = options.clock.now().getTime();
        const file = await downloadInstallerFile(
          () => downloadInstaller(client, host.environment, { version, arch }, using),
          path,
          version,
          options,
        );
        const downloadMs = options.clock.now().getTime() - began;
        const signature = await checkInstaller(file, host, options.signal);
        options.log.info("installer downloaded", () => ({
          ...{ cluster: host.cluster, environment: host.environment, arch, version },
          ...{ bytes: file.size, sha256: file.sha256, ms: downloadMs, signature },
        }));
        return file;
      };
      return token === null ? tokens.withToken(host.environment, "InstallerDownload", download) : download(token);
    });
  }

  return {
    async provide(request) {
      const arch = settled(agentArchitecture(request.machine));
      const { host } = request;
      const key = [host.cluster, host.environment, arch, host.oneagent.networkZone ?? ""].join("/");
      const found = await facts.get(key, () => readFacts(request, arch));
      const version = versionFor(request, found);
      const file = await fileOf(request, arch, version, null);
      const { client, tokens } = clusterOf(host);
      return {
        version,
        connection: found.connection,
        ...installerFor(file, found.connection),
        pull: (use) =>
          tokens.withToken(host.environment, "InstallerDownload", (token) =>
            use({
              url: `${client.url}${installerPath(host.environment, { version, arch })}`,
              token,
              size: file.size,
              sha256: file.sha256,
            }),
          ),
      };
    },
  };
}

const versionFor = (request: InstallerRequest, offered: EnvironmentFacts): string =>
  settled(chooseVersion(request, offered));

/** What was decided, or its problem as an error. */
function settled(decision: string | HostProblem): string {
  if (typeof decision === "string") return decision;
  throw problemError(decision);
}

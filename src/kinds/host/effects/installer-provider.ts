import type { ConnectionInfo } from "../../../dynatrace/answers.ts";
import { isStatus } from "../../../dynatrace/api-error.ts";
import type { Client } from "../../../dynatrace/client.ts";
import {
  installerPath,
  readAvailableVersions,
  readConnectionInfo,
  readLatestVersion,
} from "../../../dynatrace/environment-api.ts";
import { shareTokens } from "../../../dynatrace/shared-tokens.ts";
import type { TokenChain } from "../../../dynatrace/token-chain.ts";
import { createPromiseCache } from "../../../lib/promise-cache.ts";
import { createRateLimit, type RateLimit } from "../../../lib/rate-limit.ts";
import type { Host } from "../../../model/inventory.ts";
import { HostError } from "../../../ssh/host-error.ts";
import type { CommandInput } from "../../../ssh/shell.ts";
import { type AgentPlatform, agentPlatform } from "../agent-platform.ts";
import { chooseVersion } from "../choose-version.ts";
import type { HostProblem } from "../host-problem.ts";
import { installerFor } from "./installer-file.ts";
import { type InstallerFilesOptions, openInstallerFiles } from "./installer-files.ts";
import { problemError } from "./problem-error.ts";

interface InstallerRequest {
  readonly host: Host;
  /** `uname -s`. */
  readonly system: string;
  /** `uname -m`. */
  readonly machine: string;
  /** Version on the host, which is never gone below; null where there is none. */
  readonly installed: string | null;
  /** `latest` or a version to reach. */
  readonly version: string;
  /** Hosts with the same `transferRate` that may get an installer at once, this one included. */
  readonly atOnce: number;
}

export interface PreparedInstaller {
  readonly version: string;
  readonly connection: ConnectionInfo;
  /** Bytes. */
  readonly size: number;
  readonly input: CommandInput;
  /** What a host needs to fetch the file itself, with a token that lives at least as long as `use` runs. */
  pull<T>(use: (download: InstallerDownload) => Promise<T>): Promise<T>;
}

/** A download by the host itself. The token is a secret. */
interface InstallerDownload {
  readonly url: string;
  readonly token: string;
  /** Bytes that must be the same as in the file that was checked here, and their SHA-256. */
  readonly size: number;
  readonly sha256: string;
  /** Most bytes a second; null: as many as there are. */
  readonly rate: number | null;
}

/** Gives out installers, each downloaded once per cluster, platform and version. */
export interface InstallerProvider {
  provide(request: InstallerRequest): Promise<PreparedInstaller>;
}

export interface OpenInstallerProvider extends InstallerProvider {
  /** Revokes the tokens that hosts shared, and closes the files. */
  close(): Promise<void>;
}

interface InstallerProviderOptions extends InstallerFilesOptions {
  readonly clients: ReadonlyMap<string, Client>;
  readonly tokens: ReadonlyMap<string, TokenChain>;
  readonly conceal: (secret: string) => void;
}

interface EnvironmentFacts {
  readonly connection: ConnectionInfo;
  readonly latest: string;
  readonly available: readonly string[];
}

/** A host that could not fetch its installer may have been refused for its token. */
const mayBeRefused = (failure: unknown): boolean => failure instanceof HostError && failure.code === "download";

export function createInstallerProvider(options: InstallerProviderOptions): OpenInstallerProvider {
  const { clock, clients } = options;
  const facts = createPromiseCache<EnvironmentFacts>();
  const files = openInstallerFiles(options);
  const rateLimits = new Map<number, RateLimit>();
  const tokens = new Map([...options.tokens].map(([name, chain]) => [name, shareTokens(chain, clock, mayBeRefused)]));

  function clusterOf(host: Host): { client: Client; withToken: <T>(use: (token: string) => Promise<T>) => Promise<T> } {
    const client = clients.get(host.cluster);
    const shared = tokens.get(host.cluster);
    if (!client || !shared)
      throw new HostError("cluster-unusable", `the cluster ${host.cluster} cannot be used in this run`);
    return { client, withToken: (use) => shared.withToken(host.environment, "InstallerDownload", use) };
  }

  async function readFacts(host: Host, platform: AgentPlatform): Promise<EnvironmentFacts> {
    const { client, withToken } = clusterOf(host);
    return withToken(async (token) => {
      const [connection, latest, available] = await Promise.all([
        readConnectionInfo(client, host.environment, token, host.oneagent.networkZone || null),
        readLatestVersion(client, host.environment, platform, token),
        readAvailableVersions(client, host.environment, platform, token).catch((error: unknown) => {
          // A cluster that does not list versions still has its latest one.
          if (isStatus(error, 404)) return [];
          throw error;
        }),
      ]);
      options.conceal(connection.tenantToken);
      return { connection, latest, available: available.length === 0 ? [latest] : available };
    });
  }

  /** Hosts with the same rate share it, however the installer gets to them. */
  function rateLimitOf(host: Host): RateLimit | null {
    const rate = host.oneagent.transferRate;
    if (rate === undefined) return null;
    const limit = rateLimits.get(rate) ?? createRateLimit(rate, clock);
    rateLimits.set(rate, limit);
    return limit;
  }

  return {
    async provide(request) {
      const { host } = request;
      const platform = settled(agentPlatform(request.system, request.machine));
      const key = JSON.stringify([host.cluster, host.environment, platform, host.oneagent.networkZone ?? ""]);
      const found = await facts.get(key, () => readFacts(host, platform));
      const name = {
        ...platform,
        version: settled(chooseVersion({ ...request, minVersion: host.oneagent.minVersion }, found)),
      };
      const { client, withToken } = clusterOf(host);
      const file = await files.get(name, host, client, withToken);
      const limit = rateLimitOf(host);
      const rate = pulledShare(host.oneagent.transferRate, request.atOnce);
      return {
        version: name.version,
        connection: found.connection,
        ...installerFor(file, found.connection, limit),
        pull: (use) =>
          withToken(async (token) => {
            const url = `${client.url}${installerPath(host.environment, name)}`;
            const download = { url, token, size: file.size, sha256: file.sha256, rate };
            const taken = rate === null ? undefined : limit?.leave(rate);
            return use(download).finally(taken);
          }),
      };
    },
    async close() {
      await Promise.all([...tokens.values()].map((shared) => shared.close()));
      await files.close();
    },
  };
}

/** Bytes a second below which a download is taken for one that has stopped. */
const leastRate = 1_000;

/**
 * What one of the hosts may take that fetch their installers: nobody here sees how much of the rate the others need, so that it
 * is an equal part of it.
 */
export const pulledShare = (rate: number | undefined, atOnce: number): number | null =>
  rate === undefined ? null : Math.max(Math.floor(rate / atOnce), leastRate);

/** What was decided, or its problem as an error. */
function settled<T extends string | object>(decision: T | HostProblem): T {
  if (typeof decision === "object" && "code" in decision) throw problemError(decision);
  return decision as T;
}

import { join } from "node:path";
import type { Readable } from "node:stream";
import { isStatus } from "../../../dynatrace/api-error.ts";
import type { Client } from "../../../dynatrace/client.ts";
import {
  type ConnectionInfo,
  downloadInstaller,
  installerPath,
  readAvailableVersions,
  readConnectionInfo,
  readLatestVersion,
} from "../../../dynatrace/environment-api.ts";
import type { TokenChain } from "../../../dynatrace/token-chain.ts";
import { errorMessage } from "../../../errors.ts";
import { createPromiseCache } from "../../../lib/promise-cache.ts";
import { attempted, attempts, type RepeatPorts, repeatUntil, unwrap } from "../../../lib/repeat-until.ts";
import { compareVersions, newestMatching } from "../../../lib/versions.ts";
import type { Host } from "../../../model/inventory.ts";
import type { Clock } from "../../../ports.ts";
import { HostError } from "../../../ssh/host-error.ts";
import { type InstallerFile, installerFor, storeInstaller } from "./installer-file.ts";
import { verifySignature } from "./signature.ts";

export interface InstallerRequest {
  readonly host: Host;
  /** `uname -m`. */
  readonly machine: string;
  /** Version on the host, which is never gone below; null where there is none. */
  readonly installed: string | null;
  /** `latest` or a version to reach. */
  readonly version: string;
}

export interface PreparedInstaller {
  readonly version: string;
  readonly connection: ConnectionInfo;
  /** Bytes. */
  readonly size: number;
  stream(): Readable;
  /** What a host needs to fetch the file itself, with a token that lives as long as `use` runs. */
  pull<T>(use: (download: InstallerDownload) => Promise<T>): Promise<T>;
}

/** A download by the host itself. The token is a secret. */
export interface InstallerDownload {
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

export interface InstallerProviderOptions {
  readonly clients: ReadonlyMap<string, Client>;
  readonly tokens: ReadonlyMap<string, TokenChain>;
  readonly clock: Clock;
  /** A private folder of this run. */
  readonly directory: () => Promise<string>;
  readonly conceal: (secret: string) => void;
}

/** Dynatrace's names of architectures by `uname -m`. */
const architectures: Readonly<Record<string, string>> = {
  x86_64: "x86",
  amd64: "x86",
  aarch64: "arm",
  arm64: "arm",
  ppc64le: "ppcle",
  s390x: "s390",
};

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
    return tokens.withInstallerToken(host.environment, async (token) => {
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
      await fileOf(request, arch, chooseVersion(request, found), token);
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
        const file = await downloadWhole(
          () => downloadInstaller(client, host.environment, { version, arch }, using),
          path,
          version,
          options,
        );
        await checkInstaller(file, host);
        return file;
      };
      return token === null ? tokens.withInstallerToken(host.environment, download) : download(token);
    });
  }

  return {
    async provide(request) {
      const arch = architectures[request.machine];
      if (arch === undefined) {
        throw new HostError(
          "unsupported-architecture",
          `there is no OneAgent for the architecture ${request.machine || "of this host"}`,
        );
      }
      const { host } = request;
      const key = [host.cluster, host.environment, arch, host.oneagent.networkZone ?? ""].join("/");
      const found = await facts.get(key, () => readFacts(request, arch));
      const version = chooseVersion(request, found);
      const file = await fileOf(request, arch, version, null);
      const { client, tokens } = clusterOf(host);
      return {
        version,
        connection: found.connection,
        ...installerFor(file, found.connection),
        pull: (use) =>
          tokens.withInstallerToken(host.environment, (token) =>
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

const downloadAttempts = 3;

/** A download that breaks off half-way is begun again; what arrived is written over. */
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
    (stored) => !stored.failed || stored.error instanceof HostError,
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
 * The version to install: the environment's latest, or the newest that satisfies what is wanted. An agent is never
 * replaced by an older one, because the installer would refuse; one that is only moved keeps its version if it can.
 */
export function chooseVersion(
  request: Pick<InstallerRequest, "installed" | "version">,
  offered: { readonly latest: string; readonly available: readonly string[] },
): string {
  const { installed, version } = request;
  const notOlder = (candidate: string | null): candidate is string =>
    candidate !== null && (installed === null || compareVersions(candidate, installed) >= 0);
  const newest = newestMatching(offered.available, "latest") ?? offered.latest;
  const wanted = version === "latest" ? offered.latest : newestMatching(offered.available, version);
  if (notOlder(wanted)) return wanted;
  if (wanted === null && version !== installed) {
    throw new HostError(
      "version-not-available",
      `the environment offers no installer of version ${version}; the newest is ${newest}`,
    );
  }
  const substitute = [newestMatching(offered.available, installed ?? "latest"), offered.latest, newest].find(notOlder);
  if (substitute !== undefined) return substitute;
  throw new HostError(
    "downgrade",
    `version ${installed} is installed, and the environment offers at most ${newest}: downgrades are not supported`,
  );
}

async function checkInstaller(file: InstallerFile, host: Host): Promise<void> {
  const { signature, rootCertificate } = host.oneagent;
  if (signature === "skip") return;
  if (rootCertificate !== null) return verifySignature(file.path, rootCertificate);
  if (signature === "required") {
    throw new HostError(
      "no-root-certificate",
      "oneagent.signature is required, but there is no root certificate: declare oneagent.rootCertificate or set DTSYNC_ROOT_CERTIFICATE",
    );
  }
}

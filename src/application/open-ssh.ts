import { readdirSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { setFlagsFromString } from "node:v8";
import { homeFolder } from "../files/home-folder.ts";
import { readOrdinaryText } from "../files/read-ordinary-file.ts";
import { count } from "../lib/printable.ts";
import type { Change } from "../model/change.ts";
import { listNames } from "../report/remarks-text.ts";
import type { SshConnector } from "../ssh/connect.ts";
import { followSteps } from "../ssh/follow-steps.ts";
import type { KeptConnections } from "../ssh/keep-connections.ts";
import type { ConnectShell, Shell, SshHost } from "../ssh/shell.ts";
import type { SshClientSettings } from "../ssh/target.ts";
import type { Context } from "./context.ts";

export interface HostConnectionOptions {
  /** The client configuration; null: the user's. */
  readonly configFile: string | null;
  /** Whether hosts are to be changed: connections that looked at them are kept for that. */
  readonly forChanges: boolean;
}

/** The way to the hosts of a run, with one login at each jump host. */
export interface HostConnections {
  /** The connector, always the same. Throws DtsyncError when the configuration cannot be used. */
  open(): Promise<ConnectShell>;
  /** Lets go of a shell of the connector. `needed`: whether its host will most likely be changed. */
  letGo(shell: Shell, needed: () => boolean): void;
  /** Ends what is kept for other hosts than those that these changes are about. */
  keepFor(changes: readonly Pick<Change, "host">[]): void;
  /** From now on new host keys are written into the user's known_hosts; until then they are known for the run alone. */
  beginChanges(): void;
  /** Ends everything that nobody works with, and the rest as soon as that is over. An interrupt does the same. */
  close(): void;
}

const largestConfig = 5_000_000;
/**
 * How the heap grows once hosts are reached. A connection lives long enough to be found unused only when all of the heap is
 * looked through, and V8's own choice lets those of thousands of hosts pile up: a third of the memory, for some 3 % of the processor
 * time. So that is done when the heap has grown by 60 %. What new objects are made in keeps the size that it has reached by then: Node.js 24
 * lets it grow to twice what earlier versions do, which is 80 MB more with thousands of hosts and saves no time.
 */
const heapSettings = ["--heap-growing-percent=60", "--semi-space-growth-factor=1"];

export function hostConnections(
  { configFile, forChanges }: HostConnectionOptions,
  context: Pick<Context, "variables" | "log" | "signal" | "beginStep">,
): HostConnections {
  const { log, signal, beginStep } = context;
  const newKeys = { taken: new Map(), write: false };
  let opening: Promise<{ readonly connector: SshConnector; readonly kept: KeptConnections }> | null = null;
  const connect = async () => {
    for (const setting of heapSettings) setFlagsFromString(setting);
    const [{ createSshConnector }, { keepConnections }, settings] = await Promise.all([
      import("../ssh/connect.ts"),
      import("../ssh/keep-connections.ts"),
      clientSettings(configFile, context),
    ]);
    const connector = createSshConnector(settings, newKeys, log);
    return { connector, kept: keepConnections(connector, log) };
  };
  let kept: KeptConnections | null = null;
  const end = () => {
    opening?.then(
      ({ connector, kept }) => {
        kept.close();
        connector.close();
      },
      () => undefined,
    );
  };
  signal.addEventListener("abort", end);
  return {
    async open() {
      opening ??= connect();
      const opened = await opening;
      kept = opened.kept;
      return beginStep === undefined ? kept.connect : followSteps(kept.connect, beginStep);
    },
    letGo(shell, needed) {
      if (forChanges && needed()) kept?.keep(shell);
      else shell.close();
    },
    keepFor: (changes) => kept?.keepOnly(new Set(changes.flatMap(({ host }) => host ?? []))),
    beginChanges() {
      newKeys.write = true;
    },
    close() {
      signal.removeEventListener("abort", end);
      end();
    },
  };
}

/** What is left out of the SSH configuration that may concern hosts, in words. Throws DtsyncError like `openSsh`. */
export async function sshWarnings(
  hosts: readonly SshHost[],
  configFile: string | null,
  context: Pick<Context, "variables">,
): Promise<readonly string[]> {
  if (hosts.length === 0) return [];
  const [{ leftOutFor }, settings] = await Promise.all([
    import("../ssh/target.ts"),
    clientSettings(configFile, context),
  ]);
  const concerned = new Map<string, string[]>();
  for (const host of hosts) {
    for (const place of leftOutFor(host, settings)) {
      const names = concerned.get(place);
      if (names) names.push(host.name);
      else concerned.set(place, [host.name]);
    }
  }
  return [...concerned].map(
    ([place, names]) =>
      `${place}: this Match is left out, because it runs a program or is of a kind that dtsync does not know; it may concern ${count(names.length, "host")} (${listNames(names)})`,
  );
}

export async function clientSettings(
  configFile: string | null,
  { variables }: Pick<Context, "variables">,
): Promise<SshClientSettings> {
  const [{ readSshConfig }, { parseServices }] = await Promise.all([
    import("../ssh/read-config.ts"),
    import("../ssh/ports.ts"),
  ]);
  const home = homeFolder(variables);
  const files = { read: readConfigFile, list: (folder: string) => readdirSync(folder) };
  const config = readSshConfig({ file: configFile, home }, files);
  let services: ReadonlyMap<string, number> | null = null;
  return {
    config,
    home,
    user: localUser(),
    machine: hostname(),
    variables,
    services: (name) => {
      services ??= parseServices(readServices());
      return services.get(name);
    },
  };
}

/** Without the file no service has a port, as with OpenSSH. */
function readServices(): string {
  try {
    return readOrdinaryText("/etc/services", { largest: largestConfig });
  } catch {
    return "";
  }
}

function localUser(): SshClientSettings["user"] {
  try {
    const { username, uid } = userInfo();
    return { name: username, id: uid };
  } catch {
    // In a container a user may have no name: its number is none on any host, so a name has to be declared.
    const id = process.getuid?.() ?? -1;
    return { name: String(id), id };
  }
}

function readConfigFile(path: string): string | null {
  try {
    return readOrdinaryText(path, { largest: largestConfig });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

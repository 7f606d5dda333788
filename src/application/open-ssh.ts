import { readdirSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { readOrdinaryText } from "../files/read-ordinary-file.ts";
import { count } from "../lib/printable.ts";
import { listNames } from "../report/remarks-text.ts";
import type { TakenHostKeys } from "../ssh/host-keys.ts";
import type { ConnectShell, SshHost } from "../ssh/shell.ts";
import type { SshClientSettings } from "../ssh/target.ts";
import type { Context } from "./context.ts";

export interface SshOptions {
  /** The client configuration; null: the user's. */
  readonly configFile: string | null;
  /** Whether new host keys may be written into the user's known_hosts; else they are known for the run alone. */
  readonly writeHostKeys: boolean;
}

const largestConfig = 5_000_000;

/** What planning took counts while the plan is carried out. */
const takenIn = new WeakMap<Pick<Context, "variables">, TakenHostKeys>();

/** The SSH connector. Throws DtsyncError when the configuration cannot be used. */
export async function openSsh(
  { configFile, writeHostKeys }: SshOptions,
  context: Pick<Context, "variables" | "log">,
): Promise<ConnectShell> {
  const [{ createSshConnector }, settings] = await Promise.all([
    import("../ssh/connect.ts"),
    clientSettings(configFile, context),
  ]);
  const taken: TakenHostKeys = takenIn.get(context) ?? new Map();
  takenIn.set(context, taken);
  return createSshConnector(settings, { taken, write: writeHostKeys }, context.log);
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

async function clientSettings(
  configFile: string | null,
  { variables }: Pick<Context, "variables">,
): Promise<SshClientSettings> {
  const { readSshConfig } = await import("../ssh/read-config.ts");
  const home = variables["HOME"] || homedir();
  const files = { read: readConfigFile, list: (folder: string) => readdirSync(folder) };
  const config = readSshConfig({ file: configFile, home }, files);
  return { config, home, user: localUser(), machine: hostname(), variables };
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

import { readdirSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { readOrdinaryText } from "../files/read-ordinary-file.ts";
import type { TakenHostKeys } from "../ssh/host-keys.ts";
import type { ConnectShell } from "../ssh/shell.ts";
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
  const [{ createSshConnector }, { readSshConfig }] = await Promise.all([
    import("../ssh/connect.ts"),
    import("../ssh/read-config.ts"),
  ]);
  const { variables } = context;
  const home = variables["HOME"] || homedir();
  const files = {
    read: readConfigFile,
    list: (folder: string) => readdirSync(folder),
  };
  const taken: TakenHostKeys = takenIn.get(context) ?? new Map();
  takenIn.set(context, taken);
  return createSshConnector(
    {
      config: readSshConfig({ file: configFile, home }, files),
      home,
      user: userInfo().username,
      agentSocket: variables["SSH_AUTH_SOCK"] || null,
    },
    { taken, write: writeHostKeys },
    context.log,
  );
}

function readConfigFile(path: string): string | null {
  try {
    return readOrdinaryText(path, { largest: largestConfig });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

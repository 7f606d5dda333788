import { readdirSync, readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import type { ConnectShell } from "../ssh/shell.ts";
import type { Context } from "./context.ts";

/** The SSH connector with the given client configuration; null: with the user's. */
export async function openSsh(
  configFile: string | null,
  { variables }: Pick<Context, "variables">,
): Promise<ConnectShell> {
  const [{ createSshConnector }, { readSshConfig }] = await Promise.all([
    import("../ssh/connect.ts"),
    import("../ssh/read-config.ts"),
  ]);
  const home = variables["HOME"] || homedir();
  const files = { read: (path: string) => readFileSync(path, "utf8"), list: (folder: string) => readdirSync(folder) };
  return createSshConnector({
    config: readSshConfig({ file: configFile, home }, files),
    home,
    user: userInfo().username,
    agentSocket: variables["SSH_AUTH_SOCK"] || null,
  });
}

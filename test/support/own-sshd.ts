import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect as openSocket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { createSshConnector } from "../../src/ssh/connect.ts";
import { HostError } from "../../src/ssh/host-error.ts";
import { silentLog } from "./log.ts";
import { sshClientOf, sshConfigOf } from "./ssh-settings.ts";

const sshd = "/usr/sbin/sshd";
const missing = [sshd, "/usr/bin/ssh", "/usr/bin/ssh-keygen"].filter((path) => !existsSync(path));

/** Why nothing can be compared with OpenSSH here; null: it can. Throws instead with DTSYNC_REQUIRE_ALL=1. */
export function whyNoOpenSsh(): string | null {
  const reason = missing.length === 0 ? null : `${missing.join(", ")} missing`;
  if (reason !== null && process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(reason);
  return reason;
}

/** How a login ended: `in`, or why not. */
export interface Login {
  readonly ours: string;
  /** OpenSSH's own. */
  readonly theirs: string;
}

/** An sshd of the user, with a folder for keys. */
export interface OwnSshd {
  readonly port: number;
  path(name: string): string;
  /** Makes a key, as `ssh-keygen` writes it, and lets it in. */
  makeKey(name: string, ...options: readonly string[]): void;
  authorize(publicKey: string): void;
  /** What its log says by now. */
  log(): string;
  /** Logs in with a configuration, by dtsync and by `ssh`. */
  logIn(config: string, agent?: string): Promise<Login>;
  close(): void;
}

export interface OwnSshdOptions {
  readonly address: string;
  /** What comes before all else in its configuration, in which the first one counts. */
  readonly settings?: readonly string[];
  /** Key types of its host keys. */
  readonly hostKeys?: readonly (readonly string[])[];
}

export async function startOwnSshd({
  address,
  settings = [],
  hostKeys = [["ed25519"]],
}: OwnSshdOptions): Promise<OwnSshd> {
  const directory = mkdtempSync(join(tmpdir(), "dtsync-own-sshd-"));
  const path = (name: string) => join(directory, name);
  const port = await freePort(address);
  const makeFile = (name: string, ...options: readonly string[]) =>
    execFileSync("ssh-keygen", ["-q", "-N", "", "-C", name, "-f", path(name), ...options]);
  const hostKeyNames = hostKeys.map(([type = "", ...options], index) => {
    makeFile(`host${index}`, "-t", type, ...options);
    return `host${index}`;
  });
  const known = hostKeyNames.map((name) => `[${address}]:${port} ${readFileSync(path(`${name}.pub`), "utf8")}`);
  writeFileSync(path("known_hosts"), known.join(""));
  writeFileSync(path("authorized"), "");
  const lines = [
    ...settings,
    `ListenAddress ${address}:${port}`,
    ...hostKeyNames.map((name) => `HostKey ${path(name)}`),
    `AuthorizedKeysFile ${path("authorized")}`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "LogLevel DEBUG1",
  ];
  writeFileSync(path("sshd_config"), `${lines.join("\n")}\n`);
  const server = spawn(sshd, ["-D", "-E", path("log"), "-f", path("sshd_config")], { stdio: "ignore" });
  await untilItListens(address, port);

  const authorize = (publicKey: string) =>
    writeFileSync(path("authorized"), `${readFileSync(path("authorized"), "utf8")}${publicKey.trim()}\n`);

  async function ours(file: string, agent: string | undefined): Promise<string> {
    const { username, uid } = userInfo();
    const connect = createSshConnector(
      sshClientOf(sshConfigOf(readFileSync(file, "utf8")), {
        home: directory,
        user: { name: username, id: uid },
        variables: agent === undefined ? {} : { SSH_AUTH_SOCK: agent },
      }),
      { taken: new Map(), write: false },
      silentLog,
    );
    try {
      const shell = await connect({ name: "web01", address: null, ssh: { hostKeys: "strict" } });
      const { stdout } = await shell.run("echo in");
      shell.close();
      return stdout.trim();
    } catch (error) {
      if (error instanceof HostError) return `${error.code}: ${error.message}`;
      throw error;
    } finally {
      connect.close();
    }
  }

  async function theirs(file: string, agent: string | undefined): Promise<string> {
    const options = ["-F", file, "-o", "BatchMode=yes", "web01", "echo in"];
    const { PATH } = process.env;
    const env = { PATH, ...(agent === undefined ? {} : { SSH_AUTH_SOCK: agent }) };
    try {
      return (await promisify(execFile)("ssh", options, { env })).stdout.trim();
    } catch (error) {
      return (error as { readonly stderr?: string }).stderr ?? String(error);
    }
  }

  return {
    port,
    path,
    authorize,
    makeKey(name, ...options) {
      makeFile(name, ...options);
      authorize(readFileSync(path(`${name}.pub`), "utf8"));
    },
    log: () => readFileSync(path("log"), "utf8"),
    async logIn(config, agent) {
      const file = path("config");
      const usual = `HostName ${address}\nPort ${port}\nUserKnownHostsFile ${path("known_hosts")}\nGlobalKnownHostsFile none\n`;
      writeFileSync(file, `${config}\n${usual}`);
      return { ours: await ours(file, agent), theirs: await theirs(file, agent) };
    },
    close() {
      server.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export async function freePort(address: string): Promise<number> {
  const taken = createServer().listen(0, address);
  await new Promise((resolve) => taken.once("listening", resolve));
  const found = (taken.address() as { port: number }).port;
  await new Promise((resolve) => taken.close(resolve));
  return found;
}

async function untilItListens(address: string, port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answered = await new Promise<boolean>((resolve) => {
      const probe = openSocket(port, address, () => resolve(true)).on("error", () => resolve(false));
      probe.once("connect", () => probe.destroy());
    });
    if (answered) return;
    await wait(50);
  }
  throw new Error("sshd does not listen");
}

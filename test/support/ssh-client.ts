import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import ssh2 from "ssh2";

export interface SshResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

export interface SshTarget {
  readonly address: string;
  readonly port: number;
}

export interface SshLogin {
  readonly identityFile: string;
  readonly user?: string;
  /** `ssh-ed25519 AAAA…` the host has to show. */
  readonly hostKey?: string;
  readonly socket?: Duplex;
  readonly readyTimeout?: number;
}

export function login(target: SshTarget, options: SshLogin): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.on("ready", () => resolve(client));
    client.on("error", reject);
    client.connect({
      host: target.address,
      port: target.port,
      username: options.user ?? "root",
      privateKey: readFileSync(options.identityFile),
      readyTimeout: options.readyTimeout ?? 5000,
      ...(options.socket ? { sock: options.socket } : {}),
      ...(options.hostKey
        ? { hostVerifier: (key: Buffer) => key.toString("base64") === options.hostKey?.split(" ")[1] }
        : {}),
    });
  });
}

/** Rejects when the connection ends before an exit status or signal came. */
export function execute(client: ssh2.Client, command: string, input?: Uint8Array | string): Promise<SshResult> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      let out = "";
      let err = "";
      channel.on("data", (data: Buffer) => {
        out += data.toString("latin1");
      });
      channel.stderr.on("data", (data: Buffer) => {
        err += data.toString("latin1");
      });
      let ended: Pick<SshResult, "code" | "signal"> | undefined;
      channel.on("exit", (code: number | null, signal?: string) => {
        ended = { code, signal: signal ?? null };
      });
      channel.on("close", () =>
        ended ? resolve({ ...ended, out, err }) : reject(new Error("closed without exit status")),
      );
      channel.end(input === undefined ? undefined : Buffer.from(input));
    });
  });
}

export async function runOn(target: SshTarget, options: SshLogin, command: string, input?: Uint8Array | string) {
  const client = await login(target, options);
  try {
    return await execute(client, command, input);
  } finally {
    client.end();
  }
}

export function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

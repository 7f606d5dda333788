import { appendFile, mkdir, readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { NodeSSH } from "node-ssh";
import ssh2, { type AnyAuthMethod, type ServerHostKeyAlgorithm } from "ssh2";
import { createPromiseCache } from "../lib/promise-cache.ts";
import { explainConnection } from "./connection-failure.ts";
import { HostError } from "./host-error.ts";
import { type HostKeyVerdict, type KnownHosts, nameInFile, parseKnownHosts } from "./known-hosts.ts";
import type { SshTarget } from "./target.ts";

/** An authenticated connection to a machine whose key was judged. */
export type SshConnection = NodeSSH;

/** Opens a connection, directly or over a stream that a jump host forwards. Throws HostError. */
export type OpenConnection = (target: SshTarget, through: Readable | null) => Promise<SshConnection>;

const keepAliveInterval = 15_000;

/** Host key algorithms in order of preference; the key type of an RSA key is `ssh-rsa` whatever signs with it. */
const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

const keyTypeOf = (algorithm: string): string => (algorithm.startsWith("rsa-sha2") ? "ssh-rsa" : algorithm);

/** node-ssh, with host keys judged by known_hosts files. Keys and known_hosts files are read once per opener. */
export function createConnectionOpener(): OpenConnection {
  const knownHosts = createPromiseCache<KnownHosts>();
  const keys = createPromiseCache<string | HostError | null>();

  const knownHostsOf = (files: readonly string[]): Promise<KnownHosts> =>
    knownHosts.get(files.join("\n"), async () => parseKnownHosts(await Promise.all(files.map(readOptional))));

  const keyOf = (path: string) =>
    keys.get(path, async () => {
      const text = await readOptional(path);
      if (text === "") return null;
      const parsed = ssh2.utils.parseKey(text);
      if (!(parsed instanceof Error)) return text;
      return new HostError(
        "identity-file",
        `the key ${path} cannot be used (${parsed.message}): load it into the SSH agent`,
      );
    });

  async function authentication(target: SshTarget): Promise<readonly AnyAuthMethod[]> {
    const found = await Promise.all(target.identityFiles.map(keyOf));
    const usable = found.filter((key): key is string => typeof key === "string");
    const agent = target.useAgent ? target.agentSocket : null;
    if (usable.length === 0 && agent === null) {
      const unusable = found.find((key) => key instanceof HostError);
      if (unusable instanceof HostError) throw unusable;
      throw new HostError(
        "authentication-failed",
        `there is no key to offer: neither an SSH agent nor any of ${target.identityFiles.join(", ")}`,
      );
    }
    return [
      ...usable.map((key): AnyAuthMethod => ({ type: "publickey", username: target.user, key })),
      ...(agent === null ? [] : [{ type: "agent", username: target.user, agent } satisfies AnyAuthMethod]),
    ];
  }

  async function open(target: SshTarget, through: Readable | null): Promise<SshConnection> {
    const known = await knownHostsOf(target.knownHostsFiles);
    const methods = await authentication(target);
    const types = target.knownAs.flatMap(({ name, port }) => known.keyTypes(name, port));
    const preferred = hostKeyAlgorithms.filter((algorithm) => types.includes(keyTypeOf(algorithm)));
    const shown: { verdict: HostKeyVerdict; key: string } = { verdict: "trusted", key: "" };
    const connection = new NodeSSH();
    try {
      await connection.connect({
        ...(through === null ? { host: target.hostName, port: target.port } : { sock: through as Socket }),
        username: target.user,
        authHandler: [...methods],
        readyTimeout: target.connectTimeout,
        keepaliveInterval: keepAliveInterval,
        keepaliveCountMax: 4,
        algorithms: {
          serverHostKey: [...preferred, ...hostKeyAlgorithms.filter((algorithm) => !preferred.includes(algorithm))],
        },
        hostVerifier: (key: Buffer) => {
          shown.key = key.toString("base64");
          shown.verdict = judge(known, target, shown.key);
          return shown.verdict === "trusted" || (shown.verdict === "unknown" && target.hostKeys === "accept-new");
        },
      });
    } catch (error) {
      connection.dispose();
      throw explainConnection(error, target, shown.verdict);
    }
    // Without a listener a connection that breaks later would end the program; the running command tells instead.
    connection.connection?.on("error", () => undefined);
    if (shown.verdict === "unknown") await learnKey(target, shown.key);
    return connection;
  }

  async function learnKey(target: SshTarget, key: string): Promise<void> {
    const [file] = target.knownHostsFiles;
    if (file === undefined) return;
    const type = Buffer.from(key, "base64")
      .subarray(4, 4 + Buffer.from(key, "base64").readUInt32BE(0))
      .toString("ascii");
    const [known] = target.knownAs;
    const name = known ? nameInFile(known.name, known.port) : nameInFile(target.hostName, target.port);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, `${name} ${type} ${key}\n`, {
      mode: 0o600,
    });
    knownHosts.forget(target.knownHostsFiles.join("\n"));
  }

  return open;
}

function judge(known: KnownHosts, target: SshTarget, key: string): HostKeyVerdict {
  const verdicts = target.knownAs.map(({ name, port }) => known.judge(name, port, key));
  if (verdicts.includes("revoked")) return "revoked";
  return verdicts.find((verdict) => verdict !== "unknown") ?? "unknown";
}

async function readOptional(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    // A file that is missing or closed to us holds nothing that could be trusted or offered.
    return "";
  }
}

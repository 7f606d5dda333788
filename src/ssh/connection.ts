import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { NodeSSH } from "node-ssh";
import type { Client } from "ssh2";
import type { Log } from "../ports.ts";
import { type Authentication, createAuthenticator } from "./authentication.ts";
import { type AcceptedKeys, cheapenLogin } from "./cheapen-login.ts";
import { cheapenPackets } from "./cheapen-packets.ts";
import { chooseSignature } from "./choose-signature.ts";
import { explainConnection } from "./connection-failure.ts";
import { followFurtherMethods } from "./further-methods.ts";
import { gatherWrites } from "./gather-writes.ts";
import { sendHardwareSignatures } from "./hardware-keys.ts";
import { HostError } from "./host-error.ts";
import type { HostKeys, JudgeHostKey } from "./host-keys.ts";
import { keyTypeFor } from "./key-blob.ts";
import { keyTypeIn } from "./known-hosts-line.ts";
import { openSocket } from "./open-socket.ts";
import type { SshTarget } from "./target.ts";

/** An authenticated connection to a machine whose key was judged. */
export interface SshConnection {
  readonly client: Client;
  /** How the machine's SSH server calls itself, for example `OpenSSH_9.2p1 Debian-2`. */
  readonly software: string;
  /** Why it was cut, where that was for what the machine sent. */
  readonly fault: HostError | null;
  /** Bytes that may still arrive, of whatever kind; more cut the connection. */
  allow(bytes: number): void;
  /** Bytes that were sent and have not left this machine. */
  unsent(): number;
  /** Says goodbye; a machine that does not answer to it is left soon after. */
  close(): void;
  /** Ends it at once. */
  cut(): void;
}

/**
 * Opens a connection, directly or over a stream that a jump host forwards. Throws HostError. It waits as long as the
 * machine lets it: the signal ends that, and with it everything that was opened.
 */
export type OpenConnection = (target: SshTarget, through: Duplex | null, signal: AbortSignal) => Promise<SshConnection>;

const keepAliveInterval = 15_000;
/** Far more than a server says until somebody is logged in, banners included. */
const loginAllowance = 2_000_000;
/** Answers to what a server asks pile up when it does not read them; OpenSSH lets 2 MB be on the way for each channel. */
const mostUnsent = 64_000_000;
const farewellTime = 1_000;
/** Of the line with which a server says what it is, lines before it, and its lists of algorithms behind it. */
const longestBeginning = 4_000;

/** node-ssh, with host keys judged by known_hosts files. Keys to log in with are read once per opener. */
export function createConnectionOpener(hostKeys: HostKeys, log: Log): OpenConnection {
  const authenticate = createAuthenticator();
  const accepted: AcceptedKeys = new Set();
  return async (target, through, signal) => {
    const authentication = await authenticate(target);
    signal.addEventListener("abort", authentication.end);
    try {
      const known = await hostKeys.of(target);
      signal.throwIfAborted();
      const shown = createHostKeyCheck(known, target);
      const began = performance.now();
      const connection = await logIn(target, authentication, { known, shown, through, signal, accepted });
      log.debug("logged in", () => ({
        to: placeOf(target),
        user: target.user,
        through: through === null ? "network" : "jump host",
        hostKey: keyTypeIn(shown.key),
        verdict: shown.verdict,
        ms: Math.round(performance.now() - began),
      }));
      if (shown.verdict === "unknown" || shown.verdict === "taken") {
        await hostKeys.take(target, shown.key).catch((error: unknown) => {
          connection.cut();
          throw error;
        });
        log.info("host key taken", () => ({ to: placeOf(target), hostKey: keyTypeIn(shown.key) }));
      }
      return connection;
    } finally {
      signal.removeEventListener("abort", authentication.end);
      authentication.end();
    }
  };
}

export const placeOf = ({ hostName, port }: Pick<SshTarget, "hostName" | "port">): string => `${hostName}:${port}`;

/** The host key that a server shows. Each new exchange of keys must show the same. */
interface HostKeyCheck {
  readonly verdict: ReturnType<JudgeHostKey["judge"]>;
  readonly key: string;
  accepts(key: Buffer): boolean;
}

function createHostKeyCheck(known: JudgeHostKey, target: SshTarget): HostKeyCheck {
  const check = {
    verdict: "trusted" as HostKeyCheck["verdict"],
    key: "",
    accepts(shown: Buffer) {
      const key = shown.toString("base64");
      if (check.key !== "") return check.key === key;
      check.key = key;
      check.verdict = known.judge(key);
      if (check.verdict === "unknown") return target.hostKeys === "accept-new";
      return check.verdict === "trusted" || check.verdict === "taken";
    },
  };
  return check;
}

interface Login {
  readonly known: JudgeHostKey;
  readonly shown: HostKeyCheck;
  readonly through: Duplex | null;
  readonly signal: AbortSignal;
  readonly accepted: AcceptedKeys;
}

async function logIn(
  target: SshTarget,
  authentication: Authentication,
  { known, shown, through, signal, accepted }: Login,
): Promise<SshConnection> {
  const { serverHostKey, publicKey, ...algorithms } = target.algorithms;
  const judged = serverHostKey.filter((algorithm) => known.keyTypes.includes(keyTypeFor(algorithm)));
  const ssh = new NodeSSH();
  const stream = through ?? (await openSocket(target, signal).catch((error) => throwExplained(error, target)));
  const cutStream = () => void stream.destroy();
  signal.addEventListener("abort", cutStream);
  if (signal.aborted) cutStream();
  const bounds = boundStream(stream);
  gatherWrites(stream);
  let mayRsaSign = () => true;
  let furtherMethods = (): readonly string[] => [];
  try {
    const connecting = ssh.connect({
      // ssh2 takes any stream; its types name the usual one.
      sock: stream as Socket,
      username: target.user,
      authHandler: [...authentication.methods],
      // How long this may take is the caller's matter: the signal.
      readyTimeout: 0,
      keepaliveInterval: keepAliveInterval,
      keepaliveCountMax: 4,
      algorithms: {
        kex: [...algorithms.kex],
        cipher: [...algorithms.cipher],
        hmac: [...algorithms.hmac],
        serverHostKey: [...judged, ...serverHostKey.filter((algorithm) => !judged.includes(algorithm))],
        // What is compressed says nothing about how much it is.
        compress: ["none"],
      },
      hostVerifier: (key: Buffer) => shown.accepts(key),
    });
    if (ssh.connection !== null) {
      furtherMethods = followFurtherMethods(ssh.connection);
      mayRsaSign = chooseSignature(ssh.connection, publicKey);
      sendHardwareSignatures(ssh.connection);
      cheapenLogin(ssh.connection, accepted);
      cheapenPackets(ssh.connection);
    }
    await connecting;
    const client = ssh.connection;
    if (client === null) throw new Error("the connection ended");
    // Without a listener a connection that breaks later would end the program; the running command tells instead.
    client.on("error", () => undefined);
    return {
      ...bounds,
      client,
      software: /^SSH-[\d.]+-([^\r\n]{1,200})/m.exec(bounds.beginning())?.[1] ?? "",
      get fault() {
        return bounds.fault();
      },
      close: () => {
        client.end();
        // A machine that never answers would keep the connection, and with it this program.
        setTimeout(cutStream, farewellTime).unref();
      },
      cut: cutStream,
    };
  } catch (error) {
    // Errors may follow the first one.
    ssh.connection?.on("error", () => undefined);
    stream.on("error", () => undefined);
    cutStream();
    throw (
      bounds.fault() ??
      explainConnection(error, target, {
        ...known,
        verdict: shown.verdict,
        revocations: known.revocations(shown.key),
        omission: authentication.omission(mayRsaSign()),
        furtherMethods: furtherMethods(),
        beginning: bounds.beginning(),
      })
    );
  } finally {
    signal.removeEventListener("abort", cutStream);
  }
}

/** For a machine that has said nothing yet. */
function throwExplained(error: unknown, target: SshTarget): never {
  const said = {
    verdict: "trusted",
    revocations: [],
    places: [],
    authorities: [],
    omission: null,
    furtherMethods: [],
    beginning: "",
  } as const;
  throw explainConnection(error, target, said);
}

/** Keeps how it begins, counts what arrives and what waits to leave, and cuts the stream when one of them is too much. */
function boundStream(stream: Duplex): {
  readonly allow: (bytes: number) => void;
  readonly unsent: () => number;
  readonly beginning: () => string;
  readonly fault: () => HostError | null;
} {
  let allowance = loginAllowance;
  let beginning = "";
  let fault: HostError | null = null;
  // Whoever reads it besides starts it.
  stream.pause();
  stream.on("data", (chunk: Buffer) => {
    allowance -= chunk.length;
    if (beginning.length < longestBeginning) beginning += chunk.toString("latin1");
    if (allowance >= 0 && stream.writableLength <= mostUnsent) return;
    fault ??= new HostError("too-much-output", "it sends without end");
    stream.destroy();
  });
  return {
    allow: (bytes) => {
      allowance = bytes;
    },
    unsent: () => stream.writableLength,
    beginning: () => beginning,
    fault: () => fault,
  };
}

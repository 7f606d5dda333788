import { setTimeout as pause } from "node:timers/promises";
import type { ClientChannel } from "ssh2";
import { errorMessage } from "../errors.ts";
import type { SshConnection } from "./connection.ts";
import { HostError } from "./host-error.ts";
import type { CommandInput, CommandResult } from "./shell.ts";

export interface CommandLimits {
  /** Milliseconds. */
  readonly timeout: number;
  /** Most bytes of output and error output together. */
  readonly maximumOutput: number;
  /** Does what is to be done over the connection when the time is over, before it is cut. */
  readonly onExpiry?: (stdout: string) => Promise<unknown>;
}

/** What ssh2 says where a server that is still there opens no session, or runs no command in it. */
const refusal = /Channel open failure|Unable to exec/;

const refused = (error: Error): HostError =>
  new HostError(
    "command-failed",
    `its SSH server runs no commands for this user (${errorMessage(error)}): allow sessions there (MaxSessions of sshd_config), or log in as another user`,
    { cause: error },
  );

/** How a command ended. */
export interface CommandEnd {
  /** Bytes that went to its input. */
  readonly bytesIn: number;
  /** Bytes of its output and error output. */
  readonly bytesOut: number;
  /** Its exit code, or the code of the HostError; null: a signal ended it. */
  readonly ended: number | string | null;
}

/** Node.js takes a longer time for none at all. */
const longestTimer = 2 ** 31 - 1;
/** Packets of one byte are sixteen times as long. */
const overhead = 16;
const allowanceBesides = 1_000_000;
/** Where a server takes everything and reads nothing, the input waits here and not in memory. */
const mostUnsent = 4_000_000;
const unsentInterval = 10;

/**
 * Runs a command line over a connection, with what is to be its input. When a limit is reached, or the input cannot be
 * read, the connection is cut and HostError thrown: `timeout`, `too-much-output`, `transfer`, `connection-lost`. However it
 * ends, it is told once.
 */
export async function runCommand(
  connection: SshConnection,
  command: string,
  stdin: CommandInput | null,
  { timeout, maximumOutput, onExpiry = async () => undefined }: CommandLimits,
  onEnd: (end: CommandEnd) => void,
): Promise<CommandResult> {
  const { client } = connection;
  const ended = new AbortController();
  const output = collectOutput(maximumOutput);
  let bytesIn = 0;
  const onSent = (bytes: number) => {
    bytesIn += bytes;
  };
  connection.allow(maximumOutput * overhead + allowanceBesides);
  return new Promise<CommandResult>((resolve, reject) => {
    const finish = (how: CommandEnd["ended"], settle: () => void) => {
      if (!ended.signal.aborted) onEnd({ bytesIn, bytesOut: output.length(), ended: how });
      clearTimeout(timer);
      client.off("close", lost);
      // A reason that is none saves making an error for each command.
      ended.abort(true);
      settle();
    };
    /** Set when the time is over: whatever comes of the command then, it was too slow. */
    let expired: HostError | null = null;
    const fail = (error: HostError) => {
      const fault = expired ?? error;
      finish(fault.code, () => {
        reject(fault);
        connection.cut();
      });
    };
    const lost = () =>
      fail(connection.fault ?? new HostError("connection-lost", "the connection broke while a command was running"));
    const broken = (error: unknown) =>
      fail(new HostError("connection-lost", `the connection broke (${errorMessage(error)})`, { cause: error }));
    const expire = () => {
      const late = new HostError(
        "timeout",
        `the command did not end within ${Math.round(timeout / 1_000)} s (ssh.timeout)`,
      );
      expired = late;
      const giveUp = () => fail(late);
      onExpiry(output.text("stdout")).then(giveUp, giveUp);
    };
    const timer = setTimeout(expire, Math.min(timeout, longestTimer));
    client.once("close", lost);
    const begin = (channel: ClientChannel) => {
      let code: number | null = null;
      let signalled = false;
      const take = (stream: "stdout" | "stderr") => (chunk: Buffer) => {
        if (output.take(stream, chunk)) return;
        fail(new HostError("too-much-output", `it sent more than ${maximumOutput / 1_000_000} MB of output`));
      };
      channel.on("data", take("stdout"));
      channel.stderr.on("data", take("stderr"));
      channel.on("error", broken);
      channel.on("exit", (status: number | null, name?: string) => {
        code = status;
        signalled = status === null && name !== undefined;
      });
      channel.on("close", () => {
        if (expired !== null) return;
        if (code === null && !signalled) return lost();
        finish(code, () => resolve({ code, stdout: output.text("stdout"), stderr: output.text("stderr") }));
      });
      sendInput(stdin, channel, connection, { signal: ended.signal, onSent }).catch((error: unknown) => {
        if (ended.signal.aborted) return;
        fail(new HostError("transfer", `its input could not be read (${errorMessage(error)})`, { cause: error }));
      });
    };
    try {
      client.exec(command, (error, channel) => {
        if (error) return refusal.test(error.message) ? fail(refused(error)) : broken(error);
        if (ended.signal.aborted) return channel.destroy();
        begin(channel);
      });
    } catch (error) {
      broken(error);
    }
  });
}

async function sendInput(
  stdin: CommandInput | null,
  channel: ClientChannel,
  connection: SshConnection,
  { signal, onSent }: { readonly signal: AbortSignal; readonly onSent: (bytes: number) => void },
): Promise<void> {
  for await (const piece of stdin?.(signal) ?? []) {
    onSent(piece.length);
    await send(piece, channel, signal);
    while (connection.unsent() > mostUnsent) await pause(unsentInterval, undefined, { signal });
    signal.throwIfAborted();
  }
  channel.end();
}

/** Ends when all of a piece is in packets. Rejects when the command has ended, which a channel that fails leads to. */
function send(piece: Uint8Array, channel: ClientChannel, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    channel.write(piece, (error) => {
      if (error) return;
      signal.removeEventListener("abort", giveUp);
      resolve();
    });
  });
}

/**
 * Copies what arrives, because a small piece would keep the whole packet that it came in. The text is decoded as a whole:
 * a character may have been cut in two on its way, and what is none becomes U+FFFD.
 */
function collectOutput(most: number): {
  /** False: it was too much, and was not taken. */
  readonly take: (stream: "stdout" | "stderr", chunk: Buffer) => boolean;
  readonly text: (stream: "stdout" | "stderr") => string;
  /** Bytes that came. */
  readonly length: () => number;
} {
  const parts = { stdout: growingBuffer(), stderr: growingBuffer() };
  let length = 0;
  return {
    take(stream, chunk) {
      length += chunk.length;
      if (length > most) return false;
      parts[stream].append(chunk);
      return true;
    },
    text: (stream) => parts[stream].content().toString("utf8"),
    length: () => length,
  };
}

function growingBuffer(): { readonly append: (chunk: Buffer) => void; readonly content: () => Buffer } {
  let room = Buffer.alloc(4_096);
  let used = 0;
  return {
    append(chunk) {
      if (used + chunk.length > room.length) {
        const larger = Buffer.alloc(Math.max(room.length * 2, used + chunk.length));
        room.copy(larger, 0, 0, used);
        room = larger;
      }
      chunk.copy(room, used);
      used += chunk.length;
    },
    content: () => room.subarray(0, used),
  };
}

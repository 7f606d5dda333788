import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { ServerChannel } from "ssh2";

/** A command of a session while it runs. */
export interface RunningCommand {
  /** The client is gone: end of input and broken pipes, but no signal, as OpenSSH does without a terminal. */
  abandon(): void;
  /** Sends a signal, such as `TERM`, to the command and its children. */
  signal(name: string): void;
  readonly ended: Promise<void>;
}

interface CommandEnvironment {
  readonly directory: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Runs `/bin/sh -c COMMAND` on a channel, or a shell that reads its input when there is no command. Output, exit
 * status and signal go back when the command has ended and nobody holds its output open any more.
 */
export function runCommand(
  channel: ServerChannel,
  command: string | null,
  environment: CommandEnvironment,
): RunningCommand {
  const child = spawn("/bin/sh", command === null ? [] : ["-c", command], {
    cwd: environment.directory,
    env: { ...environment.variables },
    stdio: ["pipe", "pipe", "pipe"],
    // A process group of its own, so that a signal reaches all of the command and nothing else.
    detached: true,
  });
  const signal = (name: string) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name.startsWith("SIG") ? name : `SIG${name}`);
    } catch {
      // The group has already ended, or the signal has no name here.
    }
  };
  const abandon = () => {
    child.stdin.end();
    child.stdout.destroy();
    child.stderr.destroy();
  };

  channel.on("error", abandon);
  channel.on("close", abandon);
  channel.pipe(child.stdin);
  // A command need not read all of its input: the rest is dropped, or the connection would stand still. Whether a write
  // fails or its end is just closed is a matter of who is quicker; `pipe` has stopped the channel before in both cases.
  child.stdin.on("error", () => channel.resume());
  child.stdin.on("close", () => channel.resume());
  const outputs = oneAtATime();
  outputs.forward(child.stdout, channel);
  outputs.forward(child.stderr, channel.stderr);

  const ended = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      channel.stderr.write(`${error.message}\n`);
      channel.exit(127);
      channel.end();
      resolve();
    });
    child.on("close", (code, signalName) => {
      resolve();
      outputs.sent(() => {
        if (channel.destroyed) return;
        if (signalName) channel.exit(signalName.replace(/^SIG/, ""), false);
        else channel.exit(code ?? 255);
        channel.end();
      });
    });
  });
  return { abandon, signal, ended };
}

/**
 * Sends what comes from several streams, one piece after the other. ssh2 loses its way when both output and error output
 * of a channel wait until the client takes more: one of the two is never sent.
 */
function oneAtATime() {
  let sending = Promise.resolve();
  return {
    forward(from: Readable, to: Writable): void {
      from.on("data", (piece: Buffer) => {
        from.pause();
        const send = () => new Promise<void>((sent) => to.write(piece, () => sent()));
        sending = sending.then(send).then(() => void from.resume());
      });
    },
    /** Calls back when everything that came so far is sent. */
    sent(callback: () => void): void {
      sending = sending.then(callback);
    },
  };
}

import { once } from "node:events";
import type { Socket } from "node:net";
import type { ServerChannel } from "ssh2";
import { sudoMark } from "../../src/ssh/remote-script.ts";
import type { CommandResult } from "../../src/ssh/shell.ts";
import { printWithoutEnd, startHostileHost } from "./hostile-host.ts";
import { readCommand, type ScriptedAgent, type ScriptedHost, scriptedHost } from "./scripted-host.ts";

/** What a host does to a run instead of what it should do, once somebody is there who talks to it. */
export type Trouble =
  | "refuses-login"
  | "refuses-sudo"
  | "prints-without-end"
  | "full"
  | "cuts-transfers"
  | "never-connects"
  | "refuses-settings"
  | `exits-${number}`;

export interface TroubledHost {
  readonly name: string;
  trouble: Trouble | null;
  readonly host: ScriptedHost;
  readonly installed: ScriptedAgent;
}

export interface TroubledFleet {
  readonly port: number;
  /** Base64 of the public key blob that all of them have. */
  readonly publicKey: string;
  readonly hosts: ReadonlyMap<string, TroubledHost>;
  /** How many connections there have been. */
  connections(): number;
  close(): Promise<void>;
}

/**
 * Hosts behind one SSH server in this process, each for the user who has its name. They have no shells: what the scripts of
 * dtsync would print is told by `scriptedHost`.
 */
export async function startTroubledFleet(
  hosts: readonly { readonly name: string; readonly trouble: Trouble | null; readonly installed: ScriptedAgent }[],
): Promise<TroubledFleet> {
  const fleet = new Map<string, TroubledHost>(
    hosts.map(({ name, trouble, installed }) => [
      name,
      { name, trouble, installed, host: scriptedHost(null, installed) },
    ]),
  );
  const server = await startHostileHost({
    refuses: (user) => fleet.get(user)?.trouble === "refuses-login",
    command: (channel, command, socket, user) => {
      const host = fleet.get(user);
      if (host === undefined) return channel.close();
      void serve(host, command, channel, socket);
    },
  });
  return {
    port: server.port,
    publicKey: server.publicKey,
    hosts: fleet,
    connections: server.connections,
    close: server.close,
  };
}

async function serve(target: TroubledHost, command: string, channel: ServerChannel, socket: Socket): Promise<void> {
  const { script } = readCommand(command);
  if (target.trouble === "prints-without-end") {
    printWithoutEnd(channel, Buffer.alloc(262_144, "\u001b[2J::error::x\n"));
    return;
  }
  if (target.trouble === "cuts-transfers" && script === "install") {
    channel.once("data", () => socket.destroy());
    return;
  }
  channel.resume();
  await once(channel, "end");
  const { code, stdout, stderr } = await answer(target, command);
  channel.stderr.write(stderr);
  channel.write(stdout);
  channel.exit(code ?? 255);
  channel.end();
}

async function answer({ trouble, host, installed }: TroubledHost, command: string): Promise<CommandResult> {
  const { script, marker } = readCommand(command);
  const exit = /^exits-(\d+)$/.exec(trouble ?? "")?.[1];
  if (trouble === "refuses-sudo") return { code: 1, stdout: `${sudoMark}\n`, stderr: "sudo: a password is required\n" };
  if (trouble === "full" && script === "install") {
    return { code: 0, stdout: `\n${marker} failed transfer\n`, stderr: "cat: write error: No space left on device\n" };
  }
  if (exit !== undefined && script === "install") {
    return { code: 0, stdout: `\n${marker} ended ${exit}\nError: it was told to\n${marker} end\n`, stderr: "" };
  }
  if (trouble === "refuses-settings") {
    const refusing = scriptedHost(host.agent, { ...installed, settings: {} });
    const refused = await refusing.shell.run(command);
    host.agent = refusing.agent;
    return refused;
  }
  const result = await host.shell.run(command);
  // The endpoint in use has a star.
  if (trouble === "never-connects") return { ...result, stdout: result.stdout.replaceAll("{*", "{") };
  return result;
}

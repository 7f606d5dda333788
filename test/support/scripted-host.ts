import type { CommandInput, Shell } from "../../src/ssh/shell.ts";

/** The agent of a host that is only told of. */
export interface ScriptedAgent {
  readonly tenant: string;
  readonly version: string;
  /** By the names that the probe has for them; lists have a line for each entry. */
  readonly settings: Readonly<Record<string, string>>;
  readonly incomplete: boolean;
}

export type ScriptOfHost = "probe" | "install" | "uninstall" | "configure" | "restart" | "clean-up";

export interface ScriptedHost {
  agent: ScriptedAgent | null;
  /** What was run, in its order. */
  readonly scripts: readonly ScriptOfHost[];
  readonly shell: Shell;
}

const markerPattern = /#dtsync-[0-9a-f]+/;

/** The script that a command line carries in words of octal numbers, or the first line of its input. */
function scriptIn(commandLine: string, head = ""): string {
  const at = commandLine.indexOf("' sh ");
  const words = at < 0 ? [["", head]] : [...commandLine.slice(at + 4).matchAll(/'([^']*)'/g)];
  const bytes = words
    .map(([, word = ""]) => word)
    .join("")
    .replace(/\\0(\d{3})/g, (_all, number: string) => String.fromCharCode(Number.parseInt(number, 8)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Takes all of the input, as a host does, and gives its first piece. */
async function firstPiece(input: CommandInput | undefined): Promise<string> {
  let first: string | null = null;
  for await (const piece of input?.(new AbortController().signal) ?? []) first ??= Buffer.from(piece).toString();
  return first ?? "";
}

function scriptOf(command: string): ScriptOfHost {
  // An installation ends with a probe.
  if (command.includes("Dynatrace-OneAgent-Linux.sh")) return "install";
  // A removal that waits asks whose agent it is.
  if (command.includes("uninstall.sh")) return "uninstall";
  if (command.includes("--get-tenant")) return "probe";
  if (command.includes("--restart-service")) return "configure";
  return command.includes("initscripts") ? "restart" : "clean-up";
}

/** What a command line of dtsync asks of a host, and the marker that the answer has to have. */
export function readCommand(commandLine: string): { readonly script: ScriptOfHost; readonly marker: string } {
  const command = scriptIn(commandLine);
  return { script: scriptOf(command), marker: markerPattern.exec(command)?.[0] ?? "" };
}

/**
 * A host without a shell, which says what the scripts for it would print: thousands of them are asked in the time that a
 * few shells take. `installed` is the agent that its installer leaves. Whether the scripts print it is for the tests with
 * shells.
 */
export function scriptedHost(agent: ScriptedAgent | null, installed: ScriptedAgent): ScriptedHost {
  const scripts: ScriptOfHost[] = [];
  const host: ScriptedHost = {
    agent,
    scripts,
    shell: {
      close: () => undefined,
      async run(commandLine, { stdin } = {}) {
        const command = scriptIn(commandLine, await firstPiece(stdin));
        const marker = markerPattern.exec(command)?.[0] ?? "";
        const script = scriptOf(command);
        scripts.push(script);
        if (script === "install" || script === "configure") host.agent = installed;
        if (script === "uninstall") host.agent = null;
        const probed = () => probeOutput(host.agent, command, marker);
        const ended =
          script === "probe"
            ? ""
            : `${marker} ended 0\nall is well\n${script === "clean-up" ? `${marker} others none\n` : ""}`;
        const stdout = `${ended}${script === "probe" || script === "install" ? probed() : `${marker} end\n`}`;
        return { code: 0, stdout, stderr: "" };
      },
    },
  };
  return host;
}

function probeOutput(agent: ScriptedAgent | null, command: string, marker: string): string {
  const section = (head: string, ...lines: readonly string[]) => [`${marker} ${head}`, ...lines];
  const start = [...section("platform", "Linux x86_64"), ...section("lock free")];
  const settings = [...command.matchAll(/ask (\w+) --get/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !["version", "tenant", "server"].includes(name));
  const rest =
    agent === null
      ? section("agent absent")
      : [
          ...section("agent present"),
          ...section("control there"),
          ...section(`transaction ${agent.incomplete ? "open" : "none"}`),
          ...section("installed", agent.version),
          ...section("service", "active"),
          ...section("version 0", agent.version),
          ...section("tenant 0", agent.tenant),
          ...section("server 0", "{*https://dynatrace.example.com:443/communication}"),
          ...settings.flatMap((name) => section(`${name} 0`, agent.settings[name] ?? "")),
        ];
  return [...start, ...rest, ...section("end"), ""].join("\n");
}

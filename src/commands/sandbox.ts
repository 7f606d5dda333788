import type { Context } from "../application/context.ts";
import { openSandbox, type SandboxRun } from "../application/sandbox-run.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import { renderJson } from "../report/plan-reports.ts";
import type { SandboxOptions } from "./options/sandbox-options.ts";

/** Serves simulated clusters and hosts until it is interrupted, or for as long as a command runs against them. */
export async function sandbox(options: SandboxOptions, context: Context): Promise<ExitCode> {
  const run = await openSandbox(options, context);
  if (run === null) return exitCodes.invalid;
  try {
    const [program, ...parameters] = options.command;
    if (program !== undefined) return (await run.run(program, parameters)) as ExitCode;
    printGuide(run, options, context);
    await interrupted(context.signal);
    return exitCodes.done;
  } finally {
    await run.close();
  }
}

function interrupted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    // The servers alone would keep the process alive, but not an idle wait for a signal.
    const alive = setInterval(() => undefined, 60_000);
    signal.addEventListener("abort", () => {
      clearInterval(alive);
      resolve();
    });
  });
}

function printGuide({ sandbox: running, options: lead }: SandboxRun, options: SandboxOptions, context: Context): void {
  const { urls, hosts } = running;
  if (options.format === "json") {
    const clusters = Object.fromEntries(urls);
    const document = { format: "dtsync-sandbox/1", clusters, hosts: hosts.hosts.size, options: lead };
    context.output.out(renderJson(document));
    return;
  }
  const paint = painter(options.color && context.terminal.output);
  const clusters = [...urls].map(([name, url]) => `  ${name}  ${url}\n`).join("");
  const quoted = lead.map((text) => (/^[\w./:=@+-]+$/.test(text) ? text : `'${text}'`));
  context.output.out(
    `${paint("bold", "Simulated clusters")}\n${clusters}${paint("bold", "Simulated hosts")}\n  ${hosts.hosts.size}, each with its own SSH server\n` +
      `${paint("bold", "Options that lead there")}\n  ${quoted.join(" ")}\n\nCtrl-C ends the sandbox.\n`,
  );
}

import type { Context } from "../application/context.ts";
import { withExampleInventory } from "../application/example-inventory.ts";
import { openSandbox } from "../application/sandbox-run.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";

const steps: readonly { readonly title: string; readonly parameters: readonly string[] }[] = [
  { title: "What would change?", parameters: ["plan"] },
  { title: "Make it so.", parameters: ["apply", "--auto-approve"] },
  { title: "And now?", parameters: ["plan"] },
];

/** The main job once through, on simulated clusters and hosts: plan, apply, and a plan that has nothing left to do. */
export function demo(color: boolean, context: Context): Promise<ExitCode> {
  return withExampleInventory(async (inventory, directory) => {
    const settings = {
      set: [],
      format: "text",
      color,
      progress: true,
      state: null,
      seed: null,
    } as const;
    const run = await openSandbox({ inventory, ...settings }, context);
    if (run === null) return exitCodes.invalid;
    const paint = painter(color && context.terminal.output && !context.variables["NO_COLOR"]);
    try {
      for (const { title, parameters } of steps) {
        context.output.out(`\n${paint("cyan", `# ${title}`)}\n${paint("bold", `$ dtsync ${parameters.join(" ")}`)}\n`);
        const code = await run.run("dtsync", [...parameters, ...(color ? [] : ["--no-color"])], directory);
        if (code !== 0) return code as ExitCode;
      }
      const agents = [...run.sandbox.clusters.values()].reduce((sum, cluster) => sum + cluster.agents().length, 0);
      context.output.out(
        `\n${paint("cyan", `# ${agents} agents report to their environments; the simulation is gone now.`)}\n`,
      );
      return exitCodes.done;
    } finally {
      await run.close();
    }
  });
}

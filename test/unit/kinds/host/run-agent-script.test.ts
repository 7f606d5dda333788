import { expect, test } from "vitest";
import { agentPlatform } from "../../../../src/kinds/host/agent-platform.ts";
import { runAgentScript } from "../../../../src/kinds/host/effects/run-agent-script.ts";
import type { Shell } from "../../../../src/ssh/shell.ts";
import { aHost } from "../../../support/builders.ts";

const shellThatPrints = (stdout: string): Shell => ({
  close: () => undefined,
  run: async () => ({ code: 0, stdout, stderr: "" }),
});

test.each(["::error::0", "constructor", "-1", "1e3", ""])(
  "an exit code of %j is none, and becomes no error code",
  async (code) => {
    const script = { step: "install" as const, script: "", marker: "#m", program: "installer" as const };
    const stdout = `#m ended ${code}\n#m end\n`;
    await expect(runAgentScript(script, aHost(), { shell: shellThatPrints(stdout) })).rejects.toThrow(
      expect.objectContaining({ code: "command-failed" }),
    );
  },
);

test.each(["constructor", "__proto__", "toString"])("a machine that calls itself %s has no agent", (machine) => {
  expect(agentPlatform("Linux", machine)).toMatchObject({ code: "unsupported-architecture" });
});

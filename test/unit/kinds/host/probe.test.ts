import { expect, test } from "vitest";
import { probeHost, questionsFor } from "../../../../src/kinds/host/effects/probe.ts";
import type { Shell } from "../../../../src/ssh/shell.ts";
import { aHost, oneAgentSettings } from "../../../support/builders.ts";
import { type ScriptedAgent, scriptedHost } from "../../../support/scripted-host.ts";

const agent: ScriptedAgent = {
  tenant: "abc-p1",
  version: "1.313.52.20250602-150703",
  settings: {},
  incomplete: false,
};

/** A host with an agent, whose answer loses the line that is about something. */
function hostWithout(section: string): Shell {
  const { shell } = scriptedHost(agent, agent);
  return {
    ...shell,
    async run(command) {
      const result = await shell.run(command);
      const lines = result.stdout.split("\n").filter((line) => line.split(" ")[1] !== section);
      return { ...result, stdout: lines.join("\n") };
    },
  };
}

test("an agent is there, or not, only where the host says so", async () => {
  expect(await probeHost(scriptedHost(agent, agent).shell, aHost())).toMatchObject({
    locked: false,
    agent: { tenant: "abc-p1", incomplete: false },
  });
  expect(await probeHost(scriptedHost(null, agent).shell, aHost())).toMatchObject({ locked: false, agent: null });
});

test.each(["lock", "agent", "control", "transaction", "tenant", "server"])(
  "an answer that lost what it says of the %s is none",
  async (section) => {
    await expect(probeHost(hostWithout(section), aHost())).rejects.toThrow(
      expect.objectContaining({ code: "unclear-answer", message: expect.stringContaining(section) }),
    );
  },
);

test.each([
  ["00000000000000ab", "00000000000000ab"],
  ["", null],
])("the host id %j is read as %j, and only where it is asked for", async (told, hostId) => {
  const { shell } = scriptedHost({ ...agent, settings: { hostId: told } }, agent);
  expect(await probeHost(shell, aHost(), { identity: true })).toMatchObject({ agent: { hostId } });
  expect(await probeHost(shell, aHost())).toMatchObject({ agent: { hostId: null } });
});

test.each([
  [[], "/var/log/dynatrace/oneagent"],
  [["LOG_PATH=/srv/logs", "USER=agent", "log_path=/srv/other"], "/srv/other"],
])("where an installer with %j would write its logs is %s", (installerArguments, logPath) => {
  expect(questionsFor(aHost({ oneagent: oneAgentSettings({ installerArguments }) })).logPath).toBe(logPath);
});

test.each([
  ["cmd.exe", "'exec' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"],
  ["cmd.exe in German", 'Der Befehl "exec" ist entweder falsch geschrieben oder\r\nkonnte nicht gefunden werden.\r\n'],
  ["cmd.exe with less room", "The command line is too long.\r\n"],
  ["PowerShell", "exec : The term 'exec' is not recognized as the name of a cmdlet, function, script file\r\n"],
  ["PowerShell in any language", "    + FullyQualifiedErrorId : CommandNotFoundException\r\n"],
])("a host whose shell is %s is one that runs Windows, whatever its server calls itself", async (_shell, stderr) => {
  const shell: Shell = { run: async () => ({ code: 1, stdout: "", stderr }), close: () => undefined };
  await expect(probeHost(shell, aHost())).rejects.toThrow(
    expect.objectContaining({
      code: "unsupported-system",
      message: "it runs Windows (its shell says so), and dtsync deploys to Linux only",
    }),
  );
});

test("a shell that merely fails is not one of Windows", async () => {
  const run: Shell["run"] = async () => ({ code: 127, stdout: "", stderr: "menu: 'exec' is not a choice\r\n" });
  await expect(probeHost({ run, close: () => undefined }, aHost())).rejects.toThrow(
    expect.objectContaining({ code: "command-failed" }),
  );
});

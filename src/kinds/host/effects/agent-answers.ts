import { HostError } from "../../../ssh/host-error.ts";
import type { AgentSettingName } from "../change.ts";

/** What an agent is asked for; the names are those of sections of a probe's answer. */
export type AgentAnswerName = "version" | "tenant" | "server" | "hostId" | "infraOnly" | AgentSettingName;

interface AgentAnswer {
  readonly getter: string;
  /** What each line of an answer is; no line at all means that nothing is set. */
  readonly form: RegExp;
  /** Left out: an answer has one line at most. */
  readonly isList?: boolean;
}

const flag = /^(?:true|false)$/;
const noBlanks = /^\S+$/;

export const agentAnswers: Readonly<Record<AgentAnswerName, AgentAnswer>> = {
  version: { getter: "--version", form: /^\d+(?:\.\d+){1,3}(?:-\d+)?$/ },
  tenant: { getter: "--get-tenant", form: /^[A-Za-z0-9_-]+$/ },
  server: { getter: "--get-server", form: /^[{*]*https?:\/\/\S+$/ },
  hostId: { getter: "--get-host-id", form: /^[0-9a-f]{16}$/i },
  infraOnly: { getter: "--get-infra-only", form: flag },
  hostGroup: { getter: "--get-host-group", form: /^[A-Za-z0-9._-]+$/ },
  networkZone: { getter: "--get-network-zone", form: /^[A-Za-z0-9._-]+$/ },
  // Modes may come with new versions; they are a word like these.
  monitoringMode: { getter: "--get-monitoring-mode", form: /^[a-z]+(?:-[a-z]+)*$/ },
  hostName: { getter: "--get-host-name", form: /^[^<>&]+$/ },
  hostTags: { getter: "--get-host-tags", form: noBlanks, isList: true },
  hostProperties: { getter: "--get-host-properties", form: noBlanks, isList: true },
  proxy: { getter: "--get-proxy", form: noBlanks },
  autoUpdate: { getter: "--get-auto-update-enabled", form: flag },
  appLogContentAccess: { getter: "--get-app-log-content-access", form: flag },
  systemLogsAccess: { getter: "--get-system-logs-access-enabled", form: flag },
};

/**
 * The lines of an answer that are not blank. Throws HostError `unclear-answer` where they do not have their form: a program that
 * prints something besides would have it taken for a value.
 */
export function answerLines(name: AgentAnswerName, lines: readonly string[]): readonly string[] {
  const { getter, form, isList } = agentAnswers[name];
  const said = lines.map((line) => line.trim()).filter((line) => line !== "");
  if ((isList || said.length <= 1) && said.every((line) => form.test(line))) return said;
  // A proxy may have a password in it.
  const shown = name === "proxy" ? "" : ` ("${said.slice(0, 2).join("; ").slice(0, 200)}")`;
  throw new HostError(
    "unclear-answer",
    `its oneagentctl answers ${getter} with something else than what it is asked for${shown}: run that on the host as root, and look what it prints besides`,
  );
}

import type { HostFacts, HostPlace, HostSite, ObservedAgent } from "../../../model/observed.ts";
import { HostError } from "../../../ssh/host-error.ts";
import type { Section } from "../../../ssh/remote-script.ts";
import { type AgentAnswerName, agentAnswers, answerLines } from "./agent-answers.ts";

type Sections = ReadonlyMap<string, Section>;

/** What the sections of a probe's answer say of a host. Throws HostError where they do not tell what they must. */
export function readProbe(sections: Sections): HostFacts {
  const [system = "", ...machine] = firstLine(sections.get("platform")).split(" ");
  return {
    system,
    machine: machine.join(" "),
    uptime: wholeNumber(firstLine(sections.get("uptime")).split(".")[0] ?? ""),
    locked: stated(sections, "lock", "held", "free") === "held",
    leftovers: sections.get("leftovers")?.words[0] === "there",
    agent: stated(sections, "agent", "present", "absent") === "present" ? readAgent(sections) : null,
    site: sections.has("user") ? readSite(sections) : null,
  };
}

/** Which of some words was said. What was said in none of them is not known: a part that is missing says nothing. */
function stated<T extends string>(sections: Sections, name: string, ...known: readonly T[]): T {
  const said = sections.get(name)?.words.join(" ");
  const word = known.find((one) => one === said);
  if (word === undefined) throw unclear(name);
  return word;
}

const unclear = (section: string): HostError =>
  new HostError("unclear-answer", `it does not tell the ${section}, which the probe asks for: try again`);

/** The first line that is not blank. */
const firstLine = (section: Section | undefined): string =>
  section?.lines.map((line) => line.trim()).find((line) => line !== "") ?? "";

/** Null on a host without a service manager that knows the agent: whether it is connected tells more anyway. */
const serviceState = (state: string): boolean | null => (state === "unknown" ? null : state === "active");

function readAgent(sections: Sections): ObservedAgent {
  const control = stated(sections, "control", "there", "broken", "missing");
  const unfinished = stated(sections, "transaction", "open", "none") === "open";
  for (const name of control === "there" ? ["tenant", "server"] : []) if (!sections.has(name)) throw unclear(name);
  const list = (name: AgentAnswerName): readonly string[] | null => {
    const section = sections.get(name);
    return section?.words[0] === "0" ? answerLines(name, section.lines) : null;
  };
  const text = (name: AgentAnswerName): string | null => {
    const lines = list(name);
    return lines === null ? null : (lines[0] ?? "");
  };
  const flag = (name: AgentAnswerName): boolean | null => {
    const value = text(name);
    return value ? value === "true" : null;
  };
  const installed = firstLine(sections.get("installed"));
  const version = text("version") || (agentAnswers.version.form.test(installed) ? installed : null);
  const tenant = text("tenant");
  return {
    version,
    hostId: text("hostId") || null,
    tenant,
    server: text("server"),
    serviceActive: serviceState(firstLine(sections.get("service"))),
    // A cut-off installation leaves its lock file, no control program, or an agent that was never told where to report.
    incomplete: unfinished || control === "missing" || tenant === "",
    hostGroup: text("hostGroup"),
    hostName: text("hostName"),
    networkZone: text("networkZone"),
    ...monitoringMode(text("monitoringMode"), flag("infraOnly")),
    hostTags: list("hostTags"),
    hostProperties: list("hostProperties"),
    proxy: text("proxy")?.replace(proxyPassword, `$1:(secret)@`) ?? null,
    autoUpdate: flag("autoUpdate"),
    appLogContentAccess: flag("appLogContentAccess"),
    systemLogsAccess: flag("systemLogsAccess"),
  };
}

/** What stands between the user of a proxy and its host: nobody who reads a plan may learn it. */
const proxyPassword = /^((?:[a-z]+:\/\/)?[^:@/]*):.*@/i;

/** Older agents know only whether they monitor the infrastructure alone. */
function monitoringMode(
  mode: string | null,
  infraOnly: boolean | null,
): Pick<ObservedAgent, "monitoringMode" | "infraOnlyAlone"> {
  if (mode || infraOnly === null) return { monitoringMode: mode || null };
  return { monitoringMode: infraOnly ? "infra-only" : "fullstack", infraOnlyAlone: true };
}

/** A host that does not tell one of these is asked by the installer itself, so none of them must be there. */
function readSite(sections: Sections): HostSite {
  const word = (name: string) => sections.get(name)?.words[0];
  const downloader = word("downloader");
  const checksum = word("checksum");
  const reach = word("reach");
  const kibibytes = wholeNumber(firstLine(sections.get("memory")));
  const [installPlace = null, temporaryPlace = null, dataPlace = null, logPlace = null] = readPlaces(sections);
  return {
    userId: wholeNumber(word("user") ?? ""),
    memory: kibibytes === null ? null : Math.floor(kibibytes / 1_024),
    installPlace,
    temporaryPlace,
    dataPlace,
    logPlace,
    downloader: downloader === "curl" || downloader === "wget" || downloader === "none" ? downloader : null,
    checksum: checksum === "there" ? true : checksum === "none" ? false : null,
    reachesCluster: reach === "yes" ? true : reach === "no" ? false : null,
  };
}

const wholeNumber = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);

/** The columns of POSIX `df -kP`: file system, size, used, free (all in KiB), percentage, where it is mounted. */
const dfLine = /^.*\S\s+\d+\s+-?\d+\s+(-?\d+)\s+\S+\s+(\/.*)$/;

const placesAsked = 4;

/** The places that `df` was asked for, in their order; none where it did not tell all of them. */
function readPlaces(sections: Sections): readonly HostPlace[] {
  const lines = (sections.get("space")?.lines ?? []).flatMap((line) => dfLine.exec(line.trimEnd()) ?? []);
  const found: (readonly [free: string, mountPoint: string])[] = [];
  for (let at = 0; at + 2 < lines.length; at += 3) found.push([lines[at + 1] ?? "", lines[at + 2] ?? ""]);
  if (found.length !== placesAsked) return [];
  const mounts = readMounts(sections.get("mounts")?.lines ?? []);
  return found.map(([free, mountPoint]) => {
    const options = mounts.get(mountPoint);
    const has = (option: string) => options?.includes(option) ?? null;
    return {
      mountPoint,
      free: Math.max(0, Math.floor(Number(free) / 1_024)),
      readOnly: has("ro"),
      noExecution: has("noexec"),
      noSetUid: has("nosuid"),
    };
  });
}

/** Options by where something is mounted; what was mounted last there counts. */
function readMounts(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    lines.flatMap((line) => {
      const [, mountPoint, , options] = line.split(" ");
      if (mountPoint === undefined || options === undefined) return [];
      const path = mountPoint.replace(/\\([0-7]{3})/g, (_all, code: string) =>
        String.fromCharCode(Number.parseInt(code, 8)),
      );
      return [[path, options.split(",")] as const];
    }),
  );
}

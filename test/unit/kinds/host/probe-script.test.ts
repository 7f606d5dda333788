import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  agentDirectory,
  logDirectory,
  probeScript,
  type Questions,
} from "../../../../src/kinds/host/effects/probe-script.ts";
import { readProbe } from "../../../../src/kinds/host/effects/read-probe.ts";
import { newMarker, parseSections } from "../../../../src/ssh/remote-script.ts";

const questions: Questions = {
  ...{ settings: ["hostGroup", "hostTags", "hostProperties", "monitoringMode"], identity: true, environment: "abc-p1" },
  ...{ mayUpdate: false, installPath: agentDirectory, logPath: logDirectory, cluster: null },
};

/** One getter of an agent: what it prints, or nothing for one that it does not know. */
const answers: Readonly<Record<string, string>> = {
  "--version": "1.313.52.20250602-150703\n",
  "--get-tenant": "abc-p1\n",
  "--get-server": "{*https://dynatrace.example.com:443/communication}\n",
  "--get-host-group": "\n",
  "--get-host-tags": "one\ntwo=2\n",
  "--get-host-properties": "",
  "--get-monitoring-mode": "fullstack\n",
  "--get-infra-only": "false\n",
  "--get-host-id": "00000000000000ab\n",
};

/** Runs the script against an agent whose control program answers as a shell says; gives what was read, and the calls. */
function probe(
  control: string,
  known = answers,
  mode: number | null = 0o755,
  { cluster, environment }: Partial<Questions> = {},
) {
  const directory = mkdtempSync(join(tmpdir(), "dtsync-probe-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, "agent/tools"), { recursive: true });
  const cases = Object.entries(known).map(([getter, text]) => `    ${getter}) printf %s '${text}' ;;\n`);
  writeFileSync(
    join(directory, "agent/tools/oneagentctl"),
    `#!/bin/sh\necho "$*" >> ${directory}/calls\nget() {\n  case $1 in\n${cases.join("")}    *) return 1 ;;\n  esac\n}\n${control}\n`,
    { mode: mode ?? 0o755 },
  );
  if (mode === null) rmSync(join(directory, "agent/tools/oneagentctl"));
  const marker = newMarker();
  const asked = { ...questions, ...(cluster ? { cluster } : {}), ...(environment ? { environment } : {}) };
  const script = probeScript(marker, asked).replaceAll(agentDirectory, directory);
  const facts = readProbe(parseSections(execFileSync("/bin/sh", ["-c", script]).toString(), marker));
  const calls = join(directory, "calls");
  return { facts, calls: existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [] };
}

const eachInTurn = 'for getter; do get "$getter" || exit 1; done';

test("an agent that answers each getter in its turn is called once", () => {
  const { facts, calls } = probe(eachInTurn);
  expect(calls).toHaveLength(1);
  expect(facts).toMatchObject({
    system: "Linux",
    machine: expect.stringMatching(/^\w+$/),
    uptime: expect.any(Number),
    site: null,
    agent: {
      ...{ version: "1.313.52.20250602-150703", tenant: "abc-p1", server: expect.stringContaining("{*https://") },
      ...{ hostGroup: "", hostTags: ["one", "two=2"], hostProperties: [], monitoringMode: "fullstack" },
      hostId: "00000000000000ab",
    },
  });
});

test.each<[string, string, Readonly<Record<string, string>>, object]>([
  ["whose environment cannot be read", eachInTurn, { "--version": "1.313.52\n" }, { tenant: null, incomplete: false }],
  [
    "that was never told an environment",
    eachInTurn,
    { ...answers, "--get-tenant": "\n" },
    { tenant: "", incomplete: true },
  ],
  [
    "that prints a blank line first",
    'for getter; do echo; get "$getter" || exit 1; done',
    answers,
    { tenant: "abc-p1", hostGroup: "", incomplete: false },
  ],
])("one %s", (_what, control, known, agent) => {
  expect(probe(control, known).facts.agent).toMatchObject(agent);
});

test("a control program that cannot be run is not one that is missing", () => {
  expect(probe(eachInTurn, answers, 0o644).facts.agent).toMatchObject({ tenant: null, incomplete: false });
  expect(probe(eachInTurn, answers, null).facts.agent).toMatchObject({ tenant: null, incomplete: true });
});

test("one whose group and tag are called as its environment is, as many are, is called once, too", () => {
  const { facts, calls } = probe(eachInTurn, {
    ...answers,
    ...{ "--get-host-group": "abc-p1\n", "--get-host-tags": "abc-p1\nabc-p1\n" },
  });
  expect(calls).toHaveLength(1);
  expect(facts.agent).toMatchObject({ tenant: "abc-p1", hostGroup: "abc-p1", hostTags: ["abc-p1", "abc-p1"] });
});

test.each([
  ["answers the first alone", 'get "$1"', answers],
  ["has an order of its own", 'set -- $(printf "%s\\n" "$@" | sort -u)\nfor getter; do get "$getter"; done', answers],
  ["answers backwards", 'all=; for it; do all="$it $all"; done\nfor it in $all; do get "$it"; done', answers],
  ["prints something besides", `echo welcome\n${eachInTurn}`.replace("echo", '[ "$#" -eq 1 ] || echo'), answers],
  ["has its version as a tag", eachInTurn, { ...answers, "--get-host-tags": "1.313.52.20250602-150703\none\n" }],
  [
    "does not know a getter",
    eachInTurn,
    Object.fromEntries(Object.entries(answers).filter(([getter]) => getter !== "--get-monitoring-mode")),
  ],
])("one that %s is asked one by one, and read alike", (_what, control, known) => {
  const { facts, calls } = probe(control, known);
  expect(calls).toHaveLength(1 + Object.keys(answers).length);
  expect(facts.agent).toEqual({
    ...probe(eachInTurn).facts.agent,
    ...(known === answers || "--get-monitoring-mode" in known
      ? {}
      : { monitoringMode: "fullstack", infraOnlyAlone: true }),
    hostTags: known["--get-host-tags"]?.trim().split("\n"),
  });
});

test("the places of an installer are read with one program, also where nothing is there yet", () => {
  const elsewhere = { ...questions, environment: "abc-t1", installPath: "/nothing/there/yet", logPath: "/nothing" };
  const script = probeScript("#dtsync-00", elsewhere);
  expect(script.match(/\bdf -/g)).toHaveLength(1);
  for (const temporary of ["/tmp", "/nothing/here/", "nothing", "no/thing"]) {
    const env = { ...process.env, TMPDIR: temporary };
    const answer = execFileSync("/bin/sh", ["-c", script], { env, timeout: 20_000 }).toString();
    const { site } = readProbe(parseSections(answer, "#dtsync-00"));
    const somewhere = { mountPoint: expect.stringMatching(/^\//), free: expect.any(Number) };
    expect(site).toMatchObject({
      ...{ installPlace: somewhere, temporaryPlace: somewhere, dataPlace: somewhere, logPlace: somewhere },
    });
  }
});

test("a look changes nothing", () => {
  expect(probeScript("#dtsync-00", questions)).not.toMatch(/\b(?:rm|mkdir|mktemp)\b|>\s*"/);
});

test.each([
  [{ withoutAgent: true }, "abc-p1", null],
  [{ withoutAgent: true }, "abc-t1", null],
  [{ withoutAgent: false }, "abc-t1", false],
] as const)(
  "a host with an agent is asked whether it reaches its cluster (%j, to be in %s): %j",
  (asked, environment, reaches) => {
    // Nothing listens at port 1.
    const cluster = { host: "127.0.0.1", port: 1, ...asked };
    const { facts } = probe(eachInTurn, answers, 0o755, { environment, cluster });
    expect(facts.site?.reachesCluster ?? null).toBe(reaches);
  },
);

test("a host without an agent is asked that for its plan", () => {
  const cluster = { host: "127.0.0.1", port: 1, withoutAgent: true };
  const script = probeScript("#dtsync-00", { ...questions, cluster }).replaceAll(agentDirectory, "/nothing/here");
  const answer = execFileSync("/bin/sh", ["-c", script]).toString();
  expect(readProbe(parseSections(answer, "#dtsync-00"))).toMatchObject({
    agent: null,
    site: { reachesCluster: false },
  });
});

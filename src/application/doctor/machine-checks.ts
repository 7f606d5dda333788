import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorMessage } from "../../errors.ts";
import { ownFolder } from "../../files/own-files.ts";
import { readRevision } from "../../git/repository.ts";
import { isShallowClone } from "../../git/shallow-clone.ts";
import { compareVersions } from "../../lib/versions.ts";
import { type Check, checksOf } from "../../model/checkup.ts";
import { abandonedRuns } from "../../state/journal.ts";
import { abandonedProbes } from "../../state/probe-journal.ts";
import { ownIdentity } from "../../state/process-identity.ts";
import { heldLocks } from "../../state/run-lock.ts";
import type { Context } from "../context.ts";
import { gitEdges } from "../git-edges.ts";
import { probeFolder } from "./probe-folder.ts";
import { versionOf } from "./version-of.ts";

const { ok, warning, failure, unknown } = checksOf("machine");

const leastNode = "20.19";
/** The oldest that tests run with. */
const testedGit = "2.39";
/** MiB: installers of a few architectures, before they are sent. */
const leastSpace = 1_000;

/** What this machine has for runs of an inventory in a folder. */
export async function machineChecks(folder: string, context: Context): Promise<readonly Check[]> {
  const checks = await Promise.all([
    nodeVersion(),
    gitVersion(folder, context),
    signatureProgram(context),
    openSsh(context),
    sshAgent(context),
    shallowClone(folder, context),
    freeSpace(),
    locks(context),
    journals(context),
    probes(context),
  ]);
  return checks.filter((check) => check !== null);
}

async function nodeVersion(): Promise<Check> {
  const version = process.version.slice(1);
  return compareVersions(version, leastNode) >= 0
    ? ok("node-version", `Node.js ${version}`)
    : failure("node-version", `Node.js ${version} is older than ${leastNode}`, `install Node.js ${leastNode} or newer`);
}

async function gitVersion(folder: string, context: Context): Promise<Check> {
  const version = /\d+\.\d+(?:\.\d+)?/.exec((await versionOf(["git", "--version"], context)) ?? "")?.[0];
  if (version === undefined) {
    return warning(
      "git",
      "Git cannot be run",
      "install it: diff, --changed-since, --base and the commit in a plan need it",
    );
  }
  if (compareVersions(version, testedGit) < 0) {
    return warning("git", `Git ${version} is older than what dtsync is tested with`, `use Git ${testedGit} or newer`);
  }
  const { commit, reason } = await readRevision(folder, gitEdges(context));
  if (reason !== null) return warning("git", `Git ${version}, which does not read this repository: ${reason}`);
  return commit === null
    ? warning(
        "git",
        `Git ${version}; the inventory has no commit yet`,
        "commit it: plans then name what they were made from",
      )
    : ok("git", `Git ${version}, at commit ${commit.slice(0, 8)}`);
}

/** Null: it is whole, or there is nothing to say of it. */
async function shallowClone(folder: string, context: Context): Promise<Check | null> {
  return (await isShallowClone(folder, gitEdges(context)))
    ? warning(
        "git-history",
        "the clone is shallow: diff, --changed-since and --base have to fetch what it lacks",
        "git fetch --unshallow, and in a pipeline GIT_DEPTH: 0",
      )
    : null;
}

async function signatureProgram(context: Context): Promise<Check> {
  const version = await versionOf(["openssl", "version"], context);
  return version === null
    ? warning("openssl", "openssl cannot be run, so signatures of installers cannot be checked", "install openssl")
    : ok("openssl", version.split(" ").slice(0, 2).join(" "));
}

/** dtsync has an SSH client of its own; what it advises is done with OpenSSH. */
async function openSsh(context: Context): Promise<Check> {
  // It says its version on standard error.
  const version = await versionOf(["sh", "-c", "ssh -V 2>&1"], context);
  return version === null
    ? warning(
        "openssh",
        "ssh cannot be run: dtsync does not need it, but ssh-keyscan and ssh -G help with keys",
        "install OpenSSH's client",
      )
    : ok("openssh", version.split(/[ ,]/)[0] ?? "");
}

/** Whether hosts can be reached without it is found out where there are some. */
function sshAgent({ variables }: Context): Check {
  const socket = variables["SSH_AUTH_SOCK"] ?? "";
  if (socket === "") return ok("ssh-agent", "no SSH agent (SSH_AUTH_SOCK): hosts are reached with key files");
  return existsSync(socket)
    ? ok("ssh-agent", "an SSH agent is there")
    : warning(
        "ssh-agent",
        `there is no SSH agent at ${socket}, where SSH_AUTH_SOCK leads`,
        'eval "$(ssh-agent)" && ssh-add, or unset SSH_AUTH_SOCK',
      );
}

async function freeSpace(): Promise<Check> {
  try {
    const { bavail, bsize } = await statfs(tmpdir());
    const free = Math.floor((bavail * bsize) / 2 ** 20);
    return free >= leastSpace
      ? ok("free-space", `${free.toLocaleString("en-US")} MiB are free in ${tmpdir()}`)
      : warning(
          "free-space",
          `only ${free} MiB are free in ${tmpdir()}, where installers are kept during an apply`,
          "make room, or set TMPDIR",
        );
  } catch (error) {
    return unknown("free-space", `how much room ${tmpdir()} has could not be read: ${errorMessage(error)}`);
  }
}

async function locks({ variables }: Context): Promise<Check> {
  try {
    const [held, ...others] = heldLocks(join(ownFolder("state", variables), "locks"), ownIdentity());
    return held === undefined
      ? ok("locks", "no other apply of this user is running")
      : warning(
          "locks",
          `an apply of ${held.name} is running (${held.owner})${others.length === 0 ? "" : `, and ${others.length} more`}`,
          "another apply there waits for it, for ten minutes at most",
        );
  } catch (error) {
    return warning("locks", `nothing keeps two applies apart: ${errorMessage(error)}`);
  }
}

async function journals(context: Context): Promise<Check> {
  const problems: string[] = [];
  const folder = join(ownFolder("state", context.variables), "runs");
  const left = abandonedRuns(folder, ownIdentity(), (message) => problems.push(message));
  const [problem] = problems;
  if (problem !== undefined) return warning("journals", problem);
  if (left.length === 0) return ok("journals", "no run has left a journal");
  const tokens = left.reduce((sum, { entry }) => sum + entry.tokens.length, 0);
  return warning(
    "journals",
    `${left.length} ended run${left.length === 1 ? " has" : "s have"} left a journal (${tokens} environment${tokens === 1 ? "" : "s"} with tokens): ${folder}`,
    "the next dtsync apply on their clusters cleans up after them",
  );
}

async function probes({ variables }: Context): Promise<Check> {
  const problems: string[] = [];
  const [left] = abandonedProbes(probeFolder(variables), ownIdentity(), (message) => problems.push(message));
  const [problem] = problems;
  if (problem !== undefined) return warning("probes", problem);
  return left === undefined
    ? ok("probes", "no killed probe has left anything")
    : warning(
        "probes",
        `a probe of ${left.cluster} was killed, and may have left the environment ${left.environment}`,
        `dtsync doctor --probe ${left.environment} removes it, with --target for that cluster`,
      );
}

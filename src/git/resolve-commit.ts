import { GitFailure } from "./git-failure.ts";
import type { Repository } from "./open-repository.ts";
import { gitText, runGit } from "./run-git.ts";

const fullHash = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
const zeros = /^0+$/;

/** Commits by which a shallow clone is deepened, step by step, before all of it is fetched. */
const deepeningSteps: readonly string[] = ["--deepen=200", "--deepen=2000", "--unshallow"];

/** Fetching may take longer than everything else. */
const fetchTimeout = 300_000;

/**
 * The hash of the commit that a revision names. A commit that the clone lacks is fetched from origin: by itself first,
 * then by deepening a shallow clone. Throws GitFailure `missing` when it is not there either.
 */
export async function resolveCommit(repository: Repository, revision: string): Promise<string> {
  checkRevision(revision);
  const known = await lookUp(repository, revision);
  if (known !== null) return known;
  const fetched = await fetchByItself(repository, revision);
  if (fetched !== null) return fetched;
  for await (const _step of deepen(repository)) {
    const found = await lookUp(repository, revision);
    if (found !== null) return found;
  }
  throw new GitFailure("missing", await describeMissing(repository, revision));
}

/** Git's own words are not passed on: the address of origin may have a password in it. */
async function describeMissing(repository: Repository, revision: string): Promise<string> {
  const missing = `there is no commit ${JSON.stringify(revision)}`;
  const { code: noOrigin } = await runGit(repository, ["config", "--get", "remote.origin.url"]);
  if (noOrigin !== 0) return missing;
  const { code, errors } = await runGit(repository, ["ls-remote", "--quiet", "origin", "HEAD"], { origin: true });
  if (code === 0) return `${missing}, also not after asking origin`;
  const protocol = /^fatal: transport '([a-z]+)' not allowed$/m.exec(errors)?.[1];
  if (protocol === undefined) return `${missing} here, and origin does not answer`;
  return `${missing} here, and origin is not asked over ${protocol}: only https and ssh are allowed, and what GIT_ALLOW_PROTOCOL names`;
}

/** A revision comes from a command line or a variable: it must not be taken for an option. */
function checkRevision(revision: string): void {
  if (revision === "") throw new GitFailure("missing", "the name of the revision is empty");
  if (zeros.test(revision) && revision.length >= 40) {
    throw new GitFailure("missing", "the revision is all zeros, which is how Git says that there is none");
  }
  if (revision.startsWith("-") || revision.length > 500 || /[\u0000-\u0020\u007f]/.test(revision)) {
    throw new GitFailure("missing", `${JSON.stringify(revision)} is not the name of a revision`);
  }
}

/** The commit as the clone has it, or null. */
export async function lookUp(repository: Repository, revision: string): Promise<string | null> {
  const { code, output } = await runGit(repository, ["rev-parse", "--verify", "--quiet", `${revision}^{commit}`]);
  const hash = output.toString("utf8").trim();
  return code === 0 && fullHash.test(hash) ? hash : null;
}

/** Fetches one commit by its hash, or the tip of a branch or tag by its name. */
async function fetchByItself(repository: Repository, revision: string): Promise<string | null> {
  const byHash = fullHash.test(revision);
  const name = revision.replace(/^(?:refs\/remotes\/)?origin\//, "");
  if (!byHash && (/[~^:@{}?*[\\]/.test(name) || name === "HEAD")) return null;
  // With a depth a whole clone would become a shallow one.
  const depth = (await isShallow(repository)) ? ["--depth=1"] : [];
  if (!(await fetch(repository, [...depth, "origin", byHash ? revision : name]))) return null;
  return lookUp(repository, byHash ? revision : "FETCH_HEAD");
}

export async function isShallow(repository: Repository): Promise<boolean> {
  return (await gitText(repository, ["rev-parse", "--is-shallow-repository"])).trim() === "true";
}

/** Makes a shallow clone deeper and deeper. Ends when it is whole, or when origin does not answer. */
export async function* deepen(repository: Repository): AsyncGenerator<void> {
  for (const step of deepeningSteps) {
    if (!(await isShallow(repository))) return;
    if (!(await fetch(repository, [step, "origin"]))) return;
    yield;
  }
}

async function fetch(repository: Repository, parameters: readonly string[]): Promise<boolean> {
  const { code } = await runGit(
    repository,
    ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", ...parameters],
    { timeout: fetchTimeout, origin: true },
  );
  return code === 0;
}

/** The best common ancestor of two commits, for which a shallow clone is made deeper. */
export async function mergeBase(repository: Repository, left: string, right: string): Promise<string> {
  const look = async (): Promise<string | null> => {
    const { code, output } = await runGit(repository, ["merge-base", left, right]);
    return code === 0 ? output.toString("utf8").trim() : null;
  };
  const known = await look();
  if (known !== null) return known;
  for await (const _step of deepen(repository)) {
    const found = await look();
    if (found !== null) return found;
  }
  throw new GitFailure("missing", `${left.slice(0, 12)} and ${right.slice(0, 12)} have no commit in common`);
}

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type BranchOptions, followBranch } from "../../../src/git/followed-branch.ts";
import { createGitInventory, type GitInventory, gitEnvironment } from "../../support/git-inventory.ts";
import { silentLog } from "../../support/log.ts";

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const item of opened.splice(0).reverse()) item.close();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dtsync-follow-"));
  opened.push({ close: () => rmSync(folder, { recursive: true, force: true }) });
  return folder;
}

function aRepository(): GitInventory {
  const repository = createGitInventory();
  opened.push(repository);
  return repository;
}

function follow({ directory }: GitInventory, options: Partial<BranchOptions> = {}) {
  const edges = { environment: gitEnvironment, signal: new AbortController().signal, log: silentLog };
  const copy = options.copy ?? newFolder();
  const branch = followBranch(
    { address: `file://${directory}`, branch: "main", folder: "inventory", copy, ...options },
    edges,
  );
  return { branch, copy };
}

/** Text that cannot be made smaller. */
const noise = (bytes: number): string => randomBytes(bytes).toString("base64");

const files = { "inventory/dtsync.yaml": "version: 1\n", "README.md": "first\n" };

describe("a followed branch", () => {
  test("is where the other side says, and its folder is written as it is in a commit", async () => {
    const origin = aRepository();
    origin.write(files);
    const script = join(origin.directory, "inventory/hosts.sh");
    writeFileSync(script, "#!/bin/sh\n", { mode: 0o755 });
    const commit = origin.commit();
    const { branch } = follow(origin);
    expect(await branch.tip()).toBe(commit);
    expect(await branch.fetch()).toBe(commit);
    const folder = await branch.exportTo(commit, newFolder());
    expect(readFileSync(join(folder, "dtsync.yaml"), "utf8")).toBe("version: 1\n");
    expect(statSync(join(folder, "hosts.sh")).mode & 0o111).not.toBe(0);
    expect(readdirSync(join(folder, ".."))).toEqual(["inventory"]);
  });

  test("of a server that says nothing is given up at an interrupt, with all that Git has started", async () => {
    const folder = newFolder();
    const [ssh, started] = [join(folder, "ssh"), join(folder, "started")];
    writeFileSync(ssh, `#!/bin/sh\necho $$ > ${started}.new\nmv ${started}.new ${started}\nexec sleep 600\n`, {
      mode: 0o755,
    });
    const interrupt = new AbortController();
    const branch = followBranch(
      { address: "ssh://git@127.0.0.1:1/x.git", branch: "main", folder: "inventory", copy: newFolder() },
      {
        environment: { ...gitEnvironment, GIT_SSH: ssh, GIT_ALLOW_PROTOCOL: "ssh" },
        signal: interrupt.signal,
        log: silentLog,
      },
    );
    const looking = branch.tip();
    looking.catch(() => undefined);
    const pid = await vi.waitFor(() => Number(readFileSync(started, "utf8")), { timeout: 20_000 });
    interrupt.abort(new Error("interrupted"));
    await expect(looking).rejects.toThrow("interrupted");
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { timeout: 20_000 });
  });

  test("tells commits apart by what the folder holds", async () => {
    const origin = aRepository();
    const first = origin.commit(files);
    const elsewhere = origin.commit({ "README.md": "second\n" });
    const inside = origin.commit({ "inventory/dtsync.yaml": "version: 2\n" });
    const { branch } = follow(origin);
    await branch.fetch();
    expect(await branch.contentOf(elsewhere)).toBe(await branch.contentOf(first));
    expect(await branch.contentOf(inside)).not.toBe(await branch.contentOf(first));
    const { branch: other } = follow(origin, { folder: "nothing" });
    await expect(other.contentOf(await other.fetch())).rejects.toMatchObject({
      reason: "content",
      message: "the revision has no folder nothing",
    });
  });

  test("says of what is no folder, or larger than a copy may be, that it stays so", async () => {
    const origin = aRepository();
    origin.link("linked", "inventory");
    const commit = origin.commit({ ...files, noise: noise(200_000) });
    for (const [folder, message] of [
      ["linked", "the revision has no folder linked: it is a link"],
      ["README.md", "the revision has no folder README.md: it is a file"],
    ]) {
      const { branch } = follow(origin, { folder: folder as string });
      await branch.fetch();
      await expect(branch.contentOf(commit)).rejects.toMatchObject({ reason: "content", message });
    }
    const { branch, copy } = follow(origin, { mostBytes: 100_000 });
    await expect(branch.fetch()).rejects.toMatchObject({ reason: "content" });
    expect(readdirSync(join(copy, "git"), { recursive: true }).sort()).toEqual(["HEAD", "config", "objects", "refs"]);
    origin.git("rm", "--quiet", "noise");
    origin.git("commit", "--quiet", "--amend", "--message", "small");
    expect(await branch.fetch()).toBe(await branch.tip());
  });

  test("makes room when it is earlier revisions that a copy is full of", async () => {
    const origin = aRepository();
    origin.commit(files);
    const { branch } = follow(origin, { mostBytes: 500_000 });
    for (let round = 0; round < 4; round += 1) {
      origin.write({ noise: noise(200_000) });
      origin.git("add", "--all");
      origin.git("commit", "--quiet", "--amend", "--message", `round ${round}`);
      expect(await branch.fetch()).toBe(await branch.tip());
    }
  });

  test("follows a branch that was rewritten, and knows that it was", async () => {
    const origin = aRepository();
    const base = origin.commit(files);
    const dropped = origin.commit({ "README.md": "second\n" });
    const { branch } = follow(origin);
    await branch.fetch();
    origin.git("reset", "--quiet", "--hard", base);
    const rewritten = origin.commit({ "README.md": "third\n" });
    expect(await branch.tip()).toBe(rewritten);
    expect(await branch.fetch()).toBe(rewritten);
    expect(await branch.standsOn(rewritten, base)).toBe(true);
    expect(await branch.standsOn(rewritten, dropped)).toBe(false);
  });

  test("does not grow with what a branch has dropped", async () => {
    const origin = aRepository();
    origin.commit(files);
    const { branch, copy } = follow(origin);
    const packs = () => readdirSync(join(copy, "git/objects/pack")).filter((name) => name.endsWith(".pack")).length;
    for (let round = 0; round < 22; round += 1) {
      origin.git("commit", "--quiet", "--amend", "--allow-empty", "--message", `round ${round}`);
      await branch.fetch();
    }
    expect(packs()).toBeLessThanOrEqual(20);
    const count = execFileSync("git", ["count-objects", "-v"], { cwd: join(copy, "git"), encoding: "utf8" });
    expect(Number(/in-pack: (\d+)/.exec(count)?.[1])).toBeLessThan(20);
  });

  test("says why there is nothing to follow, and is made again from nothing", async () => {
    const origin = aRepository();
    const commit = origin.commit(files);
    await expect(follow(origin, { branch: "other" }).branch.tip()).rejects.toThrow(
      "the repository has no branch other",
    );
    await expect(follow(origin, { address: "file:///nonexistent/repository" }).branch.tip()).rejects.toThrow(
      "the repository does not answer",
    );
    const { branch, copy } = follow(origin);
    await branch.fetch();
    expect(await branch.isDamaged()).toBe(false);
    writeFileSync(join(copy, "git/HEAD"), "nonsense");
    expect(await branch.tip()).toBe(commit);
    await expect(branch.fetch()).rejects.toThrow("cannot be fetched");
    expect(await branch.isDamaged()).toBe(true);
    await branch.forget();
    expect(await branch.fetch()).toBe(commit);
  });

  test("goes on after a Git that was killed, and takes no history of old for damage", async () => {
    const origin = aRepository();
    origin.commit(files);
    const { branch, copy } = follow(origin);
    await branch.fetch();
    const unfinished = ["refs/dtsync/seen.lock", "packed-refs.lock", "shallow.lock", "objects/pack/tmp_pack_abcdef"];
    for (const name of unfinished) writeFileSync(join(copy, "git", name), "");
    const tree = origin.git("rev-parse", "HEAD^{tree}");
    const text = `tree ${tree}\nauthor Test <test@example.com> 01 +0000\ncommitter Test <> 1 +0000\n\nold\n`;
    const old = origin.gitWith(text, "hash-object", "-w", "-t", "commit", "--stdin", "--literally");
    origin.git("update-ref", "HEAD", old);
    expect(await branch.fetch()).toBe(old);
    expect(await branch.isDamaged()).toBe(false);
    expect(unfinished.filter((name) => existsSync(join(copy, "git", name)))).toEqual([]);
  });

  test("runs nothing that its address names", async () => {
    const origin = aRepository();
    const trace = join(newFolder(), "trace");
    const { branch } = follow(origin, { address: `ext::sh -c "touch ${trace}"` });
    await expect(branch.tip()).rejects.toThrow("not allowed");
    expect(() => statSync(trace)).toThrow();
  });
});

describe("signed commits", () => {
  function signedBy(origin: GitInventory, key: string): string {
    const settings = ["gpg.format=ssh", `user.signingKey=${key}`].flatMap((setting) => ["-c", setting]);
    origin.git(...settings, "commit", "--quiet", "--allow-empty", "--gpg-sign", "--message", "signed");
    return origin.git("rev-parse", "HEAD");
  }

  test("count when one of the signers has signed them", async () => {
    const origin = aRepository();
    const folder = newFolder();
    const [ours, theirs] = ["ours", "theirs"].map((name) => {
      const key = join(folder, name);
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
      return key;
    });
    const signers = join(folder, "signers");
    writeFileSync(signers, `ops@example.com namespaces="git" ${readFileSync(`${ours}.pub`, "utf8")}`);
    const unsigned = origin.commit(files);
    const good = signedBy(origin, ours ?? "");
    const foreign = signedBy(origin, theirs ?? "");
    const { branch } = follow(origin);
    await branch.fetch();
    expect(await branch.signatureFault(good, signers)).toBeNull();
    expect(await branch.signatureFault(unsigned, signers)).toBe("it has no signature");
    expect(await branch.signatureFault(foreign, signers)).toMatch(/of nobody among the signers/);
    expect(await branch.signatureFault(good, "/nonexistent")).not.toBeNull();
  });

  test("of another kind do not count, whatever keys the user has", async () => {
    const origin = aRepository();
    origin.commit(files);
    const tree = origin.git("rev-parse", "HEAD^{tree}");
    const who = "Test <test@example.com> 1700000000 +0000";
    const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n AAAA\n -----END PGP SIGNATURE-----";
    const text = `tree ${tree}\nauthor ${who}\ncommitter ${who}\n${signature}\n\nforged\n`;
    const path = join(newFolder(), "commit");
    writeFileSync(path, text);
    const commit = origin.git("hash-object", "-t", "commit", "-w", path);
    origin.git("update-ref", "refs/heads/main", commit);
    const { branch } = follow(origin);
    await branch.fetch();
    expect(await branch.signatureFault(commit, "/dev/null")).not.toBeNull();
  });
});

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inReadOnlySystem, readContainerfile, whyNoReadOnlySystem } from "../support/container.ts";
import { registryAvailable } from "../support/npm-registry.ts";
import { takePackage } from "../support/served-package.ts";
import { giveToUnprivileged, runUnprivileged, whyNotUnprivileged } from "../support/unprivileged.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const script = join(root, ".ci/container-install.sh");
const containerfile = readContainerfile();
const [user = "", group = ""] = containerfile.get("USER")?.split(":") ?? [];
const home = containerfile.get("ENV")?.replace("HOME=", "") ?? "";

describe("the Containerfile", () => {
  test("begins with one version of Node.js, that of the pipeline, in a small image", () => {
    const [, image = ""] =
      /^ARG NODE_IMAGE=docker\.io\/library\/(.*)$/m.exec(readFileSync(join(root, "Containerfile"), "utf8")) ?? [];
    expect(image).toMatch(/^node:\d+\.\d+\.\d+-[a-z]+-slim$/);
    for (const pipeline of [".gitlab-ci.yml", "templates/pipeline.yml"])
      expect(readFileSync(join(root, pipeline), "utf8")).toContain(`: ${image.replace(/-slim$/, "")}\n`);
  });

  test("has the steps of the script as its only ones, and a user who is not root", () => {
    expect(containerfile.get("RUN")).toMatch(/^sh \/root\/package\/container-install\.sh "\/root\/package\/dtsync-/);
    expect(Number(user)).toBeGreaterThan(999);
    expect(readFileSync(script, "utf8")).toContain(`echo 'dtsync:x:${user}:${group}:dtsync:${home}:/bin/sh'`);
    expect(JSON.parse(containerfile.get("ENTRYPOINT") ?? "")).toEqual(["dtsync"]);
  });
});

const registry = registryAvailable();
const reason = registry.available ? (whyNotUnprivileged() ?? whyNoReadOnlySystem()) : registry.reason;

describe.skipIf(reason !== null)(`what the image holds${reason === null ? "" : `, left out: ${reason}`}`, () => {
  /** Not in the folder for temporary files, which a container has of its own. */
  let directory: string;
  let image: string;

  /** Runs a program as the image does: its user, no capability, and nothing to write to but an empty /tmp. */
  function runContained(command: readonly string[], { uid = user, noexec = true } = {}) {
    const dropped = ["setpriv", `--reuid=${uid}`, `--regid=${group}`, "--clear-groups"];
    const without = ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"];
    const [program = "", ...parameters] = inReadOnlySystem([...dropped, ...without, ...command], { noexec });
    return spawnSync(program, parameters, {
      cwd: "/",
      encoding: "utf8",
      env: {
        PATH: `${join(image, "usr/local/bin")}:${dirname(process.execPath)}:/usr/bin:/bin`,
        HOME: home,
        // Its /etc is the one of this machine.
        GIT_CONFIG_SYSTEM: join(image, "etc/gitconfig"),
      },
    });
  }

  beforeAll(async () => {
    directory = mkdtempSync("/var/tmp/dtsync-container-");
    image = join(directory, "image");
    giveToUnprivileged(directory);
    chmodSync(directory, 0o755);
    const file = takePackage(directory);
    const installed = await runUnprivileged(["sh", script, join(directory, file), image], {
      cwd: directory,
      env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: directory },
    });
    expect(installed, installed.stderr).toMatchObject({ code: 0 });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test("is the program, its user and what Git has to know, without npm", () => {
    expect(readFileSync(join(image, "etc/passwd"), "utf8")).toMatch(new RegExp(`^dtsync:x:${user}:${group}:`));
    expect(existsSync(join(image, "usr/local/bin/dtsync"))).toBe(true);
    expect(existsSync(join(image, "usr/local/bin/npm"))).toBe(false);
    expect(existsSync(join(directory, ".npm"))).toBe(false);
  });

  test("deploys to simulated hosts, where nothing can be written but /tmp", () => {
    const probe = runContained(["sh", "-c", "grep CapBnd /proc/self/status; touch /var/tmp/x 2>&1"]);
    expect(probe.stdout).toMatch(/^CapBnd:\s+0+\n.*Read-only file system\n$/);
    // The programs of its simulated hosts are there.
    const commands = "cd /tmp && dtsync init && exec dtsync sandbox -- dtsync apply --auto-approve";
    const { status, stdout, stderr } = runContained(["sh", "-c", commands], { noexec: false });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^Applied 12 changes: 12 done, 0 failed/m);
    // Neither a journal nor a lock was missed.
    expect(stderr).not.toMatch(/warning/i);
  });

  test("works for any other user too, and in a checkout of somebody else", () => {
    const git = (...parameters: readonly string[]) =>
      execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...parameters], {
        cwd: checkout,
        stdio: "ignore",
      });
    const checkout = mkdtempSync(join(directory, "checkout-"));
    chmodSync(checkout, 0o755);
    execFileSync("cp", ["-R", join(root, "inventory"), checkout]);
    git("init", "--initial-branch=main");
    git("add", "--all");
    git("commit", "--message", "inventory");
    const planned = `cd "${checkout}" && exec dtsync sandbox -- dtsync plan --hosts skip --format json`;
    const { status, stdout, stderr } = runContained(["sh", "-c", planned], { uid: "54321" });
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ inventory: { commit: expect.stringMatching(/^[0-9a-f]{40}$/) } });
  });
});

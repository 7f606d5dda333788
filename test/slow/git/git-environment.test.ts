import { describe, expect, test } from "vitest";
import { gitEnvironment } from "../../../src/git/git-environment.ts";

/** Set in jobs and shells, and none of Git's business. */
const secrets = {
  DTSYNC_TOKEN_EMEA: "x",
  DTSYNC_TOKEN: "x",
  CI_REGISTRY_PASSWORD: "x",
  CI_DEPLOY_PASSWORD: "x",
  GITLAB_TOKEN: "x",
  AWS_SECRET_ACCESS_KEY: "x",
  VAULT_TOKEN: "x",
};

/** Of a hook or an alias that dtsync was called from, or programs that Git would run. */
const ofOthers = {
  GIT_DIR: ".git",
  GIT_WORK_TREE: ".",
  GIT_INDEX_FILE: "index",
  GIT_CONFIG_PARAMETERS: "'core.fsmonitor'='x'",
  GIT_EXTERNAL_DIFF: "x",
  GIT_PROXY_COMMAND: "x",
  GIT_EDITOR: "x",
  GIT_PAGER: "x",
  PAGER: "x",
  GIT_TRACE: "1",
};

const ofTheUser = { PATH: "/bin", HOME: "/home/x", XDG_CONFIG_HOME: "/home/x/.config", TMPDIR: "/tmp", SUDO_UID: "1" };
const configuration = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" };
const credentials = {
  SSH_AUTH_SOCK: "/run/agent",
  GIT_SSH_COMMAND: "ssh -i key",
  GIT_ASKPASS: "ask",
  CI_JOB_TOKEN: "x",
};
const proxies = { https_proxy: "http://127.0.0.1:8080", NO_PROXY: "example.com" };
const fixed = {
  LC_ALL: "C",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_ALLOW_PROTOCOL: "https:ssh",
};

describe("the variables of Git", () => {
  const all = { ...secrets, ...ofOthers, ...ofTheUser, ...configuration, ...credentials, ...proxies, LC_ALL: "de_CH" };

  test("are the user's alone, without secrets", () => {
    expect(gitEnvironment(all, { origin: false })).toEqual({ ...ofTheUser, ...configuration, ...fixed });
  });

  test("have what reaching origin needs, where it is reached", () => {
    const expected = { ...ofTheUser, ...configuration, ...credentials, ...proxies, ...fixed };
    expect(gitEnvironment(all, { origin: true })).toEqual(expected);
  });

  test("lead nowhere into a checkout, where Git is called", () => {
    const { PATH, HOME, XDG_CONFIG_HOME } = gitEnvironment(
      { PATH: ".:/usr/bin::bin:/bin", HOME: "home", XDG_CONFIG_HOME: "" },
      { origin: false },
    );
    expect({ PATH, HOME, XDG_CONFIG_HOME }).toEqual({ PATH: "/usr/bin:/bin" });
  });

  test.each([
    [undefined, "https:ssh"],
    ["", ""],
    ["file:ssh", "file:ssh"],
    ["ext:https:fd:mark", "https"],
  ])("allow of %j the protocols %j", (given, expected) => {
    const { GIT_ALLOW_PROTOCOL } = gitEnvironment({ GIT_ALLOW_PROTOCOL: given }, { origin: true });
    expect(GIT_ALLOW_PROTOCOL).toBe(expected);
  });
});

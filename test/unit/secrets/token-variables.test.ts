import { expect, test } from "vitest";
import { mayHoldToken, withoutTokens } from "../../../src/secrets/token-variables.ts";
import { aCluster } from "../../support/builders.ts";

test.each<[string, string | undefined, boolean]>([
  ["DTSYNC_TOKEN", undefined, true],
  ["DTSYNC_TOKEN_EMEA", undefined, true],
  ["CI_JOB_TOKEN", undefined, false],
  ["MY_DTSYNC_TOKEN", undefined, false],
  ["dtsync_token_emea", undefined, false],
  ["CI_JOB_TOKEN", "", false],
  ["CI_JOB_TOKEN", ",", false],
  ["VAULT_EMEA", "OTHER, VAULT_EMEA", true],
  ["VAULT_EMEA", "OTHER,VAULT_*", true],
  ["VAULT_EMEA", "VAULT", false],
  ["VAULT_EMEA", "vault_emea", false],
])("%s with DTSYNC_TOKEN_VARIABLES=%s: %s", (name, allowed, expected) => {
  expect(mayHoldToken(name, { DTSYNC_TOKEN_VARIABLES: allowed })).toBe(expected);
});

test("a program gets no variable that is for tokens, or that a cluster names", () => {
  const tokens = {
    DTSYNC_TOKEN_OLD: "one",
    VAULT_EMEA: "two",
    DTSYNC_COMMENT_TOKEN: "three",
    DTSYNC_ISSUE_TOKEN: "four",
    DTSYNC_GITLAB_TOKEN: "four",
    DTSYNC_NOTIFY_URL: "five",
  };
  const variables = { PATH: "/bin", ...tokens, DTSYNC_INVENTORY: "inventory" };
  const clusters = [aCluster({ token: { env: "VAULT_EMEA" } }), aCluster({ token: { file: "/x" } })];
  expect(withoutTokens(variables, clusters)).toEqual({ PATH: "/bin", DTSYNC_INVENTORY: "inventory" });
});

import { describe, expect, test } from "vitest";
import { findMergeRequest } from "../../../src/forge/merge-request.ts";

const auto = { forge: null, pullRequest: null };
const gitlab = {
  GITLAB_CI: "true",
  CI_API_V4_URL: "https://gitlab.example.com/git/api/v4",
  CI_PROJECT_ID: "43",
  CI_MERGE_REQUEST_PROJECT_ID: "42",
  CI_MERGE_REQUEST_IID: "7",
  CI_PIPELINE_ID: "900",
  CI_JOB_URL: "https://gitlab.example.com/git/acme/inventory/-/jobs/1",
  CI_COMMIT_SHA: "a".repeat(40),
};
const github = {
  GITHUB_ACTIONS: "true",
  GITHUB_REPOSITORY: "acme/inventory",
  GITHUB_REF: "refs/pull/7/merge",
  GITHUB_RUN_ID: "55",
  GITHUB_SERVER_URL: "https://github.example.com",
  GITHUB_SHA: "b".repeat(40),
};

test("a pipeline of GitLab names the target's project, whatever fork the branch is in", () => {
  expect(findMergeRequest(gitlab, auto)).toEqual({
    ...{ forge: "gitlab", project: "42", number: 7, inPipeline: true, pipeline: 900, commit: "a".repeat(40) },
    ...{ api: "https://gitlab.example.com/git/api/v4", origin: "https://gitlab.example.com" },
    job: "https://gitlab.example.com/git/acme/inventory/-/jobs/1/artifacts/browse",
  });
});

test("a workflow of GitHub names its pull request, or the option does", () => {
  expect(findMergeRequest(github, auto)).toMatchObject({
    ...{ forge: "github", repository: "acme/inventory", number: 7, inPipeline: true, api: "https://api.github.com" },
    job: "https://github.example.com/acme/inventory/actions/runs/55#artifacts",
  });
  const onBranch = { ...github, GITHUB_REF: "refs/heads/main" };
  expect(findMergeRequest(onBranch, { ...auto, pullRequest: 8 })).toMatchObject({ number: 8 });
  expect(() => findMergeRequest(onBranch, auto)).toThrow("GITHUB_REF does not name a pull request");
});

describe("is a usage error where", () => {
  test.each([
    ["no pipeline is", {}, "it is not clear which forge"],
    ["the pipeline is of a branch", { ...gitlab, CI_MERGE_REQUEST_IID: "" }, "CI_MERGE_REQUEST_IID is not set"],
    ["a project is no number", { ...gitlab, CI_MERGE_REQUEST_PROJECT_ID: "../../user" }, "is not set to the id"],
    [
      "the address is not safe",
      { ...gitlab, CI_API_V4_URL: "http://gitlab.example.com/api/v4" },
      "CI_API_V4_URL is not set",
    ],
    [
      "the address has a user",
      { ...gitlab, CI_API_V4_URL: "https://a:b@gitlab.example.com/api/v4" },
      "CI_API_V4_URL is not",
    ],
    ["a repository is a path", { ...github, GITHUB_REPOSITORY: "acme/../user" }, "GITHUB_REPOSITORY is not set"],
  ])("%s", (_case, variables: Record<string, string>, message) => {
    expect(() => findMergeRequest(variables, auto)).toThrow(message);
  });
});

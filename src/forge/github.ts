import { answerFields, mostPages, tooManyPages } from "./answer-fields.ts";
import type { Forge, Issue, IssueTracker, Note } from "./forge.ts";
import type { ForgeClient } from "./forge-client.ts";
import { ForgeFailure } from "./forge-failure.ts";

export const githubRights = {
  notes: "permission to write comments of pull requests (`permissions: pull-requests: write` in the workflow)",
  issues: "permission to write issues (`permissions: issues: write` in the workflow)",
} as const;

export const githubHeaders = (token: string): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${token}`,
  accept: "application/vnd.github+json",
  "x-github-api-version": "2022-11-28",
  "user-agent": "dtsync",
});

/** A repository, `OWNER/NAME`, and the address of the API that it is asked about with, without a slash at its end. */
interface Repository {
  readonly repository: string;
  readonly api: string;
}

/** Who GITHUB_TOKEN writes as. */
const workflowUser = "github-actions[bot]";
const perPage = 100;

const { object, list, text, optionalText, id } = answerFields("GitHub");

/** The comments of a pull request of GitHub. */
export function createGithub(
  client: ForgeClient,
  { repository, api, number }: Repository & { readonly number: number },
): Forge {
  const comments = `/repos/${repository}/issues/${number}/comments`;
  return {
    async ownNotes() {
      const user = await userOf(client, api);
      const all = await allPages(client, `${comments}?`, "comments of this pull request");
      return all.flatMap((comment): readonly Note[] => {
        if (authorOf(comment, "a comment") !== user) return [];
        return [
          {
            id: String(id(comment["id"], "the id of a comment")),
            body: text(comment["body"], "the text of a comment"),
          },
        ];
      });
    },
    async create(body) {
      await client("POST", comments, { body });
    },
    async update(comment, body) {
      await client("PATCH", `/repos/${repository}/issues/comments/${comment}`, { body });
    },
    async remove(comment) {
      await client("DELETE", `/repos/${repository}/issues/comments/${comment}`);
    },
  };
}

/** The issues of a repository of GitHub. */
export function createGithubIssues(client: ForgeClient, { repository, api }: Repository): IssueTracker {
  const issues = `/repos/${repository}/issues`;
  return {
    async ownIssues() {
      const user = await userOf(client, api);
      const query = `creator=${encodeURIComponent(user)}&state=all&sort=created&direction=asc&`;
      const all = await allPages(client, `${issues}?${query}`, "issues of this user");
      return all.flatMap((issue): readonly Issue[] => {
        // Pull requests are in the list, too.
        if (authorOf(issue, "an issue") !== user || issue["pull_request"] !== undefined) return [];
        return [
          {
            id: String(id(issue["number"], "the number of an issue")),
            body: optionalText(issue["body"], "the text of an issue"),
            open: text(issue["state"], "the state of an issue") === "open",
          },
        ];
      });
    },
    async create({ title, body }) {
      await client("POST", issues, { title, body });
    },
    async update(issue, { body, open }) {
      const state = open === issue.open ? {} : { state: open ? "open" : "closed" };
      await client("PATCH", `${issues}/${issue.id}`, { body, ...state });
    },
  };
}

/** Nobody is named where the account has been deleted. */
const authorOf = (thing: Readonly<Record<string, unknown>>, what: string): string | null =>
  thing["user"] === null
    ? null
    : text(object(thing["user"], `the author of ${what}`)["login"], "the name of an author");

/** All elements of a list. `path` ends where a query goes on. */
async function allPages(client: ForgeClient, path: string, what: string) {
  const all: Readonly<Record<string, unknown>>[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const { value } = await client("GET", `${path}per_page=${perPage}&page=${page}`);
    const elements = list(value, `the list of ${what}`);
    all.push(...elements);
    if (elements.length < perPage) return all;
  }
  throw tooManyPages("GitHub", what);
}

/**
 * Name of the user that the token writes as. A token of an app, which that of a workflow is too, may not ask for its user, but
 * for the viewer of the other API of GitHub: `NAME[bot]`. Where that is not answered, it is taken for the token of a workflow.
 */
async function userOf(client: ForgeClient, api: string): Promise<string> {
  try {
    return text(object((await client("GET", "/user")).value, "the user")["login"], "the name of the user");
  } catch (error) {
    if (error instanceof ForgeFailure && error.status === 403) return (await viewerOf(client, api)) ?? workflowUser;
    throw error;
  }
}

/** Null: GitHub does not say, now or ever. What is written twice for that is found by the next run that knows. */
async function viewerOf(client: ForgeClient, api: string): Promise<string | null> {
  const query = "query { viewer { login } }";
  // A server of one's own has it beside the address with the version, `…/api/v3`.
  const path = api.endsWith("/v3") ? "/../graphql" : "/graphql";
  try {
    const { value } = await client("POST", path, { query }, { makesNothingTwice: true });
    const data = object(value, "the viewer")["data"];
    return text(object(object(data, "the viewer")["viewer"], "the viewer")["login"], "the name of the viewer");
  } catch (error) {
    if (error instanceof ForgeFailure) return null;
    throw error;
  }
}

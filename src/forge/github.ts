import { answerFields, mostPages, tooManyPages } from "./answer-fields.ts";
import type { Forge, Note } from "./forge.ts";
import type { ForgeClient } from "./forge-client.ts";
import { ForgeFailure } from "./forge-failure.ts";

export const githubRights =
  "permission to write comments of pull requests (`permissions: pull-requests: write` in the workflow)";

export const githubHeaders = (token: string): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${token}`,
  accept: "application/vnd.github+json",
  "x-github-api-version": "2022-11-28",
  "user-agent": "dtsync",
});

/** Who GITHUB_TOKEN writes as. */
const workflowUser = "github-actions[bot]";
const perPage = 100;

const { object, list, text, id } = answerFields("GitHub");

/** The comments of a pull request of GitHub. `repository`: `OWNER/NAME`. */
export function createGithub(
  client: ForgeClient,
  { repository, number }: { readonly repository: string; readonly number: number },
): Forge {
  const comments = `/repos/${repository}/issues/${number}/comments`;
  return {
    async ownNotes() {
      const user = await userOf(client);
      const own: Note[] = [];
      for (let page = 1; page <= mostPages; page += 1) {
        const { value } = await client("GET", `${comments}?per_page=${perPage}&page=${page}`);
        const all = list(value, "the list of comments");
        for (const comment of all) {
          // Nobody is named where the account has been deleted.
          if (comment["user"] === null) continue;
          const author = text(object(comment["user"], "the author of a comment")["login"], "the name of an author");
          if (author !== user) continue;
          own.push({
            id: String(id(comment["id"], "the id of a comment")),
            body: text(comment["body"], "the text of a comment"),
          });
        }
        if (all.length < perPage) return own;
      }
      throw tooManyPages("GitHub");
    },
    async create(body) {
      await client("POST", comments, { body });
    },
    async update(comment, body) {
      await client("PATCH", `/repos/${repository}/issues/comments/${comment}`, { body });
    },
  };
}

/** The token of a workflow may not ask who it is. */
async function userOf(client: ForgeClient): Promise<string> {
  try {
    return text(object((await client("GET", "/user")).value, "the user")["login"], "the name of the user");
  } catch (error) {
    if (error instanceof ForgeFailure && error.status === 403) return workflowUser;
    throw error;
  }
}

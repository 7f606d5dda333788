import { answerFields, mostPages, tooManyPages } from "./answer-fields.ts";
import type { Forge, Issue, IssueTracker, Note } from "./forge.ts";
import type { ForgeClient } from "./forge-client.ts";

/** What the token needs. The token of a job can read notes, but write neither notes nor issues. */
export const gitlabRights = {
  notes:
    "the scope api and the role Reporter or higher in the project (CI_JOB_TOKEN cannot write notes: make a project access token)",
  issues:
    "the scope api and the role Guest or higher in the project (CI_JOB_TOKEN cannot write issues: make a project access token)",
} as const;

export const gitlabHeaders = (token: string): Readonly<Record<string, string>> => ({
  "private-token": token,
  accept: "application/json",
  "user-agent": "dtsync",
});

const { object, list, text, optionalText, id } = answerFields("GitLab");

/** The notes of a merge request of GitLab. `project`: an id; `number`: the number within the project. */
export function createGitlab(
  client: ForgeClient,
  { project, number }: { readonly project: string; readonly number: number },
): Forge {
  const notes = `/projects/${project}/merge_requests/${number}/notes`;
  return {
    async ownNotes() {
      const user = await userOf(client);
      const all = await allPages(client, `${notes}?sort=asc&order_by=created_at`, "notes of this merge request");
      return all.flatMap((note): readonly Note[] => {
        const author = id(object(note["author"], "the author of a note")["id"], "the id of an author");
        if (author !== user || note["system"] === true) return [];
        return [{ id: String(id(note["id"], "the id of a note")), body: text(note["body"], "the text of a note") }];
      });
    },
    async create(body) {
      await client("POST", notes, { body });
    },
    async update(note, body) {
      await client("PUT", `${notes}/${note}`, { body });
    },
    async remove(note) {
      await client("DELETE", `${notes}/${note}`);
    },
  };
}

/**
 * The issues of a project of GitLab. New ones are confidential: a public project would show names of hosts to everybody, and
 * guests of a private one see no artifacts either.
 */
export function createGitlabIssues(client: ForgeClient, { project }: { readonly project: string }): IssueTracker {
  const issues = `/projects/${project}/issues`;
  return {
    async ownIssues() {
      const user = await userOf(client);
      const query = `author_id=${user}&scope=all&state=all&sort=asc&order_by=created_at`;
      const all = await allPages(client, `${issues}?${query}`, "issues of this user");
      return all.flatMap((issue): readonly Issue[] => {
        if (id(object(issue["author"], "the author of an issue")["id"], "the id of an author") !== user) return [];
        return [
          {
            id: String(id(issue["iid"], "the number of an issue")),
            body: optionalText(issue["description"], "the text of an issue"),
            open: text(issue["state"], "the state of an issue") === "opened",
          },
        ];
      });
    },
    async create({ title, body }) {
      await client("POST", issues, { title, description: body, confidential: true });
    },
    async update(issue, { body, open }) {
      const event = open === issue.open ? {} : { state_event: open ? "reopen" : "close" };
      await client("PUT", `${issues}/${issue.id}`, { description: body, ...event });
    },
  };
}

const userOf = async (client: ForgeClient): Promise<number> =>
  id(object((await client("GET", "/user")).value, "the user")["id"], "the id of the user");

/** All elements of a list. `path` has a query already. */
async function allPages(client: ForgeClient, path: string, what: string) {
  const all: Readonly<Record<string, unknown>>[] = [];
  let page = "1";
  for (let read = 0; read < mostPages; read += 1) {
    const { value, headers } = await client("GET", `${path}&per_page=100&page=${page}`);
    all.push(...list(value, `the list of ${what}`));
    page = headers.get("x-next-page") ?? "";
    if (!/^\d+$/.test(page)) return all;
  }
  throw tooManyPages("GitLab", what);
}

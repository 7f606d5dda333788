import { answerFields, mostPages, tooManyPages } from "./answer-fields.ts";
import type { Forge, Note } from "./forge.ts";
import type { ForgeClient } from "./forge-client.ts";

/** What the token needs. The token of a job can read notes, but not write them. */
export const gitlabRights =
  "the scope api and the role Reporter or higher in the project (CI_JOB_TOKEN cannot write notes: make a project access token)";

export const gitlabHeaders = (token: string): Readonly<Record<string, string>> => ({
  "private-token": token,
  accept: "application/json",
  "user-agent": "dtsync",
});

const { object, list, text, id } = answerFields("GitLab");

/** The notes of a merge request of GitLab. `project`: an id; `number`: the number within the project. */
export function createGitlab(
  client: ForgeClient,
  { project, number }: { readonly project: string; readonly number: number },
): Forge {
  const notes = `/projects/${project}/merge_requests/${number}/notes`;
  return {
    async ownNotes() {
      const user = id(object((await client("GET", "/user")).value, "the user")["id"], "the id of the user");
      const own: Note[] = [];
      let page = "1";
      for (let read = 0; read < mostPages; read += 1) {
        const { value, headers } = await client(
          "GET",
          `${notes}?sort=asc&order_by=created_at&per_page=100&page=${page}`,
        );
        for (const note of list(value, "the list of notes")) {
          const author = id(object(note["author"], "the author of a note")["id"], "the id of an author");
          if (author !== user || note["system"] === true) continue;
          own.push({ id: String(id(note["id"], "the id of a note")), body: text(note["body"], "the text of a note") });
        }
        page = headers.get("x-next-page") ?? "";
        if (!/^\d+$/.test(page)) return own;
      }
      throw tooManyPages("GitLab");
    },
    async create(body) {
      await client("POST", notes, { body });
    },
    async update(note, body) {
      await client("PUT", `${notes}/${note}`, { body });
    },
  };
}

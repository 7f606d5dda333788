import type { Fetch, FetchRequest } from "../../src/ports.ts";

/** An answer of a simulated forge. */
export interface SimulatedAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SimulatedNote {
  readonly id: number;
  body: string;
  /** Name of the user. */
  readonly author: string;
  readonly system?: boolean;
}

export interface SimulatedIssue {
  readonly id: number;
  readonly title: string;
  body: string;
  open: boolean;
  /** Name of the user. */
  readonly author: string;
  /** GitHub lists pull requests as issues. */
  readonly pullRequest?: boolean;
  readonly confidential?: boolean;
}

/** A forge with one merge request, number 7, and issues of project 42 (GitLab) or of `acme/inventory` (GitHub). */
export interface SimulatedForge {
  /** Name of the user that its token writes as. */
  user: string;
  readonly notes: SimulatedNote[];
  readonly issues: SimulatedIssue[];
  /** `METHOD path` of every request that it took. */
  readonly requests: string[];
  /** Answers that are given instead of its own, in their order; null: its own. A write is made all the same with `lost`. */
  readonly troubles: (null | { readonly answer: SimulatedAnswer | "cut"; readonly lost?: boolean })[];
  answer(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | null,
  ): SimulatedAnswer | "cut";
}

/** Not written down in one piece, because it is to look like a token. */
export const forgeTokens = {
  gitlab: ["glpat", "0123456789abcdefghij"].join("-"),
  github: ["ghp", "0123456789abcdef"].join("_"),
};
export const ownUser = { gitlab: "dtsync-bot", github: "github-actions[bot]" } as const;

const ids: Readonly<Record<string, number>> = {
  "dtsync-bot": 11,
  "github-actions[bot]": 12,
  reviewer: 13,
  "inventory-app[bot]": 14,
};

/**
 * What the documentation of the forge says of its notes, and nothing else: each path, parameter, header and body that is not in
 * there is an error of the client.
 */
export function simulateForge(kind: "gitlab" | "github"): SimulatedForge {
  const own = kind === "gitlab" ? gitlab : github;
  const forge: SimulatedForge = {
    user: ownUser[kind],
    notes: [],
    issues: [],
    requests: [],
    troubles: [],
    answer(method, url, headers, body) {
      const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
      forge.requests.push(
        `${method} ${pathname}${searchParams.has("page") ? `?page=${searchParams.get("page")}` : ""}`,
      );
      const trouble = forge.troubles.shift() ?? null;
      if (trouble !== null && trouble.lost !== true) return trouble.answer;
      const given = own(forge, { method, path: pathname, query: searchParams, headers, body });
      return trouble === null ? given : trouble.answer;
    },
  };
  return forge;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

const error = (status: number, message: string): SimulatedAnswer => ({ status, body: { message } });

function gitlab({ notes, issues }: SimulatedForge, asked: Asked): SimulatedAnswer {
  const { method, path, query, headers, body } = asked;
  if (headers["private-token"] !== forgeTokens.gitlab) return error(401, "401 Unauthorized");
  const show = ({ id, body: text, author, system = false }: SimulatedNote) => ({
    ...{ id, body: text, system, author: { id: ids[author], username: author } },
  });
  if (method === "GET" && path === "/api/v4/user")
    return { status: 200, body: { id: ids[ownUser.gitlab], username: ownUser.gitlab } };
  if (path.startsWith("/api/v4/projects/42/issues")) return gitlabIssues(issues, asked);
  const [, note] = /^\/api\/v4\/projects\/42\/merge_requests\/7\/notes(?:\/(\d+))?$/.exec(path) ?? [undefined, null];
  if (note === null) return error(404, "404 Not Found");
  if (method === "GET" && note === undefined) {
    for (const name of query.keys()) {
      if (!["sort", "order_by", "per_page", "page"].includes(name)) return error(400, `${name} is invalid`);
    }
    const perPage = Number(query.get("per_page") ?? "20");
    const page = Number(query.get("page") ?? "1");
    const sorted = query.get("sort") === "asc" ? notes : [...notes].reverse();
    const next = page * perPage < notes.length ? String(page + 1) : "";
    return {
      status: 200,
      body: sorted.slice((page - 1) * perPage, page * perPage).map(show),
      headers: { "x-next-page": next },
    };
  }
  return write(
    notes,
    method === "PUT" ? "CHANGE" : method === "POST" || method === "DELETE" ? method : null,
    note,
    { headers, body },
    ownUser.gitlab,
    1_000_000,
  );
}

function github({ notes, issues, user }: SimulatedForge, asked: Asked): SimulatedAnswer {
  const { method, path, query, headers, body } = asked;
  if (headers["authorization"] !== `Bearer ${forgeTokens.github}`) return error(401, "Bad credentials");
  if (headers["accept"] !== "application/vnd.github+json" || !headers["user-agent"])
    return error(403, "Request forbidden");
  if (method === "GET" && path === "/user") return error(403, "Resource not accessible by integration");
  if (method === "POST" && path === "/graphql") {
    if (headers["content-type"] !== "application/json") return error(415, "Unsupported Media Type");
    const { query: asked, ...more } = JSON.parse(body ?? "null") as Readonly<Record<string, unknown>>;
    if (asked !== "query { viewer { login } }" || Object.keys(more).length > 0)
      return { status: 200, body: { data: null, errors: [{ message: "Parse error" }] } };
    return { status: 200, body: { data: { viewer: { login: user } } } };
  }
  const show = ({ id, body: text, author }: SimulatedNote) => ({
    id,
    body: text,
    user: { id: ids[author], login: author },
  });
  const perPage = Number(query.get("per_page") ?? "30");
  const page = Number(query.get("page") ?? "1");
  if (path === "/repos/acme/inventory/issues/7/comments") {
    if (method === "GET") return { status: 200, body: notes.slice((page - 1) * perPage, page * perPage).map(show) };
    return write(notes, method === "POST" ? "POST" : null, undefined, { headers, body }, user, 65_536);
  }
  if (/^\/repos\/acme\/inventory\/issues(?:\/\d+)?$/.test(path)) return githubIssues(issues, user, asked);
  const [, note] = /^\/repos\/acme\/inventory\/issues\/comments\/(\d+)$/.exec(path) ?? [];
  if (note === undefined) return error(404, "Not Found");
  const action = method === "PATCH" ? "CHANGE" : method === "DELETE" ? "DELETE" : null;
  return write(notes, action, note, { headers, body }, user, 65_536);
}

/** A page of a list. */
function pageOf<T>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const [perPage, page] = [Number(query.get("per_page") ?? "20"), Number(query.get("page") ?? "1")];
  return all.slice((page - 1) * perPage, page * perPage);
}

function gitlabIssues(issues: SimulatedIssue[], { method, path, query, headers, body }: Asked): SimulatedAnswer {
  const show = ({ id, title, body: description, open, author, confidential = false }: SimulatedIssue) => ({
    ...{ id: 9000 + id, iid: id, title, description: description === "" ? null : description, confidential },
    ...{ state: open ? "opened" : "closed", author: { id: ids[author], username: author } },
  });
  const [found, number] = /^\/api\/v4\/projects\/42\/issues(?:\/(\d+))?$/.exec(path) ?? [];
  if (found === undefined) return error(404, "404 Not Found");
  if (method === "GET" && number === undefined) {
    for (const name of query.keys()) {
      if (!["author_id", "scope", "state", "sort", "order_by", "per_page", "page"].includes(name))
        return error(400, `${name} is invalid`);
    }
    if (query.get("scope") !== "all" || query.get("state") !== "all") return error(400, "not what is tested here");
    const shown = issues.filter(({ author }) => String(ids[author]) === query.get("author_id")).map(show);
    const [perPage, page] = [Number(query.get("per_page") ?? "20"), Number(query.get("page") ?? "1")];
    const next = page * perPage < shown.length ? String(page + 1) : "";
    const sorted = query.get("sort") === "asc" ? shown : shown.reverse();
    return { status: 200, body: pageOf(sorted, query), headers: { "x-next-page": next } };
  }
  if (headers["content-type"] !== "application/json") return error(415, "The provided content-type is not supported");
  const given = JSON.parse(body ?? "null") as Readonly<Record<string, unknown>>;
  if (method === "POST" && number === undefined) {
    if (Object.keys(given).sort().join() !== "confidential,description,title") return error(400, "title is missing");
    return opened(issues, String(given["title"]), String(given["description"]), ownUser.gitlab, show, {
      confidential: given["confidential"] === true,
    });
  }
  const issue = issues.find(({ id }) => String(id) === number);
  if (issue === undefined) return error(404, "404 Not found");
  if (method !== "PUT" || issue.author !== ownUser.gitlab) return error(403, "403 Forbidden");
  const { description, state_event: event } = given;
  if (typeof description !== "string" || (event !== undefined && event !== (issue.open ? "close" : "reopen")))
    return error(400, "state_event does not have a valid value");
  issue.body = description;
  if (event !== undefined) issue.open = event === "reopen";
  return { status: 200, body: show(issue) };
}

function githubIssues(
  issues: SimulatedIssue[],
  user: string,
  { method, path, query, headers, body }: Asked,
): SimulatedAnswer {
  const show = ({ id, title, body: text, open, author, pullRequest = false }: SimulatedIssue) => ({
    ...{ id: 9000 + id, number: id, title, body: text === "" ? null : text, state: open ? "open" : "closed" },
    ...{ user: { id: ids[author], login: author }, ...(pullRequest ? { pull_request: { url: "" } } : {}) },
  });
  const number = /\/(\d+)$/.exec(path)?.[1];
  if (method === "GET" && number === undefined) {
    const shown = issues.filter(
      ({ author, open }) => author === query.get("creator") && (query.get("state") === "all" || open),
    );
    return { status: 200, body: pageOf(query.get("direction") === "asc" ? shown : shown.reverse(), query).map(show) };
  }
  if (headers["content-type"] !== "application/json") return error(415, "Unsupported Media Type");
  const given = JSON.parse(body ?? "null") as Readonly<Record<string, unknown>>;
  if (String(given["body"]).length > 65_536) return error(422, "Validation Failed: body is too long");
  if (method === "POST" && number === undefined) {
    if (Object.keys(given).sort().join() !== "body,title") return error(422, "Validation Failed");
    return opened(issues, String(given["title"]), String(given["body"]), user, show);
  }
  const issue = issues.find(({ id }) => String(id) === number);
  if (issue === undefined) return error(404, "Not Found");
  if (method !== "PATCH") return error(404, "Not Found");
  if (given["state"] !== undefined && given["state"] !== "open" && given["state"] !== "closed")
    return error(422, "Validation Failed");
  issue.body = String(given["body"]);
  if (given["state"] !== undefined) issue.open = given["state"] === "open";
  return { status: 200, body: show(issue) };
}

function opened(
  issues: SimulatedIssue[],
  title: string,
  body: string,
  author: string,
  show: (issue: SimulatedIssue) => unknown,
  more: Partial<SimulatedIssue> = {},
): SimulatedAnswer {
  const issue: SimulatedIssue = { id: 1 + issues.length, title, body, open: true, author, ...more };
  issues.push(issue);
  return { status: 201, body: show(issue) };
}

function write(
  notes: SimulatedNote[],
  action: "POST" | "CHANGE" | "DELETE" | null,
  id: string | undefined,
  { headers, body }: Pick<Asked, "headers" | "body">,
  user: string,
  most: number,
): SimulatedAnswer {
  if (action === null || (action === "POST") !== (id === undefined)) return error(405, "405 Method Not Allowed");
  if (action === "DELETE") {
    const index = notes.findIndex((note) => String(note.id) === id && note.author === user);
    if (index === -1) return error(404, "404 Not found");
    notes.splice(index, 1);
    return { status: 204, body: "" };
  }
  if (headers["content-type"] !== "application/json") return error(415, "The provided content-type is not supported");
  const given = JSON.parse(body ?? "null") as Readonly<Record<string, unknown>>;
  if (Object.keys(given).join() !== "body" || typeof given["body"] !== "string") return error(400, "body is missing");
  if (given["body"].length > most) return error(422, "Validation Failed: body is too long");
  if (action === "POST") {
    const note = { id: 1000 + notes.length, body: given["body"], author: user };
    notes.push(note);
    return { status: 201, body: { id: note.id, body: note.body } };
  }
  const found = notes.find((note) => String(note.id) === id);
  if (found === undefined) return error(404, "404 Not found");
  if (found.author !== user) return error(403, "403 Forbidden");
  found.body = given["body"];
  return { status: 200, body: { id: found.id, body: found.body } };
}

/** The port through which the code under test reaches the forge, in this process. */
export const fetchFrom =
  (forge: SimulatedForge): Fetch =>
  async (url: string, { method, headers, body }: FetchRequest) => {
    const given = forge.answer(method, url, headers, body ?? null);
    if (given === "cut") throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    const text = typeof given.body === "string" ? given.body : JSON.stringify(given.body);
    return {
      status: given.status,
      headers: { get: (name: string) => given.headers?.[name.toLowerCase()] ?? null },
      body: (async function* () {
        yield new TextEncoder().encode(text);
      })(),
    };
  };

/** For `troubles`: what is asked before the first write is answered. GitHub is asked twice for the user. */
export const beforeWrite = (kind: "gitlab" | "github"): readonly null[] =>
  kind === "gitlab" ? [null, null] : [null, null, null];

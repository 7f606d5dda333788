import { requiredScope } from "./read-scopes.ts";

/** What a follow-up page of a list carries beside its cursor. */
export type Paging = "nothing" | "fields" | "query";

/** A GET below the address of an environment. */
export interface EnvironmentQuestion {
  /** As it was given, by which answers are told apart. */
  readonly text: string;
  /** Encoded, from `/api/` on. */
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly paging: Paging;
  /** What a token needs to ask it; `none`: it is answered without one. Null: nobody knows. */
  readonly scope: string | null;
}

export type ReadQuestion = EnvironmentQuestion | { readonly refusal: string; readonly hint: string };

/** Characters. */
const longest = 8_000;
const families = /^\/api\/(?:v1|v2|config\/v1)\//;

/**
 * Reads the path and query of a question. It stays below the environment: no other origin, no step up, and no slash that only
 * shows once it is decoded. What an address cannot hold, such as braces and quotation marks, is encoded; `+` is itself.
 */
export function environmentQuestion(text: string): ReadQuestion {
  const hint = `a path below an environment, for example '/api/v2/entities?entitySelector=type("HOST")'`;
  if (text.length > longest) return { refusal: `it has more than ${longest} characters`, hint };
  if (/[\u0000-\u001f\u007f\\#]/.test(text))
    return { refusal: "it has a backslash, a number sign or a control character", hint };
  const end = text.indexOf("?");
  const given = end === -1 ? text : text.slice(0, end);
  const path = encodedPath(given);
  if (path === null) return { refusal: "its path does not stay below the environment", hint };
  if (/^\/e\//.test(path)) return { refusal: "each environment is put before it", hint: `leave out /e/… before /api/` };
  if (!families.test(`${path}/`))
    return { refusal: "it does not begin with /api/v1/, /api/v2/ or /api/config/v1/", hint };
  if (path.startsWith("/api/v1/deployment/"))
    return { refusal: "it leads to installers, and to secrets that agents connect with", hint };
  const query = end === -1 ? [] : queryOf(text.slice(end + 1));
  if (query === null)
    return { refusal: "its query is not encoded as an address is", hint: "write a per cent sign as %25" };
  const own = query.find(([name]) => ["nextpagekey", "api-token"].includes(name.toLowerCase()))?.[0];
  if (own !== undefined)
    return { refusal: `it has ${own}`, hint: "pages are followed, and tokens made, by dtsync itself" };
  return { text, path, query, paging: pagingOf(path), scope: requiredScope(path) };
}

/** Null: it leads, or could be read so that it leads, somewhere else. */
function encodedPath(given: string): string | null {
  if (!given.startsWith("/") || given.endsWith("/")) return null;
  const parts = given.slice(1).split("/").map(decoded);
  const isUsable = (part: string | null): part is string =>
    part !== null && !["", ".", ".."].includes(part) && !/[/\\\u0000-\u001f\u007f]/.test(part);
  if (!parts.every(isUsable)) return null;
  return parts.map((part) => `/${encodeURIComponent(part)}`).join("");
}

function queryOf(text: string): readonly (readonly [string, string])[] | null {
  const pairs = text.split("&").filter((pair) => pair !== "");
  const read = pairs.map((pair): readonly [string | null, string | null] => {
    const end = pair.indexOf("=");
    return end === -1 ? [decoded(pair), ""] : [decoded(pair.slice(0, end)), decoded(pair.slice(end + 1))];
  });
  const isRead = (pair: readonly [string | null, string | null]): pair is readonly [string, string] =>
    pair.every((part) => part !== null);
  return read.every(isRead) ? read : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Three rules exist: most lists want the cursor alone. */
function pagingOf(path: string): Paging {
  if (path === "/api/v1/oneagents") return "query";
  return path === "/api/v2/problems" ? "fields" : "nothing";
}

/** The query of the page behind a cursor. */
export function followUpQuery(
  { query, paging }: Pick<EnvironmentQuestion, "query" | "paging">,
  cursor: string,
): EnvironmentQuestion["query"] {
  const kept = paging === "query" ? query : query.filter(([name]) => paging === "fields" && name === "fields");
  return [...kept, ["nextPageKey", cursor]];
}

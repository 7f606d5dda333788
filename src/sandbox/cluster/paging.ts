import { parseJson } from "../../lib/parse-json.ts";
import { constraintsViolated, queryViolation, type Violation } from "./answers.ts";
import type { World } from "./world.ts";

/** What a cursor remembers: the list, the place in it, the query it began with, and when it was given out. */
interface Cursor {
  readonly list: string;
  readonly offset: number;
  readonly page: number;
  readonly query: string;
  readonly at: number;
}

interface PageRequest {
  /** The query of the first page. */
  readonly query: URLSearchParams;
  readonly offset: number;
  /** From 1. */
  readonly page: number;
}

export interface PagingRule {
  /** Name of the list; a cursor of one list is no cursor of another. */
  readonly list: string;
  /**
   * What a follow-up page carries beside the cursor: nothing, the `fields` of the first page, or the whole
   * first query.
   */
  readonly repeats: "nothing" | "fields" | "query";
}

/** Which page is asked for, or the answer that refuses. */
export function pageRequestOf(world: World, rule: PagingRule, query: URLSearchParams): PageRequest | Response {
  const key = query.get("nextPageKey");
  if (key === null) return { query, offset: 0, page: 1 };
  const cursor = parseCursor(key);
  if (cursor === null || cursor.list !== rule.list) return refused("nextPageKey", "The cursor is not valid");
  if (world.now() - cursor.at > world.switches.cursorLifetime) return refused("nextPageKey", "The cursor has expired");
  const first = new URLSearchParams(cursor.query);
  const violations = rule.repeats === "query" ? repeatsQuery(first, query) : standsAlone(rule, first, query);
  if (violations.length > 0 && (rule.repeats === "query" || world.switches.cursorWithParameters === "refused")) {
    return constraintsViolated(violations);
  }
  return { query: first, offset: cursor.offset, page: cursor.page };
}

/** The page of a list that was asked for, and what its answer says of the list. */
export function pageOf<Item>(world: World, rule: PagingRule, request: PageRequest, size: number, all: readonly Item[]) {
  const items = all.slice(request.offset, request.offset + size);
  const end = request.offset + items.length;
  const next = end < all.length ? nextPageKey(world, rule, request, end) : null;
  return { items, list: { totalCount: all.length, pageSize: size, nextPageKey: next } };
}

/** Cursor of the page after the one that was asked for. */
function nextPageKey(world: World, rule: PagingRule, request: PageRequest, offset: number): string {
  const cursor: Cursor = {
    list: rule.list,
    offset,
    page: request.page + 1,
    query: request.query.toString(),
    at: world.now(),
  };
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

/** A whole number in the query, the default where it is left out, or the answer that refuses. */
export function pageSizeOf(query: URLSearchParams, least: number, most: number, standard: number): number | Response {
  const text = query.get("pageSize");
  if (text === null) return standard;
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return size >= least && size <= most ? size : refused("pageSize", `must be between ${least} and ${most}`);
}

export function refused(parameter: string, message: string): Response {
  return constraintsViolated([queryViolation(parameter, message)]);
}

function standsAlone(rule: PagingRule, first: URLSearchParams, query: URLSearchParams): readonly Violation[] {
  const violations = [...new Set(query.keys())]
    .filter((name) => name !== "nextPageKey" && !(rule.repeats === "fields" && name === "fields"))
    .map((name) => queryViolation(name, "must be omitted when nextPageKey is given"));
  if (rule.repeats === "fields" && first.get("fields") !== query.get("fields")) {
    violations.push(queryViolation("fields", "must be the same as in the first request"));
  }
  return violations;
}

function repeatsQuery(first: URLSearchParams, query: URLSearchParams): readonly Violation[] {
  const text = (parameters: URLSearchParams): string =>
    [...parameters]
      .filter(([name]) => name !== "nextPageKey")
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join("&");
  return text(first) === text(query)
    ? []
    : [queryViolation("nextPageKey", "must come with the parameters of the first request")];
}

function parseCursor(text: string): Cursor | null {
  try {
    const value = parseJson(Buffer.from(text, "base64url").toString("utf8"));
    if (typeof value !== "object" || value === null) return null;
    const cursor = value as Partial<Cursor>;
    const complete =
      typeof cursor.list === "string" &&
      typeof cursor.query === "string" &&
      [cursor.offset, cursor.page, cursor.at].every(Number.isInteger);
    return complete ? (cursor as Cursor) : null;
  } catch {
    return null;
  }
}

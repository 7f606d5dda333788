import { compareText } from "../../lib/text.ts";
import { jsonAnswer } from "./answers.ts";
import { type PagingRule, pageOf, pageRequestOf, pageSizeOf, refused } from "./paging.ts";
import type { TokenRecord } from "./snapshot.ts";
import { isValid } from "./token-store.ts";
import { type Exchange, environmentOf, type World } from "./world.ts";

const standardFields = ["id", "name", "enabled", "owner", "creationDate"];
const furtherFields = [
  "personalAccessToken",
  "modifiedDate",
  "expirationDate",
  "lastUsedDate",
  "lastUsedIpAddress",
  "scopes",
  "additionalMetadata",
];

type Test = (token: TokenRecord) => boolean;

/** A token as the answers show it, with every field. */
export function tokenView(world: World, token: TokenRecord): Record<string, unknown> {
  const date = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());
  return {
    id: token.id,
    name: token.name,
    enabled: isValid({ ...token, expires: null }, world.now()),
    personalAccessToken: false,
    owner: token.owner,
    creationDate: date(token.created),
    modifiedDate: date(token.modified),
    expirationDate: date(token.expires),
    lastUsedDate: date(token.lastUse),
    lastUsedIpAddress: null,
    scopes: token.scopes,
    additionalMetadata: null,
  };
}

/** `GET /api/v2/apiTokens`. */
export function listApiTokens(world: World, exchange: Exchange): Response {
  const environment = environmentOf(exchange).id;
  const paging: PagingRule = { list: `apiTokens/${environment}`, repeats: "nothing" };
  const request = pageRequestOf(world, paging, exchange.query);
  if (request instanceof Response) return request;
  const size = pageSizeOf(request.query, 100, 10_000, 200);
  if (size instanceof Response) return size;
  const fields = fieldsOf(request.query.get("fields"));
  if (fields === null) return refused("fields", "names a field that does not exist");
  const test = selectorOf(request.query.get("apiTokenSelector") ?? "");
  if (test === null) return refused("apiTokenSelector", "The selector is not valid");
  const sort = /^([+-]?)(name|creationDate)$/.exec(request.query.get("sort") ?? "-creationDate");
  if (sort === null) return refused("sort", "The sort is not valid");

  const direction = sort[1] === "-" ? -1 : 1;
  const key = (token: TokenRecord): string =>
    sort[2] === "name" ? token.name : String(token.created).padStart(15, "0");
  const all = world.state.tokens
    .of(environment)
    .filter(test)
    .sort((left, right) => direction * compareText(key(left), key(right)) || compareText(left.id, right.id));
  const page = pageOf(world, paging, request, size, all);
  return jsonAnswer({
    ...page.list,
    apiTokens: page.items.map((token) => {
      const view = tokenView(world, token);
      return Object.fromEntries(fields.map((field) => [field, view[field]]));
    }),
  });
}

/** `+field` adds, `-field` removes, bare names replace. A plus sign that was not encoded arrives as a space: refused. */
function fieldsOf(text: string | null): readonly string[] | null {
  if (text === null || text === "") return standardFields;
  const parts = text.split(",");
  const relative = parts.every((part) => /^[+-]/.test(part));
  const fields = new Set(relative ? standardFields : ["id"]);
  for (const part of parts) {
    const name = relative ? part.slice(1) : part;
    if (![...standardFields, ...furtherFields].includes(name)) return null;
    if (part.startsWith("-")) fields.delete(name);
    else fields.add(name);
  }
  return [...fields];
}

function selectorOf(text: string): Test | null {
  const tests: Test[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const criterion = /^(\w+)\(([^)]*)\)(?:\s*,\s*(?=\S)|\s*$)/.exec(rest);
    const test = criterion === null ? null : criterionOf(criterion[1] ?? "", criterion[2] ?? "");
    if (criterion === null || test === null) return null;
    tests.push(test);
    rest = rest.slice(criterion[0].length);
  }
  return (token) => tests.every((test) => test(token));
}

function criterionOf(name: string, text: string): Test | null {
  if (name === "personalAccessToken") {
    return text === "true" || text === "false" ? () => text === "false" : null;
  }
  const values = [...text.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? "");
  if (values.length === 0) return null;
  if (name === "owner") return (token) => values.includes(token.owner);
  if (name === "scope") return (token) => values.some((scope) => token.scopes.includes(scope));
  return null;
}

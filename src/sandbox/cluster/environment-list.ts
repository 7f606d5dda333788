import { compareText } from "../../lib/text.ts";
import { jsonAnswer } from "./answers.ts";
import { createEnvironmentView, includesOf, licenceRefusal } from "./environment-view.ts";
import { type PagingRule, pageOf, pageRequestOf, pageSizeOf, refused } from "./paging.ts";
import type { EnvironmentRecord } from "./snapshot.ts";
import { type Exchange, readable, type World } from "./world.ts";

const paging: PagingRule = { list: "environments", repeats: "nothing" };

type Test = (environment: EnvironmentRecord) => boolean;
type Order = (left: EnvironmentRecord, right: EnvironmentRecord) => number;

/** `GET /environments`: filter, order, one page of it. */
export function listEnvironments(world: World, exchange: Exchange): Response {
  const request = pageRequestOf(world, paging, exchange.query);
  if (request instanceof Response) return request;
  const size = pageSizeOf(request.query, 1, 1000, 100);
  if (size instanceof Response) return size;
  const includes = includesOf(request.query);
  const refusal = licenceRefusal(world, includes);
  if (refusal !== null) return refusal;
  const test = filterOf(request.query.get("filter") ?? "");
  if (test === null) return refused("filter", "The filter is not valid");
  const order = orderOf(request.query.get("sort"));
  if (order === null) return refused("sort", "must be one of name, -name, creationDate, -creationDate");

  const all = visible(world).filter(test).sort(order);
  const page = pageOf(world, paging, request, size, all);
  return jsonAnswer({
    ...page.list,
    environments: page.items.map(createEnvironmentView(world, includes)),
  });
}

/** Every second list may come from a node that has not heard of the newest environments yet. */
function visible(world: World): EnvironmentRecord[] {
  const environments = [...readable(world).environments.values()];
  const { listDelay } = world.switches;
  world.passing.lists += 1;
  if (listDelay === 0 || world.passing.lists % 2 === 1) return environments;
  const now = world.now();
  return environments.filter(({ creationDate }) => now - Date.parse(creationDate) >= listDelay);
}

function filterOf(text: string): Test | null {
  const tests: Test[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const criterion = /^(\w+)\(([^)]*)\)(?:\s*,\s*(?=\S)|\s*$)/.exec(rest);
    if (criterion === null) return null;
    const test = testOf(criterion[1] ?? "", criterion[2] ?? "");
    if (test === null) return null;
    tests.push(test);
    rest = rest.slice(criterion[0].length);
  }
  return (environment) => tests.every((test) => test(environment));
}

function testOf(criterion: string, value: string): Test | null {
  switch (criterion) {
    case "name": {
      const part = value.toLowerCase();
      return ({ name }) => name.toLowerCase().includes(part);
    }
    case "state":
      return value === "ENABLED" || value === "DISABLED" ? ({ state }) => state === value : null;
    case "trial":
      return value === "true" || value === "false" ? ({ trial }) => String(trial) === value : null;
    case "tag": {
      const wanted = value.split(",").map((tag) => tag.trim());
      return ({ tags }) => wanted.some((tag) => tags.includes(tag));
    }
    default:
      return null;
  }
}

function orderOf(sort: string | null): Order | null {
  switch (sort) {
    case null:
      // The order is not defined without `sort`: neither that of names nor of ids nor of creation.
      return (left, right) => scatter(left.id) - scatter(right.id) || compareText(left.id, right.id);
    case "name":
      return (left, right) => compareText(left.name, right.name) || compareText(left.id, right.id);
    case "-name":
      return (left, right) => compareText(right.name, left.name) || compareText(left.id, right.id);
    case "creationDate":
      return (left, right) => compareText(left.creationDate, right.creationDate) || compareText(left.id, right.id);
    case "-creationDate":
      return (left, right) => compareText(right.creationDate, left.creationDate) || compareText(left.id, right.id);
    default:
      return null;
  }
}

/** FNV-1a. */
function scatter(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}

import fc from "fast-check";
import { expect } from "vitest";
import { groupIdOf } from "../../src/kinds/group/group-id.ts";
import { zoneNamer } from "../../src/kinds/zone-permission/wanted-rights.ts";
import type { Inventory } from "../../src/model/inventory.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Fetch, FetchRequest } from "../../src/ports.ts";
import { aClusterWorld, contentOf } from "../support/cluster-world.ts";
import { randomInventory, randomSeed } from "../support/random-worlds.ts";
import { expectUnmanagedUntouched } from "../support/unmanaged.ts";
import { type Damage, type DamageToJson, damaged, damagedJson, damageToJson, damageToText } from "./damage.ts";
import { expectMeantWords, fuzz } from "./fuzz.ts";

/*
 * Terms: damage to an answer is *evident* where what is left cannot be an answer of a cluster: it is no text, no JSON, or
 * something documented is missing or of another type. Else it is another answer that a cluster could have given, and
 * nobody can tell.
 *
 * Law: no damage brings an unexpected error, or a request that changes what is not declared. Evident damage plans nothing
 * that would not be planned without it. What else is damaged plans a creation or removal only where the answer, as it
 * came, says that the thing is not there, or that it is.
 */

type DamageToAnswer =
  | { readonly to: "bytes"; readonly damages: readonly Damage[] }
  | { readonly to: "json"; readonly damage: DamageToJson }
  | { readonly to: "status"; readonly status: number }
  | { readonly to: "all"; readonly body: string };

const damageToAnswer: fc.Arbitrary<DamageToAnswer> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ to: fc.constant("json" as const), damage: damageToJson }) },
  {
    weight: 3,
    arbitrary: fc.record({
      to: fc.constant("bytes" as const),
      damages: fc.array(damageToText, { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      to: fc.constant("status" as const),
      status: fc.constantFrom(200, 201, 204, 206, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503, 556, 599),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      to: fc.constant("all" as const),
      body: fc.constantFrom("", " ", "null", "[]", "{}", "0", '""', "<html></html>", "{}{}", '{"error":{"code":404}}'),
    }),
  },
);

const utf8 = new TextEncoder();

function damagedBody(body: Uint8Array, damage: DamageToAnswer): Uint8Array {
  switch (damage.to) {
    case "status":
      return body;
    case "all":
      return utf8.encode(damage.body);
    case "bytes":
      return damage.damages.reduce(damaged, body);
    case "json": {
      const value = jsonOf(body);
      return value === undefined ? body : damagedJson(value, damage.damage);
    }
  }
}

/** The JSON value that bytes stand for; undefined where they stand for none. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

const neverMissing = new Set(["id", "name", "state", "environments", "totalCount", "isClusterAdminGroup"]);
const typeOf = (value: unknown) => (value === null ? "null" : Array.isArray(value) ? "list" : typeof value);

function isEvident(before: unknown, after: unknown, mayBeMissing = false): boolean {
  if (after === undefined || after === null) return !mayBeMissing && before !== after;
  if (typeOf(before) !== typeOf(after)) return before !== null;
  if (Array.isArray(before)) {
    // Entries may have moved up: any that is of no type that the list had is one that cannot be there.
    const [entry] = before;
    return entry !== undefined && (after as readonly unknown[]).some((found) => isEvident(entry, found));
  }
  if (typeof before !== "object") return false;
  return Object.entries(before ?? {}).some(([key, member]) =>
    isEvident(member, (after as Readonly<Record<string, unknown>>)[key], !neverMissing.has(key)),
  );
}

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly answer: { readonly status: number; readonly bytes: Uint8Array; readonly evident: boolean };
  /** Where a creation says that what it made is. */
  readonly location: string | null;
}

/** Damages the answer to one request, and takes down all of them. `armed` counts them from 0 anew. */
function damagingFetch(damage: DamageToAnswer, nth: number) {
  const exchanges: Exchange[] = [];
  let left = Number.POSITIVE_INFINITY;
  const damagedAnswer = (status: number, bytes: Uint8Array) => {
    const after = { status: damage.to === "status" ? damage.status : status, bytes: damagedBody(bytes, damage) };
    const evident =
      damage.to === "status"
        ? damage.status >= 300 && ![400, 404, 422].includes(damage.status)
        : isEvident(jsonOf(bytes), jsonOf(after.bytes));
    return { ...after, evident };
  };
  const wrap =
    (fetch: Fetch): Fetch =>
    async (url: string, request: FetchRequest) => {
      const response = await fetch(url, request);
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body ?? []) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      left -= 1;
      const answer =
        left === -1 ? damagedAnswer(response.status, bytes) : { status: response.status, bytes, evident: false };
      exchanges.push({
        method: request.method,
        path: new URL(url).pathname,
        body: request.body,
        answer,
        location: response.headers.get("location"),
      });
      return {
        status: answer.status,
        headers: response.headers,
        body: (async function* () {
          yield answer.bytes;
        })(),
      };
    };
  const arm = () => {
    left = nth;
    exchanges.length = 0;
  };
  return {
    wrap,
    arm,
    exchanges,
    disarm: () => {
      left = Number.POSITIVE_INFINITY;
    },
  };
}

const environmentsPath = "/api/cluster/v2/environments";
const groupsPath = "/api/v1.0/onpremise/groups";
const zoneRightsPath = `${groupsPath}/managementZones`;

interface Named {
  readonly id: string;
  readonly name: string;
  readonly state?: string;
  readonly tags?: readonly string[];
}

/** What the list that was read last says, in the form in which it came. */
function listed(exchanges: readonly Exchange[], path: string): readonly Named[] | null {
  const found = exchanges.findLast((exchange) => exchange.method === "GET" && exchange.path === path);
  const value = found && jsonOf(found.answer.bytes);
  const items = path === groupsPath ? value : (value as { readonly environments?: unknown } | undefined)?.environments;
  if (!Array.isArray(items)) return null;
  return items.every((item) => typeof item?.id === "string" && typeof item?.name === "string") ? items : null;
}

/** A day that the calendar does not have does not count. */
const lastDay = (tags: readonly string[] = []): string =>
  tags
    .flatMap((tag) => /^dtsync:disabled=(\d{4}-\d{2}-\d{2})$/.exec(tag)?.[1] ?? [])
    .filter((day) => !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day))
    .sort()
    .at(-1) ?? "none";

/** Long enough ago for a deletion: the inventories here wait a week. */
const isPastDay = (day: string): boolean => day <= "2026-03-03";

function expectSupported(plan: Plan, undisturbed: Plan, inventory: Inventory, exchanges: readonly Exchange[]): void {
  const expected = new Map(undisturbed.changes.map(({ id, action }) => [id, action]));
  const added = plan.changes.filter(({ id, action }) => expected.get(id) !== action);
  if (exchanges.some(({ answer }) => answer.evident)) {
    expect(added).toEqual([]);
    if (plan.changes.length < undisturbed.changes.length) expect(plan.held).not.toEqual([]);
  }
  const environments = listed(exchanges, environmentsPath);
  const groups = listed(exchanges, groupsPath);
  for (const { kind, action, environment, group } of added) {
    const there = environments?.find(({ id }) => id.toLowerCase() === environment?.toLowerCase());
    const declared = inventory.groups.find(({ name }) => name === group);
    const names = new Set([group, ...(declared?.previously ?? [])].map((name) => name?.toLowerCase()));
    const theirs = groups?.find(({ name }) => names.has(name.toLowerCase()));
    const about = JSON.stringify({ kind, action, environment, group });
    if (kind === "environment") {
      expect(environments, about).not.toBeNull();
      if (action === "create") expect(there, about).toBeUndefined();
      if (action === "disable") expect(there?.state, about).toBe("ENABLED");
      if (action === "delete")
        expect([there?.state, isPastDay(lastDay(there?.tags))], about).toEqual(["DISABLED", true]);
    } else {
      expect(groups, about).not.toBeNull();
      if (action === "create") expect(theirs, about).toBeUndefined();
      if (action === "delete" || action === "revoke") expect(theirs, about).toBeDefined();
    }
  }
}

const isAboutTokens = (path: string) => /\/(?:tokens|apiTokens|tokenManagementToken)(?:\/|$)/.test(path);

/** A token is made under a name of the run, and only one that an answer names is deleted; those of environments in declared ones. */
function expectOwnToken(
  { method, path, body }: Pick<Exchange, "method" | "path" | "body">,
  exchanges: readonly Exchange[],
  ids: ReadonlySet<string>,
): void {
  const about = `${method} ${path} ${body}`;
  const environment = /^\/(?:e|api\/cluster\/v2\/environments)\/([^/]+)\//.exec(path)?.[1];
  if (environment !== undefined) expect(ids, about).toContain(decodeURIComponent(environment).toLowerCase());
  if (method === "POST") {
    const { name } = JSON.parse(body ?? "{}") as { readonly name: string };
    expect(name, about).toMatch(/^dtsync run 0123456789ab [a-z]+ \d+$/);
  } else {
    const id = decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
    expect(method, about).toBe("DELETE");
    expect(
      exchanges.some(({ answer, location }) => location?.endsWith(id) || Buffer.from(answer.bytes).includes(id)),
      about,
    ).toBe(true);
  }
}

/** Rights are set on zones only that some group names, by the name that the environment gave for their id. */
function expectNamedZones(body: string, exchanges: readonly Exchange[], inventory: Inventory): void {
  const namesZone = zoneNamer(inventory.groups);
  const { groupId, mzPermissionsPerEnvironment } = JSON.parse(body) as {
    readonly groupId: string;
    readonly mzPermissionsPerEnvironment: readonly {
      readonly environmentUuid: string;
      readonly mzPermissions: readonly { readonly mzId: string }[];
    }[];
  };
  const told = exchanges.some(({ answer }) => Buffer.from(answer.bytes).includes(JSON.stringify(groupId)));
  expect(told || inventory.groups.some(({ name }) => groupIdOf(name) === groupId), body).toBe(true);
  for (const { environmentUuid, mzPermissions } of mzPermissionsPerEnvironment) {
    const path = `/e/${environmentUuid}/api/config/v1/managementZones`.toLowerCase();
    const lists = exchanges.filter((exchange) => exchange.path.toLowerCase() === path);
    for (const { mzId } of mzPermissions) {
      const names = lists.flatMap(({ answer }) => {
        const list = jsonOf(answer.bytes) as { readonly values?: readonly Named[] } | undefined;
        return (list?.values ?? []).flatMap(({ id, name }) => (id === mzId ? name : []));
      });
      const isNamed = (name: string) =>
        namesZone({ cluster: "emea", environment: environmentUuid, managementZone: name });
      expect(names.some(isNamed), body).toBe(true);
    }
  }
}

/** Every request that changes something is about something that is declared, whatever the cluster was understood to say. */
function expectDeclaredWrites(
  exchanges: readonly Exchange[],
  inventory: Inventory,
  before: ReturnType<typeof contentOf>,
): void {
  const ids = new Set(inventory.environments.map(({ id }) => id.toLowerCase()));
  const names = new Set(
    inventory.groups.flatMap(({ name, previously }) => [name, ...previously]).map((name) => name.toLowerCase()),
  );
  const groupIds = new Set(before.groups.filter(({ name }) => names.has(name.toLowerCase())).map(({ id }) => id));
  for (const { method, path, body } of exchanges) {
    if (method === "GET") continue;
    if (isAboutTokens(path)) {
      expectOwnToken({ method, path, body }, exchanges, ids);
      continue;
    }
    if (path === zoneRightsPath) {
      expectNamedZones(body ?? "{}", exchanges, inventory);
      continue;
    }
    const last = decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
    if (path.startsWith(environmentsPath)) expect(ids, `${method} ${path}`).toContain(last.toLowerCase());
    else if (method === "DELETE") expect(groupIds, `${method} ${path}`).toContain(last);
    else {
      const { id, name } = JSON.parse(body ?? "{}") as { readonly id?: string; readonly name: string };
      expect(names, `${method} ${path} ${body}`).toContain(name.toLowerCase());
      const foreign = before.groups.some((group) => group.id === id && !groupIds.has(group.id));
      expect(foreign, `${method} ${path} ${body}`).toBe(false);
    }
  }
}

const disturbedRun = fc.record({
  inventory: randomInventory,
  seed: randomSeed,
  damage: damageToAnswer,
  nth: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 4 }) }, { weight: 2, arbitrary: fc.nat({ max: 40 }) }),
});

fuzz("answers of clusters", disturbedRun, async ({ inventory, seed, damage, nth }) => {
  const { wrap, arm, disarm, exchanges } = damagingFetch(damage, nth);
  const world = aClusterWorld({ seed, wrap });
  const before = contentOf(world.cluster);
  const undisturbed = await world.plan(inventory);
  arm();
  const plan = await world.plan(inventory);
  expectSupported(plan, undisturbed, inventory, exchanges);
  expectMeantWords(...plan.held.map(({ reason }) => reason), ...plan.warnings);
  for (const { error } of await world.apply(plan, inventory)) {
    expect(error?.code).not.toBe("internal");
    expectMeantWords(error?.message ?? "");
  }
  disarm();
  expectDeclaredWrites(exchanges, inventory, before);
  const plausible = exchanges.some(({ answer }, index) => index === nth && !answer.evident);
  if (!plausible) expectUnmanagedUntouched(before, contentOf(world.cluster), inventory);
});

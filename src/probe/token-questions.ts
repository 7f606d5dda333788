import { createApiToken } from "../dynatrace/environment-api.ts";
import { ask, isSuccess, memberAt } from "./ask.ts";
import type { NotTried, Probing, Question } from "./question.ts";
import { environmentPath, groupsPath, tokenPrefix } from "./scratch.ts";

const tokensPath = "/api/cluster/v2/tokens";
const hour = 3_600_000;
const shortLife = 15;

interface Made {
  readonly id: string;
  readonly secret: string;
}

/** A token of the cluster that lives for these minutes, or why there is none. */
async function makeToken(
  { client, scratch, conceal, made }: Probing,
  what: string,
  scopes: readonly string[],
  minutes: number,
): Promise<Made | { readonly status: number }> {
  const { status, headers, body } = await ask(client, {
    method: "POST",
    path: tokensPath,
    body: { name: `${tokenPrefix(scratch)}${what}`, scopes, expiresIn: { value: minutes, unit: "MINUTES" } },
  });
  const secret = memberAt(body, "token");
  if (typeof secret !== "string") return { status };
  conceal(secret);
  made.tokenLocation = headers.get("location");
  return { id: secret.split(".").slice(0, 2).join("."), secret };
}

const notMade = ({ status }: { readonly status: number }): NotTried => ({
  notTried:
    status === 403 ? "the token of the cluster lacks ClusterTokenManagement" : `no token could be made (${status})`,
});

const removeToken = ({ client }: Probing, { id }: Made) =>
  ask(client, { method: "DELETE", path: `${tokensPath}/${encodeURIComponent(id)}`, cleanup: true });

/** Does something with a token that may make token-management tokens. */
async function withRunToken<T>(
  probing: Probing,
  what: string,
  use: (secret: string) => Promise<T>,
): Promise<T | NotTried> {
  const run = await makeToken(probing, what, ["EnvironmentTokenManagement"], shortLife);
  if ("status" in run) return notMade(run);
  try {
    return await use(run.secret);
  } finally {
    await removeToken(probing, run);
  }
}

const managementToken = ({ client, scratch }: Probing, run: string) =>
  ask(client, {
    method: "POST",
    path: `${environmentPath(scratch)}/tokenManagementToken`,
    token: run,
    body: { name: `${tokenPrefix(scratch)}management`, expiresIn: { value: shortLife, unit: "MINUTES" } },
  });

const zonePatience = 30_000;
const zoneInterval = 1_000;

/** Makes two zones in the environment, and gives their ids, or the status that came instead. */
async function makeZones(
  { client, scratch, clock, conceal }: Probing,
  management: string,
): Promise<readonly string[] | number> {
  const { secret } = await createApiToken(client, scratch.environment, {
    name: `${tokenPrefix(scratch)}zones`,
    scopes: ["WriteConfig"],
    expires: new Date(clock.now().getTime() + hour / 4),
    with: management,
  });
  conceal(secret);
  const ids: string[] = [];
  for (const name of ["first", "second"]) {
    const path = `/e/${encodeURIComponent(scratch.environment)}/api/config/v1/managementZones`;
    const answer = await ask(client, { method: "POST", path, token: secret, body: { name, rules: [] } });
    const id = memberAt(answer.body, "id");
    if (typeof id !== "string") return answer.status;
    ids.push(id);
  }
  return ids;
}

/** Gives the group a right on one zone. A new zone can be unknown for some seconds. */
async function giveZone({ client, scratch, clock, signal }: Probing, group: string, mzId: string): Promise<number> {
  const began = clock.elapsed();
  for (;;) {
    const { status } = await ask(client, {
      method: "PUT",
      path: `${groupsPath}/managementZones`,
      body: {
        groupId: group,
        mzPermissionsPerEnvironment: [
          { environmentUuid: scratch.environment, mzPermissions: [{ mzId, permissions: ["VIEWER"] }] },
        ],
      },
    });
    if (status !== 404 || clock.elapsed() - began >= zonePatience) return status;
    await clock.sleep(zoneInterval, signal);
  }
}

/** What tokens tell, and what needs one of the environment. */
export const tokenQuestions: readonly Question[] = [
  {
    id: "token-lookup",
    question: "May a token with ServiceProviderAPI alone look itself up?",
    asked: "POST of such a token, then POST /tokens/lookup with it",
    async ask(probing) {
      const token = await makeToken(probing, "lookup", ["ServiceProviderAPI"], shortLife);
      if ("status" in token) return notMade(token);
      try {
        const body = { token: token.secret };
        const path = `${tokensPath}/lookup`;
        const answer = await ask(probing.client, { method: "POST", path, token: token.secret, body });
        return isSuccess(answer) ? "yes" : `no (${answer.status})`;
      } finally {
        await removeToken(probing, token);
      }
    },
  },
  {
    id: "long-environment-token",
    question: "May a token with EnvironmentTokenManagement live for more than 24 hours?",
    asked: "POST of one for 48 hours, then POST /tokens/lookup",
    async ask(probing) {
      const token = await makeToken(probing, "long", ["EnvironmentTokenManagement"], 48 * 60);
      if ("status" in token) return token.status === 400 ? "no: it is refused (400)" : notMade(token);
      try {
        const body = { token: token.secret };
        const { status, body: facts } = await ask(probing.client, {
          method: "POST",
          path: `${tokensPath}/lookup`,
          body,
        });
        const [created, expires] = [memberAt(facts, "created"), memberAt(facts, "expires")];
        if (typeof created !== "number" || typeof expires !== "number")
          return `it is made, but nothing tells how long it lives (${status})`;
        const hours = Math.round((expires - created) / hour);
        return hours > 24 ? `yes: it lives for ${hours} hours` : `no: it lives for ${hours} hours`;
      } finally {
        await removeToken(probing, token);
      }
    },
  },
  {
    id: "token-management-token",
    question: "Are there still token-management tokens?",
    asked: "POST /environments/{id}/tokenManagementToken",
    ask: (probing) =>
      withRunToken(probing, "run", async (run) => {
        const { status, body } = await managementToken(probing, run);
        const secret = memberAt(body, "token");
        if (typeof secret === "string") probing.conceal(secret);
        return typeof secret === "string" ? `yes (${status})` : `no (${status})`;
      }),
  },
  {
    id: "zone-rights",
    question: "Does a PUT of zone rights keep those on zones that it does not name?",
    asked: "two zones, a PUT with VIEWER for each, GET",
    async ask(probing) {
      const { group } = probing.made;
      if (group === null) return { notTried: "no group could be made" };
      return withRunToken(probing, "zones", async (run): Promise<string | NotTried> => {
        const secret = memberAt((await managementToken(probing, run)).body, "token");
        if (typeof secret !== "string") return { notTried: "there are no token-management tokens" };
        probing.conceal(secret);
        const zones = await makeZones(probing, secret);
        if (typeof zones === "number") return { notTried: `no zone could be made (${zones})` };
        for (const zone of zones) {
          const status = await giveZone(probing, group, zone);
          if (status >= 300) return `the right on a zone is refused with ${status}`;
        }
        const { body } = await ask(probing.client, {
          method: "GET",
          path: `${groupsPath}/managementZones/${encodeURIComponent(group)}`,
        });
        const text = JSON.stringify(body);
        const kept = zones.filter((zone) => text.includes(`"${zone}"`)).length;
        return kept === zones.length ? "yes" : `no: ${kept} of ${zones.length} are there`;
      });
    },
  },
  {
    id: "location",
    question: "Is Location an address, a path or an id?",
    asked: "PUT of the environment, POST of a token",
    async ask({ made }) {
      const form = (location: string | null): string => {
        if (location === null) return "none";
        if (/^https?:/.test(location)) return "an address";
        return location.includes("/") ? "a path" : "an id";
      };
      const environment = `environment: ${form(made.environment.answer.headers.get("location"))}`;
      return made.tokenLocation === null ? environment : `${environment}; token: ${form(made.tokenLocation)}`;
    },
  },
];

import { errorAnswer, rawAnswer } from "./answers.ts";
import type { AgentRecord } from "./snapshot.ts";
import type { Exchange, Route, World } from "./world.ts";

const hour = 3_600_000;

/** The numbers are written by hand: host ids are 64 bits wide, which JSON.stringify cannot write. */
function hostUsage(agent: AgentRecord, start: string, end: string): string {
  const id = BigInt.asIntN(64, BigInt(`0x${agent.host.id}`));
  const infrastructureOnly = agent.host.monitoringMode === "infra-only" || agent.host.monitoringMode === "discovery";
  const records = JSON.stringify([{ startTime: start, endTime: end }]);
  return `{"osiId":${id},"hostMemoryBytes":null,"infrastructureOnly":${infrastructureOnly},"paas":false,"agentUsages":[{"agentId":${id},"agentTypeId":1,"agentUsageRecords":${records}}]}`;
}

function consumption(world: World, { query }: Exchange): Response {
  if (world.licence === "dps") return errorAnswer(422, "Not available for the licence of this cluster");
  const now = world.now();
  const asked = query.get("startTs") ?? String(now - hour);
  if (!/^\d{1,15}$/.test(asked)) return errorAnswer(400, "startTs must be Unix milliseconds");
  const start = Math.floor(Number(asked) / hour) * hour;
  const from = new Date(start).toISOString();
  const to = new Date(start + hour).toISOString();
  const running = [...world.state.agents.values()].filter((agent) => {
    const last = agent.availability === "MONITORED" ? now : agent.lastSeen;
    return agent.firstSeen < start + hour && last >= start;
  });
  const usages = new Map<string, string[]>();
  for (const agent of running) {
    usages.set(agent.environment, [...(usages.get(agent.environment) ?? []), hostUsage(agent, from, to)]);
  }
  const entries = [...world.state.environments.values()].map(
    ({ id, trial }) =>
      `{"environmentUuid":${JSON.stringify(id)},"trial":${trial},"internalUse":false,"hostUsages":[${(usages.get(id) ?? []).join(",")}]}`,
  );
  const head = JSON.stringify({ clusterUuid: world.state.clusterUuid, timeFrameStart: from, timeFrameEnd: to });
  const body = `${head.slice(0, -1)},"environmentBillingEntries":[${entries.join(",")}]}`;
  return rawAnswer(body, 200, { "content-type": "application/json; charset=utf-8" });
}

/** One hour of the whole cluster: which agents ran in which environment. */
export const licenceConsumptionRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/api/cluster/v2/license/consumption/hour",
    scopes: ["ServiceProviderAPI"],
    writes: false,
    respond: consumption,
  },
];

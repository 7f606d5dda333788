import type { Change } from "../../src/model/change.ts";
import type { Plan } from "../../src/model/plan.ts";
import { aChange, anInventory, planOf } from "./builders.ts";

/**
 * A plan of so many customers, each with changes of every kind: of a new environment, a retagged and a disabled one, rights
 * of one group, and five hosts. Everything else that a plan can tell is there, too.
 */
export function largePlan(customers: number): Plan {
  const empty = planOf({ inventory: anInventory(), clusters: {} });
  const ids = Array.from({ length: customers }, (_, index) => `c${String(index + 1).padStart(4, "0")}`);
  const changes = ids.flatMap(changesOfCustomer);
  return {
    ...empty,
    createdAt: "2026-03-10T12:00:00.000Z",
    inventory: { digest: `sha256:${"0".repeat(64)}`, commit: "3f2a1b4c5d6e7f8091a2b3c4d5e6f708192a3b4c", dirty: true },
    clusters: {
      emea: { url: "https://dynatrace.emea.example.com", version: "1.320.0", requests: 12 },
      apac: { url: "https://dynatrace.apac.example.com", version: null, requests: 3 },
    },
    changes,
    held: [
      ...ids.slice(0, 12).map((id) => ({ scope: `host/db01.${id}.example.com`, reason: "no route to host", items: 1 })),
      { scope: "cluster/latam", reason: "the cluster did not answer within 30 s", items: 14 },
    ],
    waiting: [{ id: "c0001-old", until: "2026-03-17" }],
    guards: [
      { guard: "maxRemovals", limit: 0, actual: customers, override: `--allow-removals ${customers}`, items: [] },
      { guard: "protect", limit: 0, actual: 1, override: null, items: ["environment/c0001-t1"] },
    ],
    warnings: ["group noc: a glob of its access reaches nothing"],
    rollouts: ids.map((id) => ({
      environment: `${id}-p1`,
      cluster: "emea",
      maxFailures: 1,
      waves: [
        { wave: "canary", hosts: [`web01.${id}.example.com`] },
        { wave: "batch 1", hosts: [2, 3, 4, 5].map((number) => `web0${number}.${id}.example.com`) },
      ],
    })),
    unmanaged: { emea: { environments: ["legacy-1"], groups: ["old-admins", "testers"] } },
    summary: {
      create: customers,
      update: customers * 3,
      remove: customers,
      deploy: customers * 5,
      unchanged: 41,
      held: 26,
    },
  };
}

function changesOfCustomer(customer: string, index: number): readonly Change[] {
  const cluster = index % 3 === 0 ? "apac" : "emea";
  const about = { cluster, customer, source: { file: `customers/${customer}.yaml`, line: 4 } };
  const production = { ...about, environment: `${customer}-p1` };
  return [
    aChange({
      ...{ ...about, environment: `${customer}-p2`, kind: "environment", action: "create" },
      after: { name: `Customer ${customer} – production 2`, tags: ["managed-by:dtsync", `cost-centre:${index}`] },
      fields: ["name", "tags"],
    }),
    aChange({
      ...{ ...production, kind: "environment", action: "update" },
      before: { tags: ["managed-by:dtsync", "team:old"], quotas: { hostUnits: { maxLimit: 100 } } },
      after: { tags: ["managed-by:dtsync", "team:new"], quotas: { hostUnits: { maxLimit: 200 } } },
      fields: ["tags", "quotas.hostUnits.maxLimit"],
    }),
    aChange({
      ...{ ...production, group: "operators", kind: "permission", action: "update" },
      before: ["LOG_VIEWER", "VIEWER"],
      after: ["MANAGE_SETTINGS", "VIEWER"],
      fields: ["LOG_VIEWER", "MANAGE_SETTINGS"],
    }),
    aChange({
      ...{ ...about, group: `${customer}-auditors`, kind: "group", action: "update" },
      before: { ldapGroupNames: ["cn=old"] },
      after: { ldapGroupNames: ["cn=new"] },
      fields: ["ldapGroupNames"],
    }),
    ...[1, 2, 3, 4, 5].map((number) =>
      aChange({
        ...{ ...production, host: `web0${number}.${customer}.example.com`, kind: "host", action: "update" },
        before: { version: "1.311.50", hostGroup: "old" },
        after: { version: "1.313.52", hostGroup: number > 3 ? "b" : "a" },
        fields: ["version", "hostGroup"],
        notes: ["monitored applications have to be restarted"],
        dependsOn: [`environment/${customer}-p1`],
      }),
    ),
    aChange({
      ...{ ...about, environment: `${customer}-t1`, kind: "environment", action: "disable" },
      before: { state: "enabled" },
      after: { state: "disabled" },
      fields: ["state"],
    }),
  ];
}

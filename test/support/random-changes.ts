import fc from "fast-check";
import type { Change } from "../../src/model/change.ts";
import { aChange } from "./builders.ts";

/** What a random change is made from: small numbers, so that many are alike. */
interface Draw {
  readonly kind: number;
  readonly customer: number;
  readonly key: number;
  readonly item: number;
  readonly value: number;
}

const rights = [["VIEWER"], ["LOG_VIEWER", "VIEWER"], ["MANAGE_SETTINGS"]] as const;

/** Changes of every kind and action, with content as the planner gives it. */
const makers: readonly ((draw: Draw, about: { customer: string; environment: string }) => Change)[] = [
  ({ value }, about) =>
    aChange({
      ...{ ...about, kind: "environment", action: "create", fields: ["name", "tags"] },
      after: { name: `Name of ${about.environment}`, tags: [`customer:${about.customer}`, `tag:${value}`] },
    }),
  ({ value, item }, about) =>
    aChange({
      ...{ ...about, kind: "environment", action: "update", fields: ["tags"] },
      ...{ before: { tags: [`own:${item}`] }, after: { tags: [`new:${value}`, `own:${item}`] } },
    }),
  ({ value, item }, about) =>
    aChange({
      ...{ ...about, kind: "environment", action: "update", fields: ["quotas.hostUnits.maxLimit", "name"] },
      before: { name: "Old", quotas: { hostUnits: { maxLimit: value } } },
      after: { name: `New ${item}`, quotas: { hostUnits: { maxLimit: item } } },
      origin: value === 0 ? "drift" : "change",
    }),
  (_draw, about) =>
    aChange({
      ...{ ...about, kind: "environment", action: "disable", fields: ["state"] },
      ...{ before: { state: "enabled" }, after: { state: "disabled" } },
    }),
  ({ item }, { customer }) =>
    aChange({
      ...{ kind: "group", action: "create", customer, group: `${customer}-group-${item}`, fields: ["name"] },
      after: { name: `${customer}-group-${item}`, isClusterAdminGroup: false },
    }),
  ({ item, value }) =>
    aChange({
      ...{ kind: "group", action: "delete", customer: null, group: `group-${item}` },
      ...{ cluster: value === 0 ? "apac" : "emea", before: { name: `group-${item}` }, after: null },
    }),
  ({ item, value }, about) =>
    aChange({
      ...{ ...about, kind: "permission", action: "grant", group: `group-${item}` },
      ...{ before: [], after: rights[value] ?? [], fields: rights[value] ?? [] },
    }),
  ({ item, value }, about) =>
    aChange({
      ...{ ...about, kind: "permission", action: "update", group: `${about.customer}-group-${item}` },
      ...{ before: rights[value] ?? [], after: rights[(value + 1) % 3] ?? [], fields: ["VIEWER"] },
    }),
  ({ item, value }, about) =>
    aChange({
      ...{ ...about, kind: "permission", action: "revoke", group: `group-${item}` },
      ...{ before: rights[value] ?? [], after: [], fields: rights[value] ?? [] },
    }),
  ({ item, value }, about) =>
    aChange({
      ...{ ...about, kind: "host", action: "install", host: `web${item}.${about.environment}.example.com` },
      after: { environment: about.environment, version: "latest", hostGroup: `${about.customer}-web${value}` },
      fields: ["environment", "version", "hostGroup"],
    }),
  ({ item, value }, about) =>
    aChange({
      ...{ ...about, kind: "host", action: "update", host: `app${item}.${about.environment}.example.com` },
      ...{ before: { version: `1.30${value}` }, after: { version: "1.313" }, fields: ["version"] },
      notes: value === 0 ? ["monitored applications must be restarted"] : [],
    }),
  ({ item }, about) =>
    aChange({
      ...{ ...about, kind: "host", action: "uninstall", host: `old${item}.${about.environment}.example.com` },
      ...{ before: { environment: about.environment, version: "1.300" }, after: null },
    }),
];

function makeRandomChange(draw: Draw): Change {
  const customer = `c${draw.customer}x`;
  const make = makers[draw.kind % makers.length];
  if (make === undefined) throw new Error("there is a maker for every number");
  return make(draw, { customer, environment: `${customer}-p${draw.key}` });
}

/** Up to so many changes with ids of their own. */
export const someChanges = (maxLength: number): fc.Arbitrary<readonly Change[]> =>
  fc
    .array(
      fc.record({
        kind: fc.nat({ max: makers.length - 1 }),
        customer: fc.nat({ max: 5 }),
        key: fc.integer({ min: 1, max: 6 }),
        item: fc.nat({ max: 6 }),
        value: fc.nat({ max: 2 }),
      }),
      { maxLength, size: "max" },
    )
    .map((draws) => [...new Map(draws.map(makeRandomChange).map((change) => [change.id, change])).values()]);

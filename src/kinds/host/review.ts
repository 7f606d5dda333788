import { equalData, type Value } from "../../lib/json.ts";
import type { Host } from "../../model/inventory.ts";
import { fieldContradiction, notAsked, notDeclared, undeclaredColumns } from "../contradictions.ts";
import type { Contradiction, Narrowed, ReviewMatch, ReviewRules } from "../kind.ts";
import type { HostChange, HostField, HostSide } from "./change.ts";
import { compareHostWithPlan } from "./compare-host-with-plan.ts";
import { hostCoordinates } from "./family.ts";
import { declaredAgentSettings } from "./fields.ts";

export const hostReview: ReviewRules<"host"> = {
  contradictions: ({ hosts, hostCommands }) => {
    const declared = new Map(hosts.map((host) => [host.name, host]));
    // What a command gives is not known before it has run: such a host is compared with the fresh plan alone.
    const sources = new Set(hostCommands.map(({ environment }) => environment.toLowerCase()));
    return (change) => {
      const host = declared.get(change.host);
      if (!host) return sources.has(change.environment.toLowerCase()) ? [] : notDeclared("host");
      return [...undeclaredColumns(change, hostCoordinates(host)), ...againstHost(change, host)];
    };
  },
  compare: ({ observed, hosts }) => {
    const listed = new Map(hosts.map((host) => [host.name, host]));
    return (change): ReviewMatch => {
      const host = listed.get(change.host);
      const reading = observed.hosts.get(change.host);
      if (!host) return { match: "other", reason: "the host is no longer in its source" };
      if (reading?.status !== "complete") return { match: "other", reason: "the host was not read" };
      return compareHostWithPlan(change, host, reading.value);
    };
  },
  narrow,
};

function againstHost(change: HostChange, host: Host): readonly Contradiction[] {
  if (change.action === "uninstall") {
    return host.state === "absent" ? [] : notAsked("the host is not declared absent");
  }
  if (host.state === "absent") return notAsked("the host is declared absent");
  const declared = new Map<HostField, Value>([
    ["environment", host.environment],
    ["version", host.oneagent.version ?? "latest"],
    ...declaredAgentSettings(host.oneagent),
    ["service", "active"],
    ["connected", true],
  ]);
  return change.fields.flatMap((field) =>
    fieldContradiction([field], declared.get(field), equalData(declared.get(field), change.after[field])),
  );
}

function narrow(fresh: HostChange, reviewed: HostChange): Narrowed<HostChange> {
  if (fresh.action === "uninstall" || reviewed.action === "uninstall") return { change: fresh };
  const asked = new Set<HostField>(reviewed.fields);
  const differs = reviewed.fields.find(
    (field) => !fresh.fields.includes(field) || !equalData(fresh.after[field], reviewed.after[field]),
  );
  if (differs !== undefined) return { differs };
  if (fresh.action === "install") {
    // The installer is given all that is declared, so that nothing of it could wait for the next plan.
    const left = fresh.fields.find((field) => !asked.has(field));
    return left === undefined ? { change: fresh } : { differs: left };
  }
  const fields = fresh.fields.filter((field) => asked.has(field));
  if (fields.length === fresh.fields.length) return { change: fresh };
  return { change: { ...fresh, before: pick(fresh.before, fields), after: pick(fresh.after, fields), fields } };
}

const pick = (side: HostSide, fields: readonly HostField[]): HostSide =>
  Object.fromEntries(
    fields.flatMap((field): readonly [HostField, Value][] => {
      const value = side[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );

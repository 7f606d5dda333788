import { count } from "../../lib/printable.ts";
import { detailLines, manyFromOnePlace } from "../detail-lines.ts";
import type { ActionRules, FieldValues, KindRules } from "../kind.ts";
import {
  type DeclaredHostChange,
  type DeclaredHostField,
  type DeclaredHostSide,
  type HostAction,
  hostChangeId,
} from "./change.ts";

const actions: Readonly<Record<HostAction, ActionRules & { readonly title: string }>> = {
  install: { count: "deploy", sign: "»", phase: "hosts", startsItem: true, title: "install the OneAgent on" },
  update: { count: "deploy", sign: "~", phase: "hosts", startsItem: false, title: "update the OneAgent on" },
  configure: { count: "deploy", sign: "~", phase: "hosts", startsItem: false, title: "configure the OneAgent on" },
  move: { count: "deploy", sign: "»", phase: "hosts", startsItem: false, title: "move to another environment:" },
  uninstall: { count: "remove", sign: "-", phase: "hosts", startsItem: false, title: "uninstall the OneAgent from" },
};

export const hostRules: KindRules<"host"> = {
  heading: "Hosts",
  noun: "host",
  action: ({ action }) => actions[action],
  idOf: ({ host }) => hostChangeId(host),
  heldFields: (change) => {
    if (change.action === "uninstall") return [];
    const sides = change.action === "install" ? [change.after] : [change.before, change.after];
    return sides.map((side) => Object.keys(side));
  },
  item: ({ id }) => id,
  isFoundationOf: () => false,
  // Hosts that commands give are not known without running them.
  declaredIn: ({ hosts, hostCommands }) => {
    const names = new Set(hosts.map(({ name }) => name));
    const sources = new Set(hostCommands.map(({ environment }) => environment.toLowerCase()));
    return ({ host, environment }) => names.has(host) || sources.has(environment.toLowerCase());
  },
  weakens: () => false,
  title: ([first, ...others]) =>
    `${actions[first.action].title} ${others.length > 0 ? count(others.length + 1, "host") : first.host}`,
  details: (change) =>
    detailLines(fieldsOf(change), { before: change.action === "install" ? null : change.before, after: change.after }),
  describe: ({ host, environment }) => `host ${host} in ${environment}`,
  name: ({ host }) => host,
  fullName: ({ host }) => host,
  fields: fieldsOf,
  sharing: (change) =>
    change.action === "install" || change.action === "uninstall"
      ? { by: "change", key: [fieldsOf(change), change.environment, change.cluster], least: 2, showsDetails: true }
      : { by: "field" },
  folding: (change) => ({
    fields: fieldsOf(change),
    naming: ["hostName"],
    titled: [],
    least: change.action === "install" ? manyFromOnePlace : 2,
    apart: false,
  }),
  lostRights: () => [],
  sharedTitle: () => null,
  explained: ({ id }, field) => ({
    item: id,
    path: field === "environment" ? field : `oneagent.${field}`,
    rights: false,
  }),
};

/** An installation is listed under its environment, which need not be said once more. */
function fieldsOf({ action, fields, before, after }: DeclaredHostChange): readonly FieldValues[] {
  return fields
    .filter((field) => !(action === "install" && field === "environment"))
    .map((field) => ({ field, before: sideValue(before, field), after: sideValue(after, field) }));
}

function sideValue(side: DeclaredHostChange["before"], field: DeclaredHostField) {
  if (side === null || "installation" in side) return undefined;
  const values: DeclaredHostSide = side;
  return values[field];
}

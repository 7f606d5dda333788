import { count } from "../../lib/printable.ts";
import { detailLines, manyFromOnePlace } from "../detail-lines.ts";
import type { ActionRules, FieldValues, KindRules } from "../kind.ts";
import { type DeclaredEnvironmentChange, type EnvironmentAction, environmentChangeId } from "./change.ts";
import { fieldsOfSide, sideValue } from "./fields.ts";

const actions: Readonly<Record<EnvironmentAction, ActionRules>> = {
  create: { count: "create", sign: "+", phase: "appear", startsItem: true },
  update: { count: "update", sign: "~", phase: "appear", startsItem: false },
  enable: { count: "update", sign: "~", phase: "appear", startsItem: false },
  disable: { count: "remove", sign: "-", phase: "disable", startsItem: false },
  delete: { count: "remove", sign: "-", phase: "delete", startsItem: false },
};

export const environmentRules: KindRules<"environment"> = {
  heading: "Environments",
  noun: "environment",
  action: ({ action }) => actions[action],
  idOf: ({ environment }) => environmentChangeId(environment),
  heldFields: (change) => {
    if (change.action === "delete") return [];
    const sides = change.action === "create" ? [change.after] : [change.before, change.after];
    return sides.map(fieldsOfSide);
  },
  item: ({ id }) => id,
  isFoundationOf: ({ action }) => action === "create" || action === "enable",
  declaredIn: ({ environments }) => {
    const ids = new Set(environments.map(({ id }) => id.toLowerCase()));
    return ({ environment }) => ids.has(environment.toLowerCase());
  },
  weakens: () => false,
  title: ([first, ...others]) =>
    `${first.action} ${others.length > 0 ? count(others.length + 1, "environment") : `environment ${first.environment} on ${first.cluster}`}`,
  details: (change) => detailLines(fieldsOf(change), change),
  describe: ({ environment, cluster }) => `environment ${environment} on ${cluster}`,
  name: ({ environment }) => environment,
  fullName: ({ environment }) => environment,
  fields: fieldsOf,
  sharing: ({ before, after, source }) =>
    before === null || after === null
      ? { by: "change", key: [source], least: manyFromOnePlace, showsDetails: false }
      : { by: "field" },
  folding: (change) => ({
    fields: fieldsOf(change),
    naming: ["name"],
    titled: [],
    least: change.action === "create" ? manyFromOnePlace : 2,
    apart: false,
  }),
  lostRights: () => [],
  sharedTitle: () => null,
  explained: ({ id }, field) => ({ item: id, path: field, rights: false }),
};

function fieldsOf({ fields, before, after }: DeclaredEnvironmentChange): readonly FieldValues[] {
  return fields.map((field) => ({
    field,
    before: before === null ? undefined : sideValue(before, field),
    after: after === null ? undefined : sideValue(after, field),
  }));
}

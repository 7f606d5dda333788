import type { Edit, YamlMapping } from "../edit/edit.ts";
import { editYaml } from "../edit/edit-yaml.ts";
import { textOf } from "../edit/yaml-text.ts";
import { nestLimits } from "./environment-values.ts";
import type { GroupEntry } from "./group-entry.ts";
import { mappingAt } from "./mapping-at.ts";
import { mostFrequent, type PlacedCustomer } from "./place-environments.ts";
import type { Defaults, ProposalBasis, ProposedFile } from "./proposal.ts";
import { asMapping, pick } from "./yaml-values.ts";

/** What holds where no template is declared. */
export const usualTemplate = "{customer}-{key}";

/** What holds for all customers with an import: what is declared, else what most have. */
export function defaultsFor(
  data: Readonly<Record<string, unknown>>,
  customers: readonly PlacedCustomer[],
  isFresh: boolean,
): Defaults {
  const declared = mappingAt(data, "defaults");
  const cluster = typeof declared["cluster"] === "string" ? declared["cluster"] : null;
  const template = typeof declared["environmentId"] === "string" ? declared["environmentId"] : null;
  const wantedCluster = mostFrequent(customers.flatMap(({ environments }) => environments.map((one) => one.cluster)));
  const wantedTemplate = mostFrequent(
    customers.flatMap((customer) => (customer.template === null ? [] : [customer.template])),
  );
  const added = {
    ...(isFresh && cluster === null && wantedCluster !== null ? { cluster: wantedCluster } : {}),
    ...(isFresh && template === null && wantedTemplate !== null && wantedTemplate !== usualTemplate
      ? { environmentId: wantedTemplate }
      : {}),
  };
  return { cluster: added.cluster ?? cluster, template: added.environmentId ?? template ?? usualTemplate, added };
}

const settingsKeys = ["version", "clusters", "roles", "groups", "defaults", "profiles", "safety"];

/** dtsync.yaml with defaults, roles and templates added. */
export function settingsFile({ existing, shared, groups, defaultsOf }: ProposalBasis): ProposedFile | null {
  const { text, exists, data } = existing.settings;
  const environment: YamlMapping = {
    ...(shared.tags.length === 0 ? {} : { tags: shared.tags }),
    ...pick("quotas", nestLimits("quotas", shared.limits)),
    ...pick("storage", nestLimits("storage", shared.limits)),
  };
  const edits: Edit[] = [];
  const behind = (key: string): readonly string[] => settingsKeys.slice(settingsKeys.indexOf(key) + 1);
  const roles = mappingAt(data, "roles");
  for (const [name, rights] of groups.roles) {
    edits.push({
      action: "set",
      path: ["roles", name in roles ? `${name}-imported` : name],
      value: rights,
      before: behind("roles"),
    });
  }
  if (groups.templates.length > 0) {
    edits.push({
      action: "append",
      path: ["groups"],
      items: groups.templates.map(asMapping),
      before: behind("groups"),
    });
  }
  for (const [key, value] of Object.entries(defaultsOf.added)) {
    if (value !== undefined) edits.push({ action: "set", path: ["defaults", key], value, before: behind("defaults") });
  }
  if (Object.keys(environment).length > 0) {
    edits.push({ action: "set", path: ["defaults", "environment"], value: environment, before: behind("defaults") });
  }
  const edited = editYaml(text, edits);
  return {
    path: "dtsync.yaml",
    text: "text" in edited ? explainMatches(edited.text, groups.templates) : text,
    before: exists ? text : null,
    environments: [],
    environmentsWithHosts: [],
    groups: [],
  };
}

/** Says of templates that no environment of later is part of by itself, what makes it one. */
function explainMatches(text: string, templates: readonly GroupEntry[]): string {
  const comments = new Map(
    templates.flatMap(({ name, match }) => {
      const [label] = Object.keys(match?.labels ?? {});
      const what =
        label === undefined
          ? "Only these customers have it; one that comes later has to be added."
          : `Only environments with the label ${label} have it; one that comes later needs the label, too.`;
      return label === undefined && match?.customer === undefined ? [] : [[`- name: ${textOf(name, false)}`, what]];
    }),
  );
  const lines = text.split("\n").flatMap((line) => {
    const comment = comments.get(line.trimStart());
    return comment === undefined ? [line] : [`${line.slice(0, line.indexOf("-"))}# ${comment}`, line];
  });
  return lines.join("\n");
}

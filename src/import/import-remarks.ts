import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { Remark } from "../model/estate.ts";
import { foldHosts } from "./fold-hosts.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { isPlainText } from "./plain-text.ts";
import type { ProposalBasis } from "./proposal.ts";
import { oddTags } from "./shared-tags.ts";

/** What an inventory cannot say of these environments, what could not be proven, and names that several have. */
export const importRemarks = (environments: readonly PlacedEnvironment[], basis: ProposalBasis): readonly Remark[] => [
  ...valueRemarks(environments, basis),
  ...nameRemarks(environments),
  ...hostRemarks(basis),
];

/** Hosts that nobody declares, in environments that were declared already: nothing of those is changed. */
function hostRemarks({ estate, existing: { inventory } }: ProposalBasis): readonly Remark[] {
  const declared = new Set(inventory.environments.map(({ id }) => id.toLowerCase()));
  const known = new Set(inventory.hosts.flatMap(({ name, address }) => [name, address?.toLowerCase()]));
  const items = estate.flatMap(({ hosts }) =>
    [...(hosts ?? [])].flatMap(([id, list]) => {
      const names = declared.has(id.toLowerCase())
        ? list.map(({ name }) => name).filter((name) => !known.has(name))
        : [];
      return names.length === 0 ? [] : [`${id}: ${foldHosts(names).join(", ")}`];
    }),
  );
  const about = "hosts of environments that are declared already: declare them with dtsync add host";
  return items.length === 0 ? [] : [{ about, items: items.sort(compareText) }];
}

function valueRemarks(
  environments: readonly PlacedEnvironment[],
  { limits, choices }: ProposalBasis,
): readonly Remark[] {
  const items = environments.flatMap((environment) => {
    const tags = oddTags(environment).map((tag) => `tag ${JSON.stringify(tag)}`);
    return [...(limits.get(environment)?.left ?? []), ...tags].map((what) => `${environment.observed.id}: ${what}`);
  });
  const names = environments
    .filter(({ observed }) => !isPlainText(observed.name))
    .map(({ observed }) => `${observed.id}: name ${JSON.stringify(observed.name)}`);
  const bare = environments.map(({ observed }) => observed.id).filter((id) => choices.bare.has(id.toLowerCase()));
  return [
    { about: "values that an inventory cannot say: not declared", items: [...items, ...names].sort(compareText) },
    {
      about: "environments of which only id and state are declared, because more could not be proven",
      items: bare.sort(compareText),
    },
    {
      about:
        "environments that were left out, because they could not be proven (groups of the inventory would get or lose rights there, or they are not as they read)",
      items: [...choices.leftOut].sort(compareText),
    },
    {
      about: "groups whose rights are not declared, because these could not be proven",
      items: [...choices.bareGroups].filter((group) => !choices.leftOutGroups.has(group)).sort(compareText),
    },
    {
      about: "groups that were left out, because they could not be proven",
      items: [...choices.leftOutGroups].filter((group) => !choices.madeGroups.has(group)).sort(compareText),
    },
  ].filter((remark) => remark.items.length > 0);
}

/** Names that several environments have. */
function nameRemarks(environments: readonly PlacedEnvironment[]): readonly Remark[] {
  const items = [...groupBy(environments, ({ observed }) => observed.name.toLowerCase()).values()]
    .filter(({ length }) => length > 1)
    .map((same) => `${same[0].observed.name}: ${same.map(({ observed }) => observed.id).join(", ")}`);
  return items.length === 0 ? [] : [{ about: "names that several environments have", items: items.sort(compareText) }];
}

import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import { asFinding, type Finding, type FindingItem } from "./findings.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { isPlainText } from "./plain-text.ts";
import type { ProposalBasis } from "./proposal.ts";
import { oddTags } from "./shared-tags.ts";

/** What a person should look at, and no file that is written has to say. */
export const otherFindings = (environments: readonly PlacedEnvironment[], basis: ProposalBasis): readonly Finding[] => [
  ...nameFindings(environments),
  ...basis.hosts.remarks.map(asFinding),
];

/** What an inventory cannot say of these environments, and what could not be proven. */
export function valueFindings(
  environments: readonly PlacedEnvironment[],
  { limits, choices }: ProposalBasis,
): readonly Finding[] {
  const said = ({ observed: { id } }: PlacedEnvironment, what = ""): FindingItem => ({
    text: what === "" ? id : `${id}: ${what}`,
    environment: id,
  });
  const values = environments.flatMap((environment) => {
    const tags = oddTags(environment).map((tag) => `tag ${JSON.stringify(tag)}`);
    const { name } = environment.observed;
    const names = isPlainText(name) ? [] : [`name ${JSON.stringify(name)}`];
    return [...(limits.get(environment)?.left ?? []), ...tags, ...names].map((what) => said(environment, what));
  });
  const bare = environments.filter(({ observed }) => choices.bare.has(observed.id.toLowerCase()));
  const groups = (names: Iterable<string>): readonly FindingItem[] =>
    [...names].map((text) => ({ text, group: text.slice(text.indexOf("/") + 1) }));
  const findings: readonly Finding[] = [
    { about: "values that an inventory cannot say: not declared", items: values },
    {
      about: "environments that keep an id of their own, because no template makes it",
      items: environments.filter(({ template }) => template === null).map((environment) => said(environment)),
    },
    {
      about: "environments of which only id and state are declared, because more could not be proven",
      items: bare.map((environment) => said(environment)),
    },
    {
      about:
        "environments that were left out, because they could not be proven (groups of the inventory would get or lose rights there, or they are not as they read)",
      items: [...choices.leftOut].map((text) => ({ text })),
    },
    {
      about: "groups whose rights are not declared, because these could not be proven",
      items: groups([...choices.bareGroups].filter((group) => !choices.leftOutGroups.has(group))),
    },
    {
      about: "groups that were left out, because they could not be proven",
      items: groups([...choices.leftOutGroups].filter((group) => !choices.madeGroups.has(group))),
    },
  ];
  return findings
    .filter(({ items }) => items.length > 0)
    .map(({ about, items }) => ({ about, items: [...items].sort(byText) }));
}

const byText = (left: FindingItem, right: FindingItem): number => compareText(left.text, right.text);

/** Names that several environments have. */
function nameFindings(environments: readonly PlacedEnvironment[]): readonly Finding[] {
  const items = [...groupBy(environments, ({ observed }) => observed.name.toLowerCase()).values()]
    .filter(({ length }) => length > 1)
    .map((same) => ({ text: `${same[0].observed.name}: ${same.map(({ observed }) => observed.id).join(", ")}` }));
  return items.length === 0 ? [] : [{ about: "names that several environments have", items: items.sort(byText) }];
}

import type { Edit } from "../edit/edit.ts";
import { editYaml } from "../edit/edit-yaml.ts";
import { escapeText } from "../load/diagnostics/show-text.ts";
import type { Customer } from "../model/inventory.ts";
import { type EnvironmentBase, environmentEntry, groupLabels, noTags } from "./customer-file.ts";
import { hostItems } from "./hosts-entry.ts";
import type { PlacedCustomer } from "./place-environments.ts";
import type { DeclaredFile, ProposalBasis, ProposedFile } from "./proposal.ts";
import { asMapping } from "./yaml-values.ts";

interface ExtendedCustomer {
  /** Null: it is not there any more. */
  readonly file: ProposedFile | null;
  readonly refused: readonly Refused[];
}

/** Something that cannot be written in a file as it stands. */
interface Refused {
  /** What, where, and why not. */
  readonly told: string;
  readonly environments: number;
  readonly groups: number;
  readonly hosts: number;
}

/** The file of a customer that is there, with new environments, groups and hosts added in place. */
export function extendCustomer(
  { place }: Pick<Customer, "place">,
  customer: PlacedCustomer,
  world: ProposalBasis,
): ExtendedCustomer {
  const { hosts, groups, existing } = world;
  const [path, declared] = declaredFile(place.file, existing.customerFiles);
  const { text: before, data } = declared ?? { text: "", data: {} };
  const refused: Refused[] = [];
  let text = before;
  const change = (what: string, counts: Omit<Refused, "told">, edit: Edit): boolean => {
    const edited = declared === null ? { message: "the file is gone" } : editYaml(text, [edit]);
    if ("text" in edited) text = edited.text;
    else refused.push({ ...counts, told: `${what} in ${path}: ${edited.message}` });
    return "text" in edited;
  };
  const base = declaredBase(customer, data, world);
  const environments = customer.environments.filter((environment) => {
    const { id } = environment.observed;
    const counts = { environments: 1, groups: 0, hosts: hosts.ofNew.get(id)?.length ?? 0 };
    return change(id, counts, {
      action: "set",
      path: ["environments", environment.key],
      value: environmentEntry(environment, base),
      before: ["groups"],
    });
  });
  const own = groups.byCustomer.get(customer.id) ?? [];
  const append = { action: "append", path: ["groups"], items: own.map(asMapping) } as const;
  if (own.length > 0) change(`groups of ${customer.id}`, { environments: 0, groups: own.length, hosts: 0 }, append);
  const withHosts = (hosts.added.get(customer.id) ?? []).filter(({ environment: { id, key }, hosts: added }) =>
    change(
      `hosts of ${id}`,
      { environments: 0, groups: 0, hosts: added.length },
      {
        action: "append",
        path: ["environments", key, "hosts"],
        items: hostItems(added, existing.hostSettings.get(id) ?? {}),
      },
    ),
  );
  const file = {
    ...{ path, text, before },
    environments: environments.map(({ observed }) => observed.id),
    environmentsWithHosts: withHosts.map(({ environment }) => environment.id),
    groups: own.map(({ name }) => name),
  };
  return { file: declared === null ? null : file, refused };
}

function declaredFile(
  shown: string,
  files: ReadonlyMap<string, DeclaredFile>,
): readonly [path: string, file: DeclaredFile | null] {
  const file = files.get(shown);
  if (file !== undefined) return [shown, file];
  // Places have paths as they are shown.
  return [...files].find(([path]) => escapeText(path) === shown) ?? [shown, null];
}

/** What environments start from in a file that nothing else of is changed. */
function declaredBase(customer: PlacedCustomer, data: DeclaredFile["data"], world: ProposalBasis): EnvironmentBase {
  const { environmentId, cluster } = { ...world.defaultsOf, environmentId: world.defaultsOf.template, ...data };
  return {
    ...{ customer, world, tags: noTags, labels: groupLabels(customer, world.groups), isDeclared: true },
    template: typeof environmentId === "string" ? environmentId : null,
    cluster: typeof cluster === "string" ? cluster : null,
  };
}

import { globMatcher, isGlob } from "../../lib/glob.ts";
import type { Environment } from "../../model/inventory.ts";
import { showText } from "../diagnostics/show-text.ts";
import type { GroupEntry } from "../schema/file-types.ts";
import { hasUnusable, hasUnusableInside } from "../schema/has-unusable.ts";
import type { AccessKey, GroupTemplate } from "./group-template.ts";
import type { GroupWorld } from "./group-world.ts";
import type { GroupsContext } from "./groups-context.ts";
import { findPlaceholders } from "./placeholders.ts";

/**
 * Reports the access keys of a group that reach no environment, and a match that matches none (`matching` is false).
 * `made` says whether the group is made all the same.
 */
export function reportUnreached(
  template: GroupTemplate,
  { world, matching }: { readonly world: GroupWorld; readonly matching: boolean },
  reached: ReadonlySet<AccessKey>,
  made: boolean,
  context: GroupsContext,
): void {
  const { access, declaration, match, state } = template;
  const consequence = made ? "" : ", so the group is not made";
  const unmatched = match !== null && !matching;
  let reported = unmatched;
  if (unmatched && world.complete && state !== "absent" && !hasUnusableMatch(declaration.entry)) {
    context.diagnostics.warning(match.where, unmatchedDiagnostic(consequence));
  }
  for (const key of access ?? []) {
    if (reached.has(key)) continue;
    const exact = !isGlob(key.text) && findPlaceholders(key.text).length === 0;
    if (!exact && declaration.owner !== null) context.budget.spend("comparisons", world.environments.length, key.where);
    const diagnostic = exact
      ? exactDiagnostic(key.text, template, world, context)
      : unmatched
        ? null
        : foreignGlob(key.text, template, world);
    reported = true;
    if (diagnostic && (world.complete || diagnostic.rule !== "unknown-environment"))
      context.diagnostics.error(key.where, diagnostic);
    else if (!diagnostic && world.complete && state !== "absent" && !unmatched) {
      context.diagnostics.warning(key.where, {
        rule: "reaches-nothing",
        message: `${showText(key.text)} reaches no environment ${match === null ? "of the group's clusters" : "that the clusters and the match of the group leave"}${consequence}`,
        hint: "Correct it, or take it away; environments that are absent do not count.",
      });
    }
  }
  const invalid = Object.values(declaration.entry.access ?? {}).includes(undefined as never);
  if (made || reported || invalid || access === null || !world.complete) return;
  context.diagnostics.warning(declaration.where, {
    rule: "reaches-nothing",
    message: "access reaches no environment, so the group is not made",
    hint: "Name environments in access, or clusters.",
  });
}

const hasUnusableMatch = (entry: GroupEntry): boolean => hasUnusable(entry) || hasUnusableInside(entry.match ?? {});

const unmatchedDiagnostic = (consequence: string) => ({
  rule: "reaches-nothing",
  message: `match reaches no environment${consequence}`,
  hint: "Correct it, or take it away; environments that are absent do not count.",
});

/** Why an environment id that reaches nothing is an error, or null when it is only on another cluster. */
function exactDiagnostic(id: string, { declaration }: GroupTemplate, world: GroupWorld, { suggest }: GroupsContext) {
  const environment = world.byId.get(id.toLowerCase());
  if (!environment) {
    const candidates =
      declaration.owner === null ? world.environments : (world.byCustomer.get(declaration.owner) ?? []);
    return {
      rule: "unknown-environment",
      message: `there is no environment ${showText(id)}`,
      hint: suggest(
        id,
        () => candidates.map((candidate) => candidate.id),
        "Write the id of a declared environment, or a glob with *.",
      ),
    };
  }
  if (declaration.owner !== null && environment.customer !== declaration.owner)
    return foreignDiagnostic(id, declaration.owner);
  if (environment.state !== "absent") return null;
  return {
    rule: "absent-environment",
    message: `the environment ${showText(id)} is absent`,
    hint: "Take the key away: the rights go with the environment.",
  };
}

/**
 * The fault of a glob that means another customer; null where it means nobody, or would reach environments of the owner if
 * these had the keys of those that it reaches, as `*-p*` does: then there are none yet.
 */
function foreignGlob(glob: string, { declaration }: GroupTemplate, world: GroupWorld) {
  const { owner } = declaration;
  if (owner === null || findPlaceholders(glob).length > 0) return null;
  const matches = globMatcher(glob);
  const reached = world.environments.filter(({ id, state }) => state !== "absent" && matches(id));
  const isOpen = reached.some((environment) => matches(idLike(environment, owner)));
  return reached.length > 0 && !isOpen ? foreignDiagnostic(glob, owner) : null;
}

/** The id that an environment of another customer would have, were it the owner's. */
const idLike = ({ id, customer, key }: Environment, owner: string): string =>
  id.includes(customer) ? id.replace(customer, () => owner) : `${owner}-${key}`;

const foreignDiagnostic = (key: string, owner: string) => ({
  rule: "foreign-environment",
  message: `${showText(key)} belongs to another customer`,
  hint: `Groups in this file reach environments of ${owner} only; move the group to a file of groups.`,
});

import { type Change, type ChangeKind, type DeclaredChange, type Family, familyOf } from "../model/change.ts";
import { environmentFamily } from "./environment/family.ts";
import { environmentReview } from "./environment/review.ts";
import { environmentRules } from "./environment/rules.ts";
import { groupFamily } from "./group/family.ts";
import { groupReview, permissionReview } from "./group/review.ts";
import { groupRules, permissionRules } from "./group/rules.ts";
import { hostFamily } from "./host/family.ts";
import { hostReview } from "./host/review.ts";
import { hostRules } from "./host/rules.ts";
import type { ActionRules, FamilyRules, KindRules, ReviewRules } from "./kind.ts";
import { zonePermissionReview } from "./zone-permission/review.ts";
import { zonePermissionRules } from "./zone-permission/rules.ts";

/** Every kind of change. A new one is a line here and a folder beside this file. */
const kinds: { readonly [K in ChangeKind]: KindRules<K> } = {
  environment: environmentRules,
  group: groupRules,
  permission: permissionRules,
  "zone-permission": zonePermissionRules,
  host: hostRules,
};

/** How a plan file chooses among the changes of each kind. */
export const reviews: { readonly [K in ChangeKind]: ReviewRules<K> } = {
  environment: environmentReview,
  group: groupReview,
  permission: permissionReview,
  "zone-permission": zonePermissionReview,
  host: hostReview,
};

/** Every family, in the order in which they are planned: hosts wait for environments that appear. */
const families: { readonly [F in Family]: FamilyRules<F> } = {
  environment: environmentFamily,
  group: groupFamily,
  host: hostFamily,
};

export const allKinds = Object.keys(kinds) as readonly ChangeKind[];
export const allFamilies = Object.keys(families) as readonly Family[];

/** The rules of a kind, for changes of that kind. */
export function rulesOf<K extends ChangeKind>({ kind }: { readonly kind: K }): KindRules<K> {
  return kinds[kind] as KindRules<K>;
}

/** The review of a kind, for changes of that kind. */
export function reviewOf<K extends ChangeKind>({ kind }: { readonly kind: K }): ReviewRules<K> {
  return reviews[kind] as ReviewRules<K>;
}

/** Prepares something about the review of each kind once, and asks each kind about its own changes. */
export function askReviews<T>(
  prepare: (rules: ReviewRules<ChangeKind>) => (change: never) => T,
): (change: Change) => T {
  const prepared = new Map(allKinds.map((kind) => [kind, prepare(reviews[kind] as ReviewRules<ChangeKind>)]));
  return (change) => (prepared.get(change.kind) as (change: Change) => T)(change);
}

export const familyRules = <F extends Family>(family: F): FamilyRules<F> => families[family] as FamilyRules<F>;

/** What the action of a change means. */
export const actionRules = (change: DeclaredChange): ActionRules => rulesOf(change).action(change);

/** Whether it disables, deletes or uninstalls. */
export const isRemoval = (change: DeclaredChange): boolean => actionRules(change).count === "remove";

/** Whether it takes something away: a removal, or rights. */
export const takesAway = (change: DeclaredChange): boolean => actionRules(change).sign === "-";

/** Whether it leaves anybody with less: what takes something away, or an update of rights that loses some. */
export const leavesLess = (change: Change): boolean =>
  takesAway(change) || rulesOf(change).lostRights(change).length > 0;

export const familyOfChange = (change: Change): Family => familyOf[change.kind];

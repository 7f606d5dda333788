import type { Fields } from "../../lib/json.ts";
import type { Change } from "../../model/plan.ts";

const administers = (side: Change["before"]): boolean => (side as Fields | null)?.["isClusterAdminGroup"] === true;

/** Whether a group administers its cluster no more after the change. */
export function losesAdministration(change: Change): boolean {
  return change.kind === "group" && administers(change.before) && !administers(change.after);
}

/** Whether a group administers its cluster only after the change. */
export function gainsAdministration(change: Change): boolean {
  return change.kind === "group" && !administers(change.before) && administers(change.after);
}

import type { Change } from "../../model/change.ts";
import type { GroupChange } from "./change.ts";

const administers = (side: GroupChange["before"] | GroupChange["after"]): boolean => side?.isClusterAdminGroup === true;

/** Whether a group administers its cluster no more after the change. */
export function losesAdministration(change: Change): boolean {
  return change.kind === "group" && administers(change.before) && !administers(change.after);
}

/** Whether a group administers its cluster only after the change. */
export function gainsAdministration(change: Change): boolean {
  return change.kind === "group" && !administers(change.before) && administers(change.after);
}

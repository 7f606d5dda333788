import { count, printableLine } from "../../lib/printable.ts";
import { groupChangeId } from "../group/change.ts";
import { groupsInWords, rightsRules } from "../group/rights-rules.ts";
import { groupsByName } from "../group/rules.ts";
import type { KindRules } from "../kind.ts";
import { zonePermissionChangeId } from "./change.ts";
import { hasDeclaredRights, zoneNamer } from "./wanted-rights.ts";

export const zonePermissionRules: KindRules<"zone-permission"> = {
  ...rightsRules,
  heading: "Permissions on management zones",
  noun: "management zone",
  idOf: ({ cluster, group, environment, managementZone }) =>
    zonePermissionChangeId(cluster, group, environment, managementZone),
  declaredIn: (inventory) => {
    const groups = groupsByName(inventory);
    const isNamed = zoneNamer(inventory.groups);
    return (change) => {
      const found = groups.get(`${change.cluster}/${change.group.toLowerCase()}`);
      return found !== undefined && hasDeclaredRights(found) && isNamed(change);
    };
  },
  title: (changes) => {
    const [first, ...others] = changes;
    const where =
      others.length > 0
        ? count(changes.length, "management zone")
        : `management zone ${printableLine(first.managementZone)} of ${first.environment}`;
    return `${first.action} rights of ${groupsInWords(changes)} on ${where}`;
  },
  describe: ({ group, environment, managementZone }) =>
    `rights of group ${printableLine(group)} on management zone ${printableLine(managementZone)} of ${environment}`,
  name: ({ environment, managementZone }) => `${managementZone} of ${environment}`,
  fullName: ({ group, environment, managementZone }) => `${group} on ${managementZone} of ${environment}`,
  sharedTitle: (changes, details) => {
    const [first] = changes;
    return first
      ? `${first.action} rights of ${groupsInWords(changes)} on management zones: ${details.join(", ")}`
      : null;
  },
  explained: ({ cluster, group, environment, managementZone }) => ({
    item: groupChangeId(cluster, group),
    path: `access.${environment}.managementZones.${managementZone}`,
    rights: true,
  }),
};

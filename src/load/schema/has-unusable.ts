/** Whether something of a map was left out because it is invalid, which is reported: its key is still there. */
export const hasUnusable = (map: object): boolean => Object.values(map).includes(undefined);

/** The same for a map and the maps and lists in it, one level deep. */
export const hasUnusableInside = (map: object): boolean =>
  hasUnusable(map) ||
  Object.values(map).some((value) => typeof value === "object" && value !== null && hasUnusable(value));

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** What stands under a key, where that is a mapping; else nothing. */
export const mappingAt = (map: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> => {
  const value = map[key];
  return isMapping(value) ? value : {};
};

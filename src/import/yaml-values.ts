import type { YamlMapping, YamlValue } from "../edit/edit.ts";

/** A mapping of one key, or none where there is no value. */
export const pick = (key: string, value: unknown): YamlMapping =>
  value === undefined ? {} : { [key]: value as YamlValue };
export const asMapping = (value: object): YamlMapping => value as YamlMapping;

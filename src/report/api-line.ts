import type { ApiLine } from "../model/api-line.ts";

/**
 * A page of an answer, or why there is none, as a line of JSON. What a terminal would act on is escaped as JSON does it, so
 * that the data stay what they are.
 */
export const renderApiLine = (line: ApiLine): string =>
  `${JSON.stringify(line).replace(
    /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )}\n`;

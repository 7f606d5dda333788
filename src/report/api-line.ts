import { printable } from "../lib/printable.ts";
import type { ApiLine } from "../model/api-line.ts";

/**
 * A page of an answer, or why there is none, as a line of JSON. What a terminal would act on is escaped as JSON does it, so
 * that the data stay what they are.
 */
export const renderApiLine = (line: ApiLine): string => `${printable(JSON.stringify(line))}\n`;

import { errorMessage, usageError } from "../errors.ts";
import { readLines } from "../files/read-lines.ts";
import { parseJson } from "../lib/parse-json.ts";
import type { ApiLine } from "../model/api-line.ts";

/** What an earlier run has answered, in the file that its standard output was led to. */
export interface EarlierAnswers {
  has(environment: string): boolean;
  /** The lines of those that it has answered whole, each with its end. */
  lines(): AsyncGenerator<string>;
}

/** Characters of a line: a page of an answer, with room for what is escaped in it. */
const longestLine = 2 * 67_108_864;

/**
 * Finds the environments that were answered whole. Lines of another question are refused; the last one may be cut off. Throws
 * a usage error for a file that cannot be used.
 */
export async function earlierAnswers(file: string, path: string): Promise<EarlierAnswers> {
  /** By environment, the number of the line at which its answer begins. */
  const answered = new Map<string, number>();
  const begun = new Map<string, number>();
  const refused = (reason: string) =>
    usageError(`--resume ${file} cannot be used: ${reason}`, "name what the same question has written before");
  try {
    let [number, cutOff] = [0, false];
    for await (const text of readLines(file, longestLine)) {
      number += 1;
      if (cutOff) throw refused(`line ${number - 1} is no answer of dtsync api`);
      const line = apiLine(text);
      cutOff = line === null;
      if (line === null) continue;
      if (line.path !== path) throw refused(`line ${number} answers another question`);
      const name = line.environment.toLowerCase();
      if (line.page === 1) begun.set(name, number);
      const start = begun.get(name);
      if (line.last && line.error === undefined && start !== undefined) answered.set(name, start);
      else answered.delete(name);
    }
  } catch (error) {
    if (error instanceof Error && "exitCode" in error) throw error;
    throw refused(errorMessage(error));
  }
  return {
    has: (environment) => answered.has(environment.toLowerCase()),
    async *lines() {
      let number = 0;
      for await (const text of readLines(file, longestLine)) {
        number += 1;
        const start = answered.get(apiLine(text)?.environment.toLowerCase() ?? "");
        if (start !== undefined && number >= start) yield `${text}\n`;
      }
    },
  };
}

function apiLine(text: string): ApiLine | null {
  try {
    const value = parseJson(text);
    return isApiLine(value) ? value : null;
  } catch {
    return null;
  }
}

function isApiLine(value: unknown): value is ApiLine {
  if (typeof value !== "object" || value === null) return false;
  const line = value as Partial<Record<keyof ApiLine, unknown>>;
  return (
    typeof line.environment === "string" &&
    typeof line.path === "string" &&
    typeof line.page === "number" &&
    typeof line.last === "boolean"
  );
}

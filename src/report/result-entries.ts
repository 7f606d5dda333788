import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import type { ChangeResult, ResultStatus } from "../model/result.ts";
import { exampleOf, generalMessage } from "./alike-remarks.ts";

/** Results of changes that ended in the same way, for the same reason. */
export interface ResultEntry {
  readonly results: readonly [ChangeResult, ...ChangeResult[]];
  readonly status: ResultStatus;
  /** `install host/NAME`, or `install 300 hosts`. */
  readonly title: string;
  /** That of the first result, as an example where others differ in the name of the item; null: there is no error. */
  readonly message: string | null;
  readonly code: string | null;
}

/** What failed comes before what was left out because of it. */
const order: readonly ResultStatus[] = ["failed", "uncertain", "stale", "skipped", "done"];

/** Equal outcomes of equal actions as one. `full`: each by itself. */
export function resultEntries(results: readonly ChangeResult[], full: boolean): readonly ResultEntry[] {
  const key = (result: ChangeResult) =>
    full
      ? result.id
      : JSON.stringify([result.status, result.action, kindOf(result), result.error?.code, generalOf(result)]);
  return [...groupBy(results, key).values()]
    .map(resultEntry)
    .sort((left, right) => order.indexOf(left.status) - order.indexOf(right.status));
}

function resultEntry(results: readonly [ChangeResult, ...ChangeResult[]]): ResultEntry {
  const [first, ...others] = results;
  const { status, action, id, error } = first;
  return {
    results,
    status,
    title: `${action} ${others.length === 0 ? id : count(results.length, kindOf(first))}`,
    message: error === undefined ? null : exampleOf(results.map((result) => result.error?.message ?? "")),
    code: error?.code ?? null,
  };
}

/** The item of a result, without its kind. */
export const resultName = ({ id }: ChangeResult): string => id.slice(id.indexOf("/") + 1);

const kindOf = ({ id }: ChangeResult): string => id.slice(0, id.indexOf("/"));
const generalOf = ({ error, id }: ChangeResult): string =>
  error === undefined ? "" : generalMessage(error.message, id);

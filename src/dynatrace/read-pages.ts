import type { Shape } from "./answer-shape.ts";
import type { Page } from "./answers.ts";
import type { ApiRequest } from "./api-request.ts";
import type { Client } from "./client.ts";
import { bodyLimits } from "./read-body.ts";
import { UnexpectedAnswer } from "./unexpected-answer.ts";

/** Pages of one list; a cluster of 20,000 environments has 20. */
const mostPages = 20_000;
/** Items of one list; more would fill the memory of this machine. */
const mostItems = 1_000_000;

/** What a follow-up page is asked for with besides the cursor, and what ends the reading between two pages. */
interface Following {
  readonly repeatsQuery?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told the number of every page, from 1 on, as it has come. */
  readonly onPage?: (page: number) => void;
  /** Items leave the list all the time by themselves, so that it may become shorter while it is read. */
  readonly dwindles?: boolean;
}

/**
 * A list that comes page by page, read whole: a follow-up page carries the cursor, and where the API wants it the query of
 * the first page too. Lists can shift between pages, so an item counts once by its key, and a list of several pages is read
 * once more that has fewer than it says, or became shorter meanwhile: what was behind the item that has gone moved to a page that
 * was read already. Throws UnexpectedAnswer when it shifts again, when a page leads to one that was read
 * before, and when there is no end: a list that was not read whole is not read at all.
 */
export async function readPages<T>(
  client: Client,
  first: ApiRequest,
  shape: Shape<Page<T>>,
  keyOf: (item: T) => string,
  following: Following = {},
): Promise<readonly T[]> {
  const read = () => readOnce(client, first, shape, keyOf, following);
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ShiftedList) || following.signal?.aborted) throw error;
    return read();
  }
}

/** A list of several pages that holds fewer items than it says, or than it said before: something came between two of them. */
class ShiftedList extends UnexpectedAnswer {}

async function readOnce<T>(
  client: Client,
  first: ApiRequest,
  shape: Shape<Page<T>>,
  keyOf: (item: T) => string,
  { repeatsQuery = false, signal, onPage, dwindles = false }: Following,
): Promise<readonly T[]> {
  const found = new Map<string, T>();
  const twice = new Set<string>();
  const cursors = new Set<string>();
  const call = { method: first.method, path: first.path, status: 200, attempts: 1 };
  const refuse = (what: string) => new UnexpectedAnswer(call, what);
  let request: ApiRequest = { ...first, bodyLimit: bodyLimits.list };
  let length = 0;
  for (;;) {
    const { items, totalCount, nextPageKey } = await client.json(request, shape);
    onPage?.(cursors.size + 1);
    if (!dwindles && totalCount !== null && totalCount < length)
      throw new ShiftedList(call, `the list became shorter while it was read: ${length}, then ${totalCount}`);
    length = totalCount ?? length;
    for (const item of items) {
      const key = keyOf(item);
      if (found.has(key)) twice.add(key);
      found.set(key, item);
    }
    if (found.size > mostItems) throw refuse(`the list has more than ${mostItems} items`);
    if (nextPageKey === null) {
      if (totalCount !== null && found.size < totalCount) {
        const again = [...twice]
          .slice(0, 3)
          .map((key) => JSON.stringify(key))
          .join(", ");
        const more = again === "" ? "" : `, and has some more than once, without regard to case: ${again}`;
        const what = `the list says ${totalCount} but holds ${found.size}${more}`;
        throw cursors.size === 0 ? refuse(what) : new ShiftedList(call, what);
      }
      return [...found.values()];
    }
    if (cursors.has(nextPageKey)) throw refuse("the list repeats a page");
    cursors.add(nextPageKey);
    if (cursors.size >= mostPages) throw refuse(`the list has more than ${mostPages} pages`);
    if (signal?.aborted) throw refuse("the run was interrupted before the list was read");
    const query = new URLSearchParams(repeatsQuery ? first.query : {});
    query.set("nextPageKey", nextPageKey);
    request = { ...request, query };
  }
}

import type { Context } from "../application/context.ts";
import { type WatchOptions, watch as watchRepository } from "../application/watch/watch.ts";
import type { ExitCode } from "../errors.ts";

/** Follows a branch until it is told to end. Standard output has nothing; the log tells what happens. */
export const watch = (options: WatchOptions, context: Context): Promise<ExitCode> => watchRepository(options, context);

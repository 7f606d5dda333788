/**
 * The commit that was built, shortened, with `-dirty` behind it where tracked files had been changed; null: this is no build,
 * or not one of a Git checkout. The build writes its own module in place of this one.
 */
export const buildCommit: string | null = null;

/** What a note that dtsync keeps says of itself, in a line that forges do not show. */
export interface Marker {
  /** Tells the notes of one merge request apart: `[A-Za-z0-9._-]`. */
  readonly key: string;
  /** Number of the pipeline that wrote it: a later one has a higher number; null: it is not known. */
  readonly pipeline: number | null;
  /** Of the plan or report; null: it has none. */
  readonly digest: string | null;
}

const markerPattern =
  /^<!-- dtsync:note key=(?<key>[A-Za-z0-9._-]+) pipeline=(?<pipeline>\d{1,15}|-) digest=(?<digest>[a-z0-9:]+|-) -->\r?(?:\n|$)/;

/** The first line of a note. */
export const markerLine = ({ key, pipeline, digest }: Marker): string =>
  `<!-- dtsync:note key=${key} pipeline=${pipeline ?? "-"} digest=${digest ?? "-"} -->`;

/** Null: it is no note that dtsync keeps. */
export function readMarker(body: string): Marker | null {
  const groups = markerPattern.exec(body)?.groups;
  if (groups === undefined) return null;
  const { key = "", pipeline, digest } = groups;
  return {
    key,
    pipeline: pipeline === undefined || pipeline === "-" ? null : Number(pipeline),
    digest: digest === undefined || digest === "-" ? null : digest,
  };
}

/** Whether a later pipeline than that of the marker has written a text. */
export function isNewer(written: string, { pipeline }: Marker): boolean {
  const other = readMarker(written)?.pipeline ?? null;
  return other !== null && pipeline !== null && other > pipeline;
}

/**
 * The text of those with one key that the latest pipeline wrote; of the first where none tells. One that ended before it had
 * tidied up has left a duplicate that says more than what is kept.
 */
export function latestText(bodies: readonly [string, ...string[]]): string {
  const pipelineOf = (body: string): number => readMarker(body)?.pipeline ?? -1;
  return bodies.reduce((latest, body) => (pipelineOf(body) > pipelineOf(latest) ? body : latest));
}

/**
 * Of the notes or issues of one user, the oldest first, those with a key: the one that is kept, if there is one, and its
 * duplicates, which pipelines leave that look at the same time and find none.
 */
export function withKey<T extends { readonly body: string }>(own: readonly T[], { key }: Marker): readonly T[] {
  return own.filter(({ body }) => readMarker(body)?.key === key);
}

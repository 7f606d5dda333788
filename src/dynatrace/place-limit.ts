/**
 * Terms: a request that is sent has a *place*; the *limit* is how many places there are now. The cluster *refuses* a request
 * with status 429. A *burst* is what was sent since the limit was last lowered.
 *
 * Premise: how many requests a cluster takes at once is not documented, differs by cluster, and changes with what others ask
 * of it. So it is found out: the limit begins small, grows while every place is needed and nothing is refused, and is halved
 * by a refusal.
 *
 * Cases: several refusals of one burst are one sign and halve the limit once. The number at which the cluster refused is
 * remembered: below it the limit grows again by one for each round of requests; up to it only after many that went well,
 * twice as many each time that it is refused there again. When that many went well at the number itself, it is forgotten.
 */
export interface PlaceLimit {
  places(): number;
  /** A place for a request that is sent while so many are under way, itself among them. */
  take(together: number): Place;
  /** A request went well while every place was needed. */
  accepted(): void;
  refused(place: Place): void;
}

/** Where a request that is sent stands. */
export interface Place {
  readonly burst: number;
  /** Requests that were under way when it was sent, itself among them. */
  readonly together: number;
}

const firstLimit = 4;
/** Requests that go well before the number that was refused last is tried again. */
const firstPatience = 40;
const longestPatience = 2_560;

export function createPlaceLimit(maximum: number): PlaceLimit {
  let limit = Math.min(firstLimit, maximum);
  let burst = 0;
  /** The number of requests under way of which one was refused last; null: nothing is known. */
  let refusedAt: number | null = null;
  let patience = firstPatience;
  /** Requests that went well since the limit last changed. */
  let credit = 0;

  function wanted(): number {
    if (refusedAt === null) return 1;
    return limit + 1 < refusedAt ? limit : patience;
  }

  return {
    places: () => limit,
    take: (together) => ({ burst, together }),
    accepted() {
      credit += 1;
      if (credit < wanted() || limit >= maximum) return;
      if (refusedAt !== null && limit >= refusedAt) refusedAt = null;
      limit += 1;
      credit = 0;
    },
    refused(place) {
      credit = 0;
      if (place.burst === burst) {
        const known = refusedAt !== null && place.together >= refusedAt;
        patience = known ? Math.min(patience * 2, longestPatience) : firstPatience;
        refusedAt = place.together;
        limit = Math.floor(limit / 2);
        burst += 1;
      }
      refusedAt = Math.min(refusedAt ?? place.together, place.together);
      limit = Math.max(1, Math.min(limit, refusedAt - 1));
    },
  };
}

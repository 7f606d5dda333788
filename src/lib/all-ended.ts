/**
 * Like Promise.all, but rejects only once all have ended: work that is left running would go on, with its repeats and waits, when
 * nobody wants its result any more, and keep the process from its end. Of several failures the first in the list counts.
 */
export async function allEnded<T extends readonly unknown[]>(
  works: readonly [...{ [K in keyof T]: T[K] | Promise<T[K]> }],
): Promise<T> {
  const ends = await Promise.allSettled(works);
  return ends.map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  }) as unknown as T;
}

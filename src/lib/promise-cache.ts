/** Work that is begun once for a key and whose result all share who ask for it, while it runs and afterwards. */
interface PromiseCache<T> {
  /** What the work for this key gave, or is giving. A failure is not kept: the next one who asks begins it again. */
  get(key: string, work: () => Promise<T>): Promise<T>;
  /** The next one who asks begins the work again. */
  forget(key: string): void;
}

export function createPromiseCache<T>(): PromiseCache<T> {
  const started = new Map<string, Promise<T>>();
  return {
    get(key, work) {
      const found = started.get(key);
      if (found !== undefined) return found;
      const begun = work();
      started.set(key, begun);
      begun.catch(() => {
        // It may have been forgotten and begun again meanwhile.
        if (started.get(key) === begun) started.delete(key);
      });
      return begun;
    },
    forget: (key) => void started.delete(key),
  };
}

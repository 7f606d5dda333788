/** Bytes of a page. Browsers open one of that size in about a second. */
const largestPage = 5_000_000;

/** How much of what a page could show it does show. */
export interface PageDetail {
  /** Characters of one value. */
  readonly value: number;
  /** Names in one list. */
  readonly names: number;
  /** Entries in all. */
  readonly entries: number;
}

const allEntries = 20_000;

const steps: readonly PageDetail[] = [
  { value: 10_000, names: 20_000, entries: allEntries },
  { value: 2_000, names: 1_000, entries: allEntries },
  { value: 300, names: 100, entries: allEntries },
  { value: 100, names: 20, entries: 10_000 },
  ...[5_000, 2_000, 500, 100, 10].map((entries) => ({ value: 100, names: 20, entries })),
];

/**
 * The richest rendering that is no larger than a page may be; the poorest one where none is. `aimed`: bytes that it shall not
 * take as long as all entries can be kept with less.
 */
export function fitPage(render: (detail: PageDetail) => string, aimed: number = largestPage): string {
  let best: string | null = null;
  let page = "";
  for (const step of steps) {
    if (best !== null && step.entries < allEntries) break;
    page = render(step);
    const size = Buffer.byteLength(page);
    if (size <= aimed) return page;
    if (size > largestPage) continue;
    if (step.entries < allEntries) return page;
    best = page;
  }
  return best ?? page;
}

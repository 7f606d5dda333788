/** Characters of a page. Browsers open one of that size in about a second. */
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

const steps: readonly PageDetail[] = [
  { value: 10_000, names: 20_000, entries: 20_000 },
  { value: 2_000, names: 1_000, entries: 20_000 },
  { value: 300, names: 100, entries: 20_000 },
  { value: 100, names: 20, entries: 10_000 },
  ...[5_000, 2_000, 500, 100, 10].map((entries) => ({ value: 100, names: 20, entries })),
];

/** The richest rendering that is no larger than a page may be; the poorest one where none is. */
export function fitPage(render: (detail: PageDetail) => string): string {
  let page = "";
  for (const step of steps) {
    page = render(step);
    if (page.length <= largestPage) break;
  }
  return page;
}

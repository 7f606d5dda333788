import { fitMarkdown, fitsMarkdown } from "./markdown.ts";

/** How much of what a report could show it does show. */
export interface MarkdownDetail {
  /** Names and places of what is folded, in an entry. */
  readonly names: number;
  readonly places: number;
  /** Characters of one value. */
  readonly value: number;
  /** Folded entries. */
  readonly entries: number;
  /** Entries of a list that is to be whole (what is taken away, held, failed), and names in each of them. */
  readonly listed: number;
  readonly listedNames: number;
}

const richest: MarkdownDetail = {
  names: 100,
  places: 5,
  value: 2_000,
  entries: Number.POSITIVE_INFINITY,
  listed: Number.POSITIVE_INFINITY,
  listedNames: Number.POSITIVE_INFINITY,
};

/** In this order detail goes: names and places of what is folded, small entries of it, and only then what is to be whole. */
const steps: readonly Partial<MarkdownDetail>[] = [
  {},
  { names: 20, places: 3 },
  { names: 6, places: 1, value: 200 },
  { names: 3, places: 0 },
  { names: 0, value: 100 },
  ...[300, 100, 30, 10, 0].map((entries) => ({ entries })),
  ...[300, 100, 30, 10].map((listedNames) => ({ listedNames })),
  ...[300, 100, 30, 10].map((listed) => ({ listed })),
];

/** The richest rendering that fits into a comment of a forge; `whole` says where the rest of what never fits is. */
export function fitDetail(render: (detail: MarkdownDetail) => string, whole: string): string {
  let detail = richest;
  let text = "";
  for (const step of steps) {
    detail = { ...detail, ...step };
    text = render(detail);
    if (fitsMarkdown(text)) break;
  }
  return fitMarkdown(text, whole);
}

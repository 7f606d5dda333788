/** The text of a report, or why there is none: one that would show what is not known as nothing is not written. */
export type Report = string | Withheld;

export interface Withheld {
  readonly withheld: string;
}

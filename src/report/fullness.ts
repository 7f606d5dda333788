/** How much of a plan, a result or a difference is shown as text. */
export interface Fullness {
  /** Everything by itself and nothing folded, however long that gets. */
  readonly full?: boolean;
}

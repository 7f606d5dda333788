/** A line above an entry: a comment with its `#`, or the empty text for a blank line. */
export type Line = string;

/** Text of a scalar: as it is written where it is plain, as it is meant where it is quoted. */
export type ScalarText =
  | { readonly style: "empty" }
  | { readonly style: "plain" | "quoted" | "alias"; readonly text: string }
  | {
      readonly style: "block";
      /** For example `|-`, without an indication of the indentation. */
      readonly header: string;
      /** Lines without their common indentation. */
      readonly lines: readonly string[];
    };

export interface ScalarNode {
  readonly kind: "scalar";
  /** Anchor and tag. */
  readonly properties: readonly string[];
  readonly content: ScalarText;
}

export interface CollectionNode {
  readonly kind: "map" | "list";
  readonly properties: readonly string[];
  /** Written with brackets. */
  readonly flow: boolean;
  readonly entries: readonly Entry[];
  /** Below the last entry, in its column. */
  readonly after: readonly Line[];
}

export type LayoutNode = ScalarNode | CollectionNode;

/** An entry of a map or, without a key, of a list, with the comments that go where it goes. */
export interface Entry {
  readonly before: readonly Line[];
  readonly key: ScalarNode | null;
  readonly value: LayoutNode;
  /** The comment at the end of its first line. */
  readonly trailing: string | null;
  /** Comments below it that are indented further. */
  readonly after: readonly Line[];
}

/** One YAML document with everything that a formatter has to keep. */
export interface Layout {
  /** What comes before the first entry and does not belong to it. */
  readonly header: readonly Line[];
  /** Null: there are only comments. */
  readonly root: LayoutNode | null;
  readonly after: readonly Line[];
}

/** The lines from the first comment on. */
export function fromComment(lines: readonly Line[]): readonly Line[] {
  const first = lines.findIndex(isComment);
  return first < 0 ? [] : lines.slice(first);
}

/** Whether a comment stands anywhere inside of a node. */
export function hasComments(node: LayoutNode): boolean {
  if (node.kind === "scalar") return false;
  return (
    node.after.some(isComment) ||
    node.entries.some(
      ({ before, value, trailing, after }) =>
        trailing !== null || before.some(isComment) || after.some(isComment) || hasComments(value),
    )
  );
}

const isComment = (line: Line): boolean => line !== "";

/** What stands in a row of the map. */
export interface RowText {
  readonly title: string;
  /** Below the title, in smaller letters; empty: nothing. */
  readonly note: string;
  readonly cells: readonly string[];
}

/**
 * Widths of screens from the largest on, each with the room that cells and title have at least, in rem; on the smallest the
 * title stands above the cells.
 */
const screens = [
  { below: null, cells: 59, title: 16, isStacked: false },
  { below: 80, cells: 39, title: 16, isStacked: false },
  { below: 60, cells: 28, title: 16, isStacked: false },
  { below: 48, cells: 20, title: 16, isStacked: false },
  { below: 40, cells: 18, title: 18, isStacked: true },
] as const;
/** The same for signs alone, on every screen, without notes. */
const signs = { title: 7, perLine: 5 };

/** In rem. Letters are as wide as those of wide fonts: what is too high moves the scroll bar, what is too low would overlap. */
const sizes = {
  letter: 0.55,
  titleLetter: 0.62,
  cell: 2.9,
  cellLine: 2.15,
  signLine: 1.8,
  titleLine: 1.3,
  noteLetter: 0.53,
  noteLine: 1.55,
  around: 0.5,
};

/** Classes of rows, so that browsers know about how high those are that they have not laid out yet. */
export interface RowHeights {
  readonly classOf: (row: RowText) => string;
  readonly style: string;
}

export function rowHeights(rows: readonly RowText[]): RowHeights {
  const classes = new Map(rows.map((row) => [row, `high-${heightsOf(row).join("-")}`]));
  const style = [...new Set(classes.values())].map((name) => {
    const [forSigns, ...heights] = name.slice("high-".length).split("-");
    const rules = heights.map((height, index) => {
      const below = screens[index]?.below ?? null;
      const rule = `.${name} { contain-intrinsic-size: auto ${Number(height) / 10}rem; }`;
      return below === null ? rule : `@media (width < ${below}rem) { ${rule} }`;
    });
    return [...rules, `.signs .${name} { contain-intrinsic-size: auto ${Number(forSigns) / 10}rem; }\n`].join("\n");
  });
  return {
    classOf: (row) => classes.get(row) ?? "",
    style: `.row[class*="high-"] { content-visibility: auto; }\n@media print { .row { content-visibility: visible !important; } }\n${style.join("")}`,
  };
}

/** In tenths of rem: with signs alone, then on every screen. */
function heightsOf({ title, note, cells }: RowText): readonly number[] {
  const titleHeight = (room: number) => Math.ceil((title.length * sizes.titleLetter) / room) * sizes.titleLine;
  const noteHeight = (room: number) => Math.ceil((note.length * sizes.noteLetter) / room) * sizes.noteLine;
  const signHeight = Math.ceil(cells.length / signs.perLine) * sizes.signLine;
  const heights = screens.map((screen) => {
    const [above, beside] = [
      titleHeight(screen.title) + noteHeight(screen.title),
      linesOf(cells, screen.cells) * sizes.cellLine,
    ];
    return screen.isStacked ? above + beside + sizes.around : Math.max(above, beside) + sizes.around;
  });
  return [Math.max(signHeight, titleHeight(signs.title)) + sizes.around, ...heights].map((height) =>
    Math.ceil(height * 10),
  );
}

/** How many lines cells take that stand one after the other. */
function linesOf(cells: readonly string[], room: number): number {
  let lines = 1;
  let used = 0;
  for (const { length } of cells) {
    const width = sizes.cell + length * sizes.letter;
    if (used > 0 && used + width > room) {
      lines += 1;
      used = 0;
    }
    used += width;
  }
  return lines;
}

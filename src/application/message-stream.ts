import { stripVTControlCharacters } from "node:util";
import { displayWidth } from "../lib/display-width.ts";
import type { Clock } from "../ports.ts";
import { cutLine, wrapText } from "./wrap-text.ts";

/** Lines that are shown below all messages and replaced while something runs. */
export interface LiveRegion {
  /** Takes the lines away. */
  close(): void;
}

/** Asked for the lines to show whenever they may have changed; each is cut at the columns. */
export type RenderRegion = (columns: number) => readonly string[];

/**
 * Messages for people, and what is shown live below them: the one way to write to standard error, so that neither tears the
 * other apart.
 */
export interface MessageStream {
  /** Writes lines above the regions; on a terminal broken between words. */
  write(text: string): void;
  /** Null where there is no terminal to show it on. */
  openRegion(render: RenderRegion): LiveRegion | null;
  /** Lets something else write to the same terminal, with no region in its way. */
  aside(write: () => void): void;
  /** Whether something is shown live now. */
  isLive(): boolean;
}

/** A terminal's size now; null: it is none. */
export type TerminalSize = () => { readonly columns: number; readonly rows: number } | null;

/** Milliseconds between two drawings, at least. */
const pause = 100;

export function createMessageStream(
  write: (text: string) => void,
  size: TerminalSize,
  clock: Pick<Clock, "elapsed" | "every">,
): MessageStream {
  const regions = new Set<RenderRegion>();
  let drawn: readonly string[] = [];
  let drawnAt = Number.NEGATIVE_INFINITY;
  let stopDrawing: () => void = () => undefined;

  const now = () => clock.elapsed();

  /** Rows that what was drawn takes, where a terminal that has become narrower may have broken its lines. */
  const rowsDrawn = (columns: number): number => {
    const rowsOf = (line: string) => Math.max(1, Math.ceil(displayWidth(stripVTControlCharacters(line)) / columns));
    return drawn.reduce((sum, line) => sum + rowsOf(line), 0);
  };

  /** Line by line: some terminals keep what is erased as a whole among the lines to scroll back to. */
  const erase = (): string => {
    const rows = rowsDrawn(size()?.columns ?? Number.POSITIVE_INFINITY);
    drawn = [];
    return rows === 0 ? "" : `\r${"\u001b[1A\u001b[2K".repeat(rows)}`;
  };

  /** What cannot be rendered is not tried again, so that the message about it can be written. */
  const render = (columns: number): readonly string[] => {
    try {
      return [...regions].flatMap((region) => region(columns));
    } catch (error) {
      regions.clear();
      throw error;
    }
  };

  const draw = (): void => {
    const terminal = size();
    if (terminal === null) return;
    // The last column stays free: some terminals go on to the next line when it is taken. So does the last row.
    const lines = render(terminal.columns - 1)
      .slice(0, Math.max(1, terminal.rows - 1))
      .map((line) => cutLine(line, terminal.columns - 1));
    if (lines.length === drawn.length && lines.every((line, index) => line === drawn[index])) return;
    const rows = rowsDrawn(terminal.columns);
    // Written over where it can be, so that it does not flicker.
    const back = rows > lines.length ? erase() : rows > 0 ? `\r\u001b[${rows}A` : "";
    write(`${back}${lines.map((line) => `${line}\u001b[K\n`).join("")}`);
    drawn = lines;
    drawnAt = now();
  };

  /** Regions come back at once, unless that was just so: many messages would draw them again and again. */
  const drawSoon = (): void => {
    if (now() - drawnAt >= pause) draw();
  };

  return {
    write(text) {
      const wrapped = wrapText(text, size()?.columns ?? null);
      const isLive = regions.size > 0;
      write(`${erase()}${wrapped}${isLive && !wrapped.endsWith("\n") ? "\n" : ""}`);
      if (isLive) drawSoon();
    },
    openRegion(region) {
      if (size() === null) return null;
      if (regions.size === 0) stopDrawing = clock.every(pause, draw);
      regions.add(region);
      drawSoon();
      return {
        close() {
          regions.delete(region);
          if (regions.size > 0) return draw();
          stopDrawing();
          const erased = erase();
          if (erased !== "") write(erased);
        },
      };
    },
    aside(other) {
      if (drawn.length > 0) write(erase());
      other();
    },
    isLive: () => regions.size > 0,
  };
}

/** The lines on a terminal that is as high as it has to be, after what was written: what people see. */
export function screenOf(written: string, columns = Number.POSITIVE_INFINITY): readonly string[] {
  const rows: string[] = [""];
  let [row, column] = [0, 0];
  const put = (character: string) => {
    if (column === columns) [row, column] = [row + 1, 0];
    const line = (rows[row] ?? "").padEnd(column);
    rows[row] = line.slice(0, column) + character + line.slice(column + 1);
    column += 1;
  };
  for (const [part, steps, command] of written.matchAll(/\u001b\[([\d;]*)([A-Za-z])|[\s\S]/gu)) {
    if (command === "A") row = Math.max(0, row - Number(steps));
    else if (command === "K") rows[row] = steps === "2" ? "" : (rows[row] ?? "").slice(0, column);
    else if (command !== undefined && command !== "m") throw new Error(`the screen does not know ${part.slice(1)}`);
    else if (part === "\r") column = 0;
    else if (part === "\n") [row, column] = [row + 1, 0];
    else if (command === undefined) put(part);
    rows[row] ??= "";
  }
  while (rows.at(-1) === "") rows.pop();
  return rows;
}

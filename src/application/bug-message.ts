import { errorMessage } from "../errors.ts";
import { printableLine } from "../lib/printable.ts";

/** One line about an error that nobody expected: what went wrong, and where in dtsync. */
export function bugMessage(error: unknown, version: string): string {
  const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
  const place = error instanceof Error ? firstPlace(error.stack) : null;
  const what = printableLine(`${name}${errorMessage(error)}`);
  return `this is a bug in dtsync ${version}, please report it: ${what}${place === null ? "" : ` (${place})`}`;
}

function firstPlace(stack: string | undefined): string | null {
  const line = stack?.split("\n").find((text) => /^\s+at /.test(text));
  return line === undefined ? null : printableLine(line.trim());
}

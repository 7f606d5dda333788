/** What dtsync writes beside an inventory, and nobody wants in Git. */
const ignored = ".dtsync/";

/** The text of a `.gitignore` that has it, or null where this one does. */
export function withIgnoredFiles(text: string): string | null {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines.some((line) => /^\/?\.dtsync\/?$/.test(line))) return null;
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${ignored}\n`;
}

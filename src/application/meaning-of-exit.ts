import { exitCodeProblem } from "../kinds/host/exit-code-problem.ts";

/** What the number in `installer-exit-6` or `uninstaller-exit-1` means; null for every other text. */
export function meaningOfExit(code: string): string | null {
  const [, program, number] = /^(installer|uninstaller)-exit-(\d{1,3})$/.exec(code) ?? [];
  if (program === undefined || number === undefined) return null;
  return exitCodeProblem(program === "installer" ? "installer" : "uninstaller", number, []).message;
}

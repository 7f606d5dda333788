import { spawn } from "node:child_process";
import type { ProcessVariables } from "../ports.ts";

/**
 * Shows a text in a program such as `less`, as the user's shell would call it, and waits for its end. False: it could not
 * be started. With `less` a text that fits the screen is just printed, unless `LESS` says otherwise.
 */
export function showInPager(text: string, pager: string, variables: ProcessVariables): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("sh", ["-c", pager], {
      stdio: ["pipe", "inherit", "inherit"],
      env: { LESS: "FRX", ...variables },
    });
    child.once("error", () => resolve(false));
    // Not found, not executable.
    child.once("close", (code) => resolve(code !== 126 && code !== 127));
    // Whoever has read enough leaves before the end.
    child.stdin.on("error", () => undefined);
    child.stdin.end(text);
  });
}

import { randomBytes } from "node:crypto";
import { linkSync, rmSync, writeFileSync } from "node:fs";

/**
 * Makes a file that its owner alone may read, whole, unless one has the name already, and says whether it did. Of several
 * that try at once one succeeds. Throws the error of the system.
 */
export function makeExclusively(path: string, text: string): boolean {
  const draft = `${path}.${randomBytes(9).toString("base64url")}`;
  try {
    // On a full disk it is made, and then not written.
    writeFileSync(draft, text, { flag: "wx", mode: 0o600 });
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

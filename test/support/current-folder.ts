import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** The current folder of commands that run in this process. It is made when one of them writes there. */
export const currentFolder = join(tmpdir(), `dtsync-test-${randomBytes(6).toString("hex")}`);

afterAll(() => rmSync(currentFolder, { recursive: true, force: true }));

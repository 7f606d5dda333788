import { isAbsolute, join, resolve } from "node:path";
import { isInside } from "./inventory-folder.ts";

/** What paths in a file of the inventory are relative to. All absolute. */
export interface PathBase {
  readonly root: string;
  /** The folder of the file that has the path. */
  readonly folder: string;
  /** What `~/` stands for. */
  readonly home: string;
}

/** Absolute form of a path that may lead anywhere. */
export function resolveAnywhere(path: string, base: PathBase): string {
  return path.startsWith("~/") ? join(base.home, path.slice(2)) : resolve(base.folder, path);
}

/** Absolute form of a path that must stay in the inventory folder, or null when it does not. */
export function resolveInside(path: string, base: PathBase): string | null {
  if (isAbsolute(path) || path.startsWith("~/")) return null;
  const absolute = resolve(base.folder, path);
  return isInside(base.root, absolute) ? absolute : null;
}

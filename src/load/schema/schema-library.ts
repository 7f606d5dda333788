import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

type AjvLibrary = typeof import("ajv/dist/2020.js");
type AjvStandalone = typeof import("ajv/dist/standalone/index.js");

const require = createRequire(import.meta.url);

// Loaded when asked for: the built program does not need them. Not by `import()`, because what uses them is synchronous.
export const ajvLibrary = (): AjvLibrary => require("ajv/dist/2020.js") as AjvLibrary;
export const standaloneLibrary = (): AjvStandalone["default"] =>
  (require("ajv/dist/standalone/index.js") as AjvStandalone).default;

/** A file of validators that the build wrote beside this module, or null where dtsync runs from its sources. */
export function builtValidators(file: "validators.cjs" | `${string}-validator.cjs`): unknown {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return existsSync(path) ? require(path) : null;
}

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Alias, Node, Scalar, YAMLMap, YAMLSeq } from "yaml";

type YamlLibrary = typeof import("yaml");
type AjvLibrary = typeof import("ajv/dist/2020.js");

const require = createRequire(import.meta.url);

let yaml: YamlLibrary | null = null;

// Loaded when first asked for: most runs need neither, and each takes as long to load as an empty Node.js to start. Not
// by `import()`, because what uses them is synchronous.
export function yamlLibrary(): YamlLibrary {
  yaml ??= require("yaml") as YamlLibrary;
  return yaml;
}

type AjvStandalone = typeof import("ajv/dist/standalone/index.js");

export const standaloneLibrary = (): AjvStandalone["default"] =>
  (require("ajv/dist/standalone/index.js") as AjvStandalone).default;
export const ajvLibrary = (): AjvLibrary => require("ajv/dist/2020.js") as AjvLibrary;

export const isAlias = (node: unknown): node is Alias => yamlLibrary().isAlias(node);
export const isMap = (node: unknown): node is YAMLMap<Node, Node | null> => yamlLibrary().isMap(node);
export const isScalar = (node: unknown): node is Scalar => yamlLibrary().isScalar(node);
export const isSeq = (node: unknown): node is YAMLSeq<Node> => yamlLibrary().isSeq(node);

/** A CommonJS module that the build wrote, or null where dtsync runs from its sources. */
export function builtModule(name: "validators.cjs"): unknown {
  const path = fileURLToPath(new URL(`./${name}`, import.meta.url));
  return existsSync(path) ? require(path) : null;
}

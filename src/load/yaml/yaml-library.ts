import { createRequire } from "node:module";
import type { Alias, Node, Scalar, YAMLMap, YAMLSeq } from "yaml";

type YamlLibrary = typeof import("yaml");

const require = createRequire(import.meta.url);

let yaml: YamlLibrary | null = null;

/**
 * Loaded when first asked for, because most runs do not need it, and it takes as long to load as an empty Node.js to
 * start. Not by `import()`, because what uses it is synchronous.
 */
export function yamlLibrary(): YamlLibrary {
  yaml ??= require("yaml") as YamlLibrary;
  return yaml;
}

export const isAlias = (node: unknown): node is Alias => yamlLibrary().isAlias(node);
export const isMap = (node: unknown): node is YAMLMap<Node, Node | null> => yamlLibrary().isMap(node);
export const isScalar = (node: unknown): node is Scalar => yamlLibrary().isScalar(node);
export const isSeq = (node: unknown): node is YAMLSeq<Node> => yamlLibrary().isSeq(node);

// Writes docs/inventory-reference.md, the tables of every field of the inventory, from the JSON Schemas.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const files = [
  { kind: "dtsync", heading: "dtsync.yaml" },
  { kind: "customer", heading: "customers/\\*\\*/\\*.yaml" },
  { kind: "groups", heading: "groups/\\*\\*/\\*.yaml" },
];

const page = new URL("../docs/inventory-reference.md", import.meta.url);

const readSchema = (kind) =>
  JSON.parse(readFileSync(new URL(`../schema/${kind}.schema.json`, import.meta.url), "utf8"));

/** The text of the page. */
export function renderReference() {
  const schemas = files.map(({ kind, heading }) => ({ heading, schema: readSchema(kind) }));
  const definitions = Object.assign({}, ...schemas.map(({ schema }) => schema.$defs));
  const shared = Object.entries(definitions).filter(([, definition]) => definition.properties);
  const sections = [
    ...schemas.map(({ heading, schema }) => section(heading, schema, definitions)),
    ...shared.map(([, definition]) => section(definition.title, definition, definitions)),
  ];
  return `${[introduction, ...sections].join("\n\n")}\n`;
}

const introduction = `# Every field of the inventory

This page is made from the JSON Schemas in \`schema/\` by \`npm run docs\`; the same schemas check files and let editors
complete and explain them. [inventory.md](inventory.md) explains how the fields work together.

Keys with a star are required. Most of the others may be \`null\`, which takes away what a farther level says. Defaults
of \`port\` and \`connectTimeout\` count where \`~/.ssh/config\` says nothing either.`;

function section(heading, schema, definitions) {
  const rows = rowsOf(schema, "", definitions);
  const described = schema.description.replace(/^\S+\.yaml: ./, (start) => start.at(-1).toUpperCase());
  const table = [
    "| key | what it is | value | default | example |",
    "|---|---|---|---|---|",
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ];
  return `## ${heading}\n\n${escapeText(described)}\n\n${table.join("\n")}`;
}

/** A row for each key; mappings that have no section of their own are unfolded into keys with dots. */
function rowsOf(schema, prefix, definitions) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const field = resolve(property, definitions);
    const path = `${prefix}${name}`;
    const star = schema.required?.includes(name) ? "\\*" : "";
    const told = field.description.toLowerCase().startsWith(field.title.toLowerCase());
    const row = [
      `\`${path}\`${star}`,
      escapeText(told ? field.description : `${field.title}. ${field.description}`),
      describeValue(property, definitions),
      "default" in field ? code(field.default) : "",
      field.examples.slice(0, 2).map(code).join(", "),
    ];
    if (property.$ref) return [row];
    const entry = field.additionalProperties;
    const inner = entry?.properties
      ? rowsOf(entry, `${path}.NAME.`, definitions)
      : rowsOf(field, `${path}.`, definitions);
    return [row, ...inner];
  });
}

function resolve(schema, definitions) {
  return schema.$ref ? definitions[nameOf(schema)] : schema;
}

const nameOf = ({ $ref }) => $ref.slice("#/$defs/".length);

/** What a value may be, in words. */
function describeValue(schema, definitions) {
  const value = resolve(schema, definitions);
  if (value.properties && schema.$ref) return `[${value.title}](#${slug(value.title)})`;
  if (value.if)
    return choices(value)
      .map((choice) => describeValue(choice, definitions))
      .join(", or ");
  if (value.const !== undefined) return code(value.const);
  if (value.enum)
    return value.enum
      .filter((item) => item !== null)
      .map(code)
      .join(", ");
  if (value.anyOf) {
    const options = value.anyOf
      .filter(({ type }) => type !== "null")
      .map((option) => describeValue(option, definitions));
    return options.join(", or ");
  }
  const type = [value.type].flat().find((name) => name !== "null");
  if (type === "array") return `list of ${describeValue(value.items, definitions)}`;
  if (type === "object")
    return value.additionalProperties ? mappingOf(value.additionalProperties, definitions) : "mapping";
  if (type === "integer") return `whole number${rangeOf(value)}`;
  if (type === "boolean") return "`true`, `false`";
  return value.pattern?.endsWith("%$") ? "percentage" : "text";
}

const mappingOf = (entry, definitions) =>
  entry.properties ? "mapping" : `mapping of ${describeValue(entry, definitions)}`;

/** The alternatives of a schema that decides with if, then and else. */
function choices({ then, else: otherwise }) {
  return [then, ...(otherwise.if ? choices(otherwise) : [otherwise])];
}

function rangeOf({ minimum, maximum }) {
  if (maximum !== undefined) return `, ${minimum} to ${maximum}`;
  return minimum === undefined ? "" : ` from ${minimum}`;
}

const code = (value) => `\`${inYaml(value).replaceAll("|", "\\|")}\``;

/** A value as YAML on one line, with quotation marks only where they are needed. */
function inYaml(value) {
  if (Array.isArray(value)) return `[${value.map(inYaml).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => `${inYaml(key)}: ${inYaml(item)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  const plain =
    typeof value === "string" && /^[A-Za-z/~.][\w/.:@-]*$/.test(value) && !/^(?:true|false|null|~)$/.test(value);
  return plain ? value : JSON.stringify(value);
}

const escapeText = (text) => text.replace(/[\\`*_[\]<>|]/g, "\\$&");

const slug = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, "")
    .replaceAll(" ", "-");

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, renderReference());

import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv";
import { parseJson } from "../../lib/parse-json.ts";
import { packageFolder } from "../../package-folder.ts";
import { createRegistry, type Definition, definitions, type FileSchemas, type SchemaKind } from "./compile-schemas.ts";
import { builtValidators } from "./schema-library.ts";

type Validators = Readonly<Record<Definition, ValidateFunction>>;

const schemaFolder = new URL("schema/", packageFolder);

let validators: Validators | null = null;

/** What the schema of its kind of file rejects in the data. */
export function checkFile(kind: SchemaKind, value: unknown): readonly ErrorObject[] {
  return check(kind, value);
}

/** What the schema rejects in a list of hosts, as a command may print it. */
export function checkHostItems(value: readonly unknown[]): readonly ErrorObject[] {
  return check("hosts", value);
}

function check(definition: Definition, value: unknown): readonly ErrorObject[] {
  validators ??= loadValidators();
  const validate = validators[definition];
  return validate(value) ? [] : (validate.errors ?? []);
}

/** The build writes their code to a file: compiling it takes a tenth of a second, loading it next to nothing. */
function loadValidators(): Validators {
  const built = builtValidators("validators.cjs");
  if (built !== null) return built as Validators;
  const registry = createRegistry(readSchemas());
  const compiled = Object.entries(definitions).map(([name, reference]) => [name, registry.getSchema(reference)]);
  return Object.fromEntries(compiled) as Validators;
}

export function readSchemas(): FileSchemas {
  const read = (kind: SchemaKind) =>
    parseJson(readFileSync(new URL(`${kind}.schema.json`, schemaFolder), "utf8")) as FileSchemas[SchemaKind];
  return { dtsync: read("dtsync"), customer: read("customer"), groups: read("groups") };
}

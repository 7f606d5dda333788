import { readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";

export type SchemaKind = "dtsync" | "customer" | "groups";

const kinds: readonly SchemaKind[] = ["dtsync", "customer", "groups"];

/** The schemas lie beside `src` and `dist`, at the root of the package. */
const schemaFolder = new URL("../../schema/", import.meta.url);

const registryId = "https://dtsync.example.com/schema/all.schema.json";

/** Compiled once in a run, when first needed: it takes some 50 ms, and the schemas never change. */
let registry: Ajv2020 | null = null;

/** The faults of the data against the schema of its kind of file. */
export function checkFile(kind: SchemaKind, value: unknown): readonly ErrorObject[] {
  return check(`${kind}File`, value);
}

/** The faults of a list of hosts, as a command may print it. */
export function checkHostItems(value: readonly unknown[]): readonly ErrorObject[] {
  return check("environment/properties/hosts", value);
}

function check(definition: string, value: unknown): readonly ErrorObject[] {
  registry ??= createRegistry();
  const validate: ValidateFunction | undefined = registry.getSchema(`${registryId}#/$defs/${definition}`);
  if (!validate) throw new Error(`no schema has the definition ${definition}`);
  return validate(value) ? [] : (validate.errors ?? []);
}

/**
 * The three schemas as one, because they share most of their definitions, which the tests make sure of: so each is
 * compiled once and not three times.
 */
function createRegistry(): Ajv2020 {
  const definitions: Record<string, object> = {};
  for (const kind of kinds) {
    const text = readFileSync(new URL(`${kind}.schema.json`, schemaFolder), "utf8");
    const { $schema: _dialect, $id: _id, $defs, ...file } = JSON.parse(text) as { readonly [key: string]: object };
    Object.assign(definitions, $defs, { [`${kind}File`]: file });
  }
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    // The tests check the schemas strictly and against the meta-schema; faults are put into words elsewhere; and
    // smaller code compiles faster.
    strict: false,
    validateSchema: false,
    messages: false,
    inlineRefs: false,
    code: { optimize: false, process: appendErrors },
  });
  return ajv.addSchema({ $id: registryId, $defs: definitions });
}

/**
 * The generated code copies the list of all faults so far for each faulty item. With a hundred thousand of them that
 * takes minutes; adding to the list takes none.
 */
function appendErrors(code: string): string {
  return code.replace(
    /vErrors\.concat\((\w+\.errors)\)/g,
    "$1.reduce((all, error) => (all.push(error), all), vErrors)",
  );
}

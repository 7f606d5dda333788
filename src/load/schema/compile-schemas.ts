import type { Ajv2020 } from "ajv/dist/2020.js";
import { ajvLibrary, standaloneLibrary } from "./schema-library.ts";

/** JSON Schemas of the three kinds of files, by kind. */
export type FileSchemas = Readonly<Record<SchemaKind, Readonly<Record<string, object>>>>;
export type SchemaKind = "dtsync" | "customer" | "groups";

const registryId = "https://dtsync.example.com/schema/all.schema.json";

/** What data is checked against, with the place of each in the registry. */
export const definitions = {
  dtsync: `${registryId}#/$defs/dtsyncFile`,
  customer: `${registryId}#/$defs/customerFile`,
  groups: `${registryId}#/$defs/groupsFile`,
  hosts: `${registryId}#/$defs/environment/properties/hosts`,
} as const;
export type Definition = keyof typeof definitions;

/**
 * The three schemas as one, because they share most of their definitions, which the tests make sure of: so each is
 * compiled once and not three times. With `source` the code that is made can be written to a file.
 */
export function createRegistry(schemas: FileSchemas, source = false): Ajv2020 {
  const shared: Record<string, object> = {};
  for (const [kind, { $schema: _dialect, $id: _id, $defs, ...file }] of Object.entries(schemas)) {
    Object.assign(shared, $defs, { [`${kind}File`]: file });
  }
  return createAjv(source).addSchema({ $id: registryId, $defs: shared });
}

/** With `source` the code that is made can be written to a file. */
export function createAjv(source: boolean): Ajv2020 {
  return new (ajvLibrary().Ajv2020)({
    allErrors: true,
    verbose: true,
    // The tests check the schemas strictly and against the meta-schema; their messages are written elsewhere; and
    // smaller code compiles faster.
    strict: false,
    validateSchema: false,
    messages: false,
    inlineRefs: false,
    code: { optimize: false, source, process: withinBounds },
  });
}

/** Source of a CommonJS module that exports a function for each definition. */
export function validatorsSource(schemas: FileSchemas): string {
  return standaloneSource(createRegistry(schemas, true), definitions);
}

/** Source of a CommonJS module that exports a function for each of the schemas that `exports` refers to. */
export function standaloneSource(ajv: Ajv2020, exports: Readonly<Record<string, string>>): string {
  // The library does not pass this code to `process` itself.
  return withinBounds(standaloneLibrary()(ajv, exports));
}

/** Errors that a validator collects at most before it leaves the rest of a list or map alone; many make one diagnostic. */
export const mostSchemaErrors = 4000;

/**
 * The generated code copies the list of all errors so far for each invalid item, and goes on however many there are.
 * With a hundred thousand of them that takes minutes and a gigabyte. Here it adds to the list, and leaves a list or map
 * when there are too many.
 */
function withinBounds(code: string): string {
  return code
    .replace(/vErrors\.concat\((\w+\.errors)\)/g, "$1.reduce((all, error) => (all.push(error), all), vErrors)")
    .replace(
      /for\(let (i\d+)=(\d+); \1<(len\d+); \1\+\+\)\{/g,
      `for(let $1=$2; $1<$3 && errors <= ${mostSchemaErrors}; $1++){`,
    )
    .replace(/for\(const key\d+ in data\d*\)\{/g, `$&if(errors > ${mostSchemaErrors})break;`);
}

import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

const compiled = new Map<string, ValidateFunction>();

/** What `schema/NAME.schema.json` rejects in a document that a command printed. */
export function faultsBySchema(name: string, document: unknown): readonly unknown[] {
  const validate = compiled.get(name) ?? compile(name);
  compiled.set(name, validate);
  return validate(document) ? [] : (validate.errors ?? []);
}

function compile(name: string): ValidateFunction {
  const text = readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), "utf8");
  return new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true, validateFormats: false }).compile(
    JSON.parse(text) as object,
  );
}

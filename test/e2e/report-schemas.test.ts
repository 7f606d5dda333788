import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { type EndToEnd, smallInventory, startEndToEnd } from "../support/end-to-end.ts";
import { registryAvailable } from "../support/npm-registry.ts";
import { codequalitySchema, sarifSchema } from "../support/report-schemas.ts";
import { fetchSarifSchema } from "../support/sarif-schema.ts";

const junitSchema = readFileSync(new URL("../support/schemas/junit.xsd", import.meta.url), "utf8");

const kindsOf = {
  validate: ["json", "markdown", "gitlab-codequality", "sarif", "junit"],
  plan: ["json", "markdown", "gitlab-codequality", "sarif", "junit"],
  apply: ["json", "markdown", "junit"],
} as const;
type Command = keyof typeof kindsOf;

/** Faults of several kinds, with characters that mean something to XML, JSON and URIs. */
const faulty = {
  "customers/größe & <co>.yaml":
    "customer: co\nenvironments: { p1: { tgas: ['<&\"]]>'] }, p1: {}, p2: { tgas: [] } }\n",
  "customers/xyz.yaml": "customer: xyz\ncluster: nowhere\nenvironments: { p1: {} }\n",
  "notes.yaml": "a: 1\n",
};
const withoutCommands = `customer: held
environments:
  p1: { hosts: [{ command: [./bin/hosts] }] }
`;

let world: EndToEnd;
let out: string;
/** Texts of reports by name, `COMMAND of STATE, KIND`. */
const reports = new Map<string, string>();

async function run(command: Command, state: string, ...parameters: readonly string[]): Promise<number | null> {
  const file = (kind: string) =>
    join(out, `${command}-${state.replaceAll(" ", "-")}.${kind === "junit" ? "xml" : kind}`);
  const options = kindsOf[command].flatMap((kind) => ["--report", `${kind}=${file(kind)}`]);
  // One of the clusters cannot be read.
  const environment = state.includes("held") ? { DTSYNC_TOKEN_APAC: "wrong" } : {};
  const { code } = await world.run([command, ...parameters, ...options], { environment });
  for (const kind of kindsOf[command]) reports.set(`${command} of ${state}, ${kind}`, readFileSync(file(kind), "utf8"));
  return code;
}

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "dtsync-reports-"));
  world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
  expect(await run("validate", "a valid inventory")).toBe(0);
  expect(await run("plan", "a new inventory")).toBe(0);
  world.write({ "customers/held.yaml": withoutCommands });
  expect(await run("apply", "what is held", "--auto-approve")).toBe(5);
  world.write({
    "customers/abc.yaml": "customer: abc\nenvironments: { p1: { tags: [new] }, t1: { state: absent } }\n",
  });
  expect(await run("plan", "what is held and stopped")).toBe(5);
  expect(await run("apply", "what is stopped", "--auto-approve")).toBe(4);
  world.write(faulty);
  expect(await run("validate", "an invalid inventory")).toBe(3);
  expect(await run("plan", "an invalid inventory")).toBe(3);
  expect(await run("apply", "an invalid inventory", "--auto-approve")).toBe(3);
});
afterAll(async () => {
  await world?.close();
  rmSync(out, { recursive: true, force: true });
});

const ofKind = (kind: string) => [...reports].filter(([name]) => name.endsWith(`, ${kind}`));

/** What the schema rejects, by report. */
function rejected(validate: ValidateFunction, kind: string) {
  return ofKind(kind).flatMap(([name, text]) =>
    validate(JSON.parse(text)) ? [] : [{ name, errors: validate.errors }],
  );
}

const formats = {
  uri: /^[a-z][a-z0-9+.-]*:[^\s{}|\\^`"<>]*$/i,
  "uri-reference": /^(?:[\w.~!$&'()*+,;=:@/?#-]|%[0-9A-F]{2})*$/i,
};
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  unicodeRegExp: false,
  formats: { ...formats, "date-time": true },
});

test("JUnit reports are valid against their schema, each case by a name of its own", async () => {
  const documents = ofKind("junit").map(([name, contents]) => ({ fileName: `${name}.xml`, contents }));
  expect(documents).toHaveLength(8);
  const { errors } = await validateXML({ xml: documents, schema: junitSchema });
  expect(errors.map(({ message }) => message)).toEqual([]);
  const broken = documents.map(({ fileName, contents }) => ({
    fileName,
    contents: contents.replace(" name=", " nmae="),
  }));
  expect(await validateXML({ xml: broken, schema: junitSchema })).toMatchObject({ valid: false });
});

test("code quality reports are what GitLab reads", () => {
  expect(ofKind("gitlab-codequality")).toHaveLength(5);
  expect(rejected(ajv.compile(codequalitySchema), "gitlab-codequality")).toEqual([]);
});

test("SARIF reports have nothing that the standard does not know", () => {
  expect(ofKind("sarif")).toHaveLength(5);
  expect(rejected(ajv.compile(sarifSchema), "sarif")).toEqual([]);
});

const registry = registryAvailable();

describe.skipIf(!registry.available)(
  `the standard's own schema${registry.available ? "" : `, left out: ${registry.reason}`}`,
  () => {
    test("takes SARIF reports, and would not take others", () => {
      const validate = ajv.compile(fetchSarifSchema(out));
      expect(rejected(validate, "sarif")).toEqual([]);
      const [, text = ""] = ofKind("sarif")[0] ?? [];
      expect(validate(JSON.parse(text.replace('"results"', '"result"')))).toBe(false);
    });
  },
);

test("with an invalid inventory every report that can carry faults has them, of plan and apply too", () => {
  const invalid = [...reports].filter(([name]) => name.includes("of an invalid inventory"));
  expect(invalid).toHaveLength(kindsOf.validate.length + kindsOf.plan.length + kindsOf.apply.length);
  for (const [name, text] of invalid) expect(text, name).toMatch(/nowhere/);
  // A fault is named the same by whoever finds it.
  const junit = (command: Command) => reports.get(`${command} of an invalid inventory, junit`);
  expect(junit("plan")).toBe(junit("validate"));
  expect(junit("apply")).toBe(junit("validate"));
});

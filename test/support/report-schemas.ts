/**
 * The part of the SARIF 2.1.0 schema that says what a document of a single run with results must look like, written
 * down from the standard (OASIS, errata 01). Objects are closed, so that a misspelt property is found, too.
 */
const closed = (properties: Readonly<Record<string, object>>, required: readonly string[] = []) => ({
  type: "object",
  additionalProperties: false,
  required,
  properties,
});
const text = { type: "string" };
const line = { type: "integer", minimum: 1 };
const index = { type: "integer", minimum: -1 };
const level = { enum: ["none", "note", "warning", "error"] };
const guid = {
  type: "string",
  pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$",
};
const uri = { type: "string", format: "uri" };
const uriReference = { type: "string", format: "uri-reference" };
const properties = { type: "object" };
const texts = { type: "object", additionalProperties: text };

const multiformatMessage = closed({ text, markdown: text, properties }, ["text"]);
const message = {
  ...closed({ text, markdown: text, id: text, arguments: { type: "array", items: text }, properties }),
  anyOf: [{ required: ["text"] }, { required: ["id"] }],
};
const region = closed({
  startLine: line,
  startColumn: line,
  endLine: line,
  endColumn: line,
  charOffset: index,
  charLength: { type: "integer", minimum: 0 },
  snippet: { type: "object" },
  message,
  properties,
});
const artifactLocation = closed({ uri: uriReference, uriBaseId: text, index, description: message, properties });
const location = closed({
  id: index,
  physicalLocation: {
    ...closed({ address: { type: "object" }, artifactLocation, region, contextRegion: region, properties }),
    anyOf: [{ required: ["address"] }, { required: ["artifactLocation"] }],
  },
  logicalLocations: { type: "array", uniqueItems: true },
  message,
  properties,
});
const reportingDescriptor = closed(
  {
    id: text,
    name: text,
    guid,
    shortDescription: multiformatMessage,
    fullDescription: multiformatMessage,
    help: multiformatMessage,
    helpUri: uri,
    defaultConfiguration: closed({ enabled: { type: "boolean" }, level, rank: { type: "number" }, properties }),
    properties,
  },
  ["id"],
);
const toolComponent = closed(
  {
    name: text,
    fullName: text,
    version: text,
    semanticVersion: text,
    organization: text,
    informationUri: uri,
    shortDescription: multiformatMessage,
    rules: { type: "array", uniqueItems: true, items: reportingDescriptor },
    properties,
  },
  ["name"],
);
const result = closed(
  {
    ruleId: text,
    ruleIndex: index,
    kind: { enum: ["notApplicable", "pass", "fail", "review", "open", "informational"] },
    level,
    message,
    locations: { type: "array", items: location },
    fingerprints: texts,
    partialFingerprints: texts,
    baselineState: { enum: ["new", "unchanged", "updated", "absent"] },
    guid,
    properties,
  },
  ["message"],
);
const run = closed(
  {
    tool: closed({ driver: toolComponent, extensions: { type: "array", items: toolComponent }, properties }, [
      "driver",
    ]),
    automationDetails: closed({ id: text, guid, correlationGuid: guid, description: message, properties }),
    columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
    originalUriBaseIds: { type: "object", additionalProperties: artifactLocation },
    results: { type: "array", items: result },
    properties,
  },
  ["tool"],
);

export const sarifSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  ...closed({ $schema: uri, version: { const: "2.1.0" }, runs: { type: "array", items: run }, properties }, [
    "version",
    "runs",
  ]),
};

/** What GitLab asks of the entries of a code quality report, by its parser and its documentation together. */
export const codequalitySchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "array",
  items: closed(
    {
      description: { type: "string", minLength: 1 },
      check_name: { type: "string", minLength: 1 },
      fingerprint: { type: "string", pattern: "^[0-9a-f]{64}$" },
      severity: { enum: ["info", "minor", "major", "critical", "blocker"] },
      location: closed(
        {
          path: { type: "string", pattern: "^(?!\\.?/)[^\\\\]+$" },
          lines: closed({ begin: line, end: line }, ["begin"]),
        },
        ["path", "lines"],
      ),
    },
    ["description", "check_name", "fingerprint", "severity", "location"],
  ),
};

import { printableLine } from "../lib/printable.ts";
import { type Finding, findingText, locateFindings } from "./findings.ts";
import { rules, type Weight } from "./rules.ts";

const levels: Readonly<Record<Weight, "error" | "warning" | "note">> = {
  blocker: "error",
  critical: "error",
  major: "error",
  minor: "warning",
  info: "note",
};

export interface SarifRun {
  /** Of the inventory in its repository: empty, or with a slash at its end. */
  readonly folder: string;
  readonly command: "validate" | "plan" | "apply";
  /** Of dtsync. */
  readonly version: string;
}

/** Findings as SARIF 2.1.0, which editors and forges read. Addresses are relative to the root of the repository. */
export function renderSarif(findings: readonly Finding[], { folder, command, version }: SarifRun): string {
  const used = [...new Set(findings.map(({ rule }) => rule))].sort();
  const results = locateFindings(findings, folder).map((finding) => ({
    ruleId: finding.rule,
    ruleIndex: used.indexOf(finding.rule),
    level: levels[finding.weight],
    message: { text: printableLine(findingText(finding)) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: finding.path.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" },
          region: { startLine: finding.line, ...(finding.column === null ? {} : { startColumn: finding.column }) },
        },
      },
    ],
    partialFingerprints: { "dtsync/v1": finding.fingerprint },
  }));
  const driver = {
    name: "dtsync",
    version,
    rules: used.map((id) => ({ id, shortDescription: { text: rules[id]?.description ?? id } })),
  };
  const run = {
    tool: { driver },
    automationDetails: { id: `dtsync/${command}/` },
    columnKind: "utf16CodeUnits",
    results,
  };
  const document = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${JSON.stringify(document, null, 2)}\n`;
}

import { printableLine } from "../lib/printable.ts";
import { type Finding, findingText, locateFindings } from "./findings.ts";

/**
 * GitLab's code quality report: a list, empty where there is nothing to report. GitLab stops reading at the first entry
 * that it does not understand, and takes entries of one fingerprint for one.
 */
export function renderGitlabCodequality(findings: readonly Finding[], folder: string): string {
  const entries = locateFindings(findings, folder).map((finding) => ({
    description: printableLine(findingText(finding)),
    check_name: `dtsync/${finding.rule}`,
    fingerprint: finding.fingerprint,
    severity: finding.weight,
    location: { path: finding.path, lines: { begin: finding.line } },
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}

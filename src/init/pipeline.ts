interface PipelineSettings {
  /** What `npm install` takes for dtsync. */
  readonly package: string;
  /** The folder of the inventory in its repository. */
  readonly inventory: string;
}

/**
 * The pipeline for the repository of an inventory, made from that of dtsync's own repository: without what serves
 * dtsync alone, which are the jobs of its tests, image and pages, and everything that asks for its sources.
 */
export function inventoryPipeline(own: string, settings: PipelineSettings): string {
  const paragraphs = own.split(/\n(?=\n)/).filter((paragraph) => !/^(?:test|container|pages):/m.test(paragraph));
  const lines = paragraphs.join("\n").trimEnd().split("\n");
  // The header of the file says how to copy it, which has just been done.
  const header = lines.findIndex((line) => !line.startsWith("#"));
  return `${[...introduction, ...lines.slice(header).flatMap((line, index, all) => adapt(line, index, all, settings))].join("\n")}\n`;
}

const introduction: readonly string[] = [
  "# Checks, plans and applies the inventory with dtsync. Set DTSYNC_PACKAGE below. DTSYNC_ORIGINS, the origins of the",
  "# clusters, and the variables with their tokens and the SSH key belong to the settings of the project, where a merge",
  "# request cannot change them. docs/gitlab.md of dtsync explains them, and which ones to protect.",
];

/** The rule that keeps a job out of dtsync's own repository. */
const ownRepositoryRule = /^\s*- exists: \[src\/cli\.ts\]$/;

function adapt(line: string, index: number, lines: readonly string[], settings: PipelineSettings): readonly string[] {
  const [next = "", previous = ""] = [lines[index + 1], lines[index - 1]];
  const isOwn = ownRepositoryRule.test(line) || line.includes("-f src/cli.ts");
  const isConsequence = ownRepositoryRule.test(previous) && line.trim() === "when: never";
  const isReason = ownRepositoryRule.test(next) && line.trim().startsWith("#");
  if (isOwn || isConsequence || isReason) return [];
  if (line.startsWith("stages:")) return [line.replace("[test, ", "[")];
  return [
    line
      .replace(/^( *DTSYNC_PACKAGE: ).*$/, (_, key: string) => key + JSON.stringify(settings.package))
      .replace(/^( *DTSYNC_INVENTORY: ).*$/, (_, key: string) => key + JSON.stringify(settings.inventory)),
  ];
}

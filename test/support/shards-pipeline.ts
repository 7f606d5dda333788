import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expandPipeline, type Inputs, jobNamed } from "./gitlab-pipeline.ts";

/** The pipeline of shards, as the script of the job writes it. */
export function shardsPipeline(inputs: Inputs): string {
  const folder = mkdtempSync(join(tmpdir(), "dtsync-shards-"));
  try {
    const { script } = jobNamed(`${inputs["job-prefix"] ?? ""}shards`, expandPipeline(inputs).jobs);
    execFileSync("sh", ["-e", "-c", script.join("\n")], { cwd: folder });
    return readFileSync(join(folder, "dtsync-shards.yml"), "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { createHash } from "node:crypto";
import type { InventoryFiles } from "./inventory-files.ts";

/** A question that was asked of the disk, and the digest of its answer. */
export type Sighting = readonly [kind: "list" | "text" | "named", path: string, digest: string];

/** Notes each question once; asked again, the disk may answer another time, which the first digest does not cover. */
export function recordSightings(files: InventoryFiles): {
  readonly files: InventoryFiles;
  readonly sightings: () => readonly Sighting[];
} {
  const seen = new Map<string, Sighting>();
  const note = <Answer extends object | null>(kind: Sighting[0], path: string, answer: Answer): Answer => {
    const key = `${kind} ${path}`;
    if (!seen.has(key)) seen.set(key, [kind, path, digestOfAnswer(answer)]);
    return answer;
  };
  return {
    files: {
      list: () => note("list", "", files.list()),
      readText: (path) => note("text", path, files.readText(path)),
      checkNamedFile: (path) => note("named", path, files.checkNamedFile(path)),
    },
    sightings: () => [...seen.values()],
  };
}

/** Whether the disk gives the same answers today. */
export function sightingsHold(files: InventoryFiles, sightings: readonly Sighting[]): boolean {
  return sightings.every(([kind, path, digest]) => digest === digestOfAnswer(ask(files, kind, path)));
}

function ask(files: InventoryFiles, kind: Sighting[0], path: string): object | null {
  if (kind === "list") return files.list();
  return kind === "text" ? files.readText(path) : files.checkNamedFile(path);
}

/** Of answers that are given twice, as those of `readAhead` are. */
const digests = new WeakMap<object, string>();

function digestOfAnswer(answer: object | null): string {
  if (answer === null) return "";
  const known = digests.get(answer);
  if (known !== undefined) return known;
  const digest = computeDigest(answer);
  digests.set(answer, digest);
  return digest;
}

function computeDigest(answer: object): string {
  const text = hasOnlyText(answer) ? `text ${answer.text}` : `other ${JSON.stringify(answer, withMaps)}`;
  return createHash("sha256").update(text).digest("base64");
}

const hasOnlyText = (answer: object): answer is { readonly text: string } =>
  "text" in answer && typeof answer.text === "string";

const withMaps = (_key: string, value: unknown): unknown => (value instanceof Map ? [...value] : value);

import { createHash } from "node:crypto";
import type { InventoryFiles } from "./inventory-files.ts";

/** A question that was asked of the disk, and the digest of its answer. */
export type RecordedAnswer = readonly [
  kind: "list" | "yaml" | "hosts" | "named" | "variables",
  path: string,
  digest: string,
];

/** Notes each question once; asked again, the disk may answer another time, which the first digest does not cover. */
export function recordAnswers(files: InventoryFiles): {
  readonly files: InventoryFiles;
  readonly answers: () => readonly RecordedAnswer[];
} {
  const seen = new Map<string, RecordedAnswer>();
  const note = <Answer extends object | null>(kind: RecordedAnswer[0], path: string, answer: Answer): Answer => {
    const key = `${kind} ${path}`;
    if (!seen.has(key)) seen.set(key, [kind, path, digestOfAnswer(answer)]);
    return answer;
  };
  return {
    files: {
      list: () => note("list", "", files.list()),
      readText: (path, use) => note(use, path, files.readText(path, use)),
      checkNamedFile: (path) => note("named", path, files.checkNamedFile(path)),
      variableFiles: (path) => note("variables", path, files.variableFiles(path)),
    },
    answers: () => [...seen.values()],
  };
}

/** Whether the disk gives the same answers today. */
export function answersHold(files: InventoryFiles, answers: readonly RecordedAnswer[]): boolean {
  return answers.every(([kind, path, digest]) => digest === digestOfAnswer(ask(files, kind, path)));
}

function ask(files: InventoryFiles, kind: RecordedAnswer[0], path: string): object | null {
  if (kind === "list") return files.list();
  if (kind === "variables") return files.variableFiles(path);
  return kind === "named" ? files.checkNamedFile(path) : files.readText(path, kind);
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

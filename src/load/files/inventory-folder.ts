import { Buffer, isUtf8 } from "node:buffer";
import { realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { readOrdinaryFile, UnusableFile } from "../../files/read-ordinary-file.ts";
import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";

/** What a file is read for: YAML of the inventory, or a host list or Ansible inventory that it names. */
export type FileUse = "yaml" | "hosts";

/** Bytes. A customer with a hundred environments has a fifth of it; 12,000 hosts with variables of their own have two. */
const largestFiles: Readonly<Record<FileUse, number>> = { yaml: 1_000_000, hosts: 5_000_000 };

export type ReadText =
  | { readonly text: string }
  | {
      readonly diagnostic: DiagnosticText;
      /** The text up to the place that the diagnostic is about, where part of the file could be read. */
      readonly textBefore?: string;
    };

/** Absolute path of the folder with links resolved, or null when it is not a folder. */
export function openFolder(directory: string): string | null {
  try {
    const root = realpathSync.native(resolve(directory));
    return statSync(root).isDirectory() ? root : null;
  } catch {
    return null;
  }
}

/** Reads a file of the inventory as text. `path` is relative to the folder; links may not lead out of it. */
export function readText(root: string, path: string, use: FileUse, listed: ReadonlyMap<string, string>): ReadText {
  let bytes: Uint8Array | DiagnosticText;
  try {
    const real = listed.get(path) ?? realpathSync.native(join(root, path));
    bytes = isInside(root, real) ? readBytes(real, use) : outsideDiagnostic;
  } catch (error) {
    return { diagnostic: errorCode(error) === "ENOENT" ? missingDiagnostic(path) : unreadable(errorCode(error)) };
  }
  if (!(bytes instanceof Uint8Array)) return { diagnostic: bytes };
  const text = withoutMark(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"));
  if (isUtf8(bytes)) return { text };
  return { diagnostic: encodingDiagnostic, textBefore: text.slice(0, Math.max(0, text.indexOf("\ufffd"))) };
}

/** The same for the text of a file that is yet to be written. */
export function givenText(text: string, use: FileUse): ReadText {
  if (Buffer.byteLength(text) > largestFiles[use]) return { diagnostic: tooLargeDiagnostics[use] };
  return { text: withoutMark(text) };
}

const withoutMark = (text: string): string => (text.startsWith("\ufeff") ? text.slice(1) : text);

function readBytes(path: string, use: FileUse): Uint8Array | DiagnosticText {
  try {
    return readOrdinaryFile(path, { largest: largestFiles[use] });
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    return error.problem === "too-large" ? tooLargeDiagnostics[use] : unreadable("it is not a file");
  }
}

/** Why a file that the inventory names cannot be used, or null. `path` is absolute. */
export function checkNamedFile(root: string, path: string): DiagnosticText | null {
  try {
    const real = realpathSync.native(path);
    if (!isInside(root, real)) return outsideDiagnostic;
    return statSync(real).isFile() ? null : unreadable("it is not a file");
  } catch (error) {
    return errorCode(error) === "ENOENT" ? missingDiagnostic(relative(root, path)) : unreadable(errorCode(error));
  }
}

export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}

export const unreadable = (reason: string): DiagnosticText => ({
  rule: "unreadable-file",
  message: `the file cannot be read: ${reason}`,
  hint: "Check that it is a file and that its permissions let dtsync read it.",
});

const missingDiagnostic = (path: string): DiagnosticText => ({
  rule: "missing-file",
  message: `there is no file ${showText(path)}`,
  hint: "Create it, or correct the path.",
});

export const outsideDiagnostic: DiagnosticText = {
  rule: "outside-folder",
  message: "a link leads out of the inventory folder",
  hint: "Put the file itself into the inventory folder.",
};

const tooLargeDiagnostics: Readonly<Record<FileUse, DiagnosticText>> = {
  yaml: {
    rule: "file-too-large",
    message: "the file is larger than 1 MB",
    hint: "Split it: one customer a file, long host lists by environment.",
  },
  hosts: {
    rule: "file-too-large",
    message: "the file is larger than 5 MB",
    hint: "Split it: a host list for each environment.",
  },
};

const encodingDiagnostic: DiagnosticText = {
  rule: "not-utf-8",
  message: "the file is not UTF-8 text",
  hint: "Save it as UTF-8.",
};

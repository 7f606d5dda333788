import { addAbortSignal, Readable } from "node:stream";
import { errorMessage, usageError } from "../errors.ts";
import { documentKinds } from "../load/schema/document-schemas.ts";
import type { PlanFault } from "../model/plan-fault.ts";
import type { Context } from "./context.ts";
import {
  contentOf,
  decodeDocument,
  formatOf,
  kindOf,
  largestDocument,
  parseDocument,
  readDocumentText,
  type SavedDocument,
} from "./saved-document.ts";

export const whatIsShown =
  "dtsync show takes what plan --out, apply --report json=FILE, and --format json of validate, diff, plan and apply give";

type ReadDocument = SavedDocument | { readonly faults: readonly PlanFault[] };

/**
 * Reads a document of any kind from a file, or from standard input where it is `-`. Throws a usage error for what is not
 * there, is no ordinary file, is no JSON, or has a format that is not known.
 */
export async function readAnyDocument(
  file: string,
  context: Pick<Context, "prompt" | "signal">,
): Promise<ReadDocument> {
  const given = await readValue(file, context).catch((error: unknown) => {
    context.signal.throwIfAborted();
    throw usageError(`${file} cannot be shown (${errorMessage(error)})`, whatIsShown);
  });
  const kind = kindOf(given);
  if (kind === null) {
    const known = documentKinds.map((name) => JSON.stringify(formatOf(name))).join(", ");
    return { faults: [{ pointer: "/format", message: `must be one of ${known}` }] };
  }
  const read = contentOf(kind, given);
  return "faults" in read ? read : ({ kind, content: read.content } as SavedDocument);
}

async function readValue(file: string, { prompt, signal }: Pick<Context, "prompt" | "signal">): Promise<unknown> {
  if (file !== "-") return parseDocument(readDocumentText(file));
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of addAbortSignal(signal, new Readable().wrap(prompt.input))) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    length += bytes.length;
    if (length > largestDocument) throw new Error(`it is larger than ${largestDocument / 1_000_000} MB`);
    chunks.push(bytes);
  }
  return parseDocument(decodeDocument(Buffer.concat(chunks)));
}

import { explained, type Slip, type SyntaxFault } from "./slip.ts";

/** Two entries in brackets without a comma between them, or text that goes on behind its closing quotation mark. */
export const missingComma: Slip = (fault) => {
  const { code, line, lineStart, offset } = fault;
  const column = offset - lineStart;
  const before = line.slice(0, column);
  const rest = line.slice(column);
  if (code === "BLOCK_IN_FLOW") return betweenKeys(fault, rest);
  if (code !== "MISSING_CHAR" && code !== "UNEXPECTED_TOKEN") return null;
  const isList = /[[{]/.test(before);
  const [, mark = ""] = (isList ? /(["'])$/ : /(["'])\s*$/).exec(before) ?? [];
  if (mark !== "" && /^[^\s,\]}:#]/.test(rest)) return unpaired(fault, mark);
  const isBetween = isList && /["'\]}]\s+$/.test(before) && /^[^\s,\]}:#]/.test(rest);
  return isBetween ? explained(offset, "a comma is missing before this", "Put a comma between the two entries.") : null;
};

/** `{ name: a hosts: [] }`: what comes before the second key is taken for a part of it. */
function betweenKeys({ offset }: SyntaxFault, rest: string): ReturnType<Slip> {
  const [, before = "", key = ""] =
    /^("[^"]{0,200}"\s+|'[^']{0,200}'\s+|[^"',[\]{}]{1,200}\s)([\w.-]{1,100}):(?:\s|$)/.exec(rest) ?? [];
  if (key === "") return null;
  return explained(
    offset + before.length,
    `a comma is missing before "${key}:"`,
    "Put a comma between the two entries.",
  );
}

const unpaired = ({ offset }: SyntaxFault, mark: string): ReturnType<Slip> =>
  explained(
    offset,
    `text goes on behind a closing quotation mark ${mark}`,
    `Close each ${mark} that opens; one that is part of a text is written ${mark === '"' ? '\\"' : "''"} there.`,
  );

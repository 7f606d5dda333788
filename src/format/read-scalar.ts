import { CST } from "yaml";
import type { ScalarNode, ScalarText } from "./layout.ts";

type ScalarToken = CST.FlowScalar | CST.BlockScalar;

export const emptyScalar: ScalarNode = { kind: "scalar", properties: [], content: { style: "empty" } };

/** The scalar of a token. */
export function readScalar(token: ScalarToken, properties: readonly string[]): ScalarNode {
  return { kind: "scalar", properties, content: contentOf(token) };
}

function contentOf(token: ScalarToken): ScalarText {
  if (token.type === "block-scalar") return readBlock(token);
  if (token.type === "alias") return { style: "alias", text: token.source };
  const value = CST.resolveAsScalar(token)?.value ?? "";
  if (token.type !== "scalar") return { style: "quoted", text: value };
  if (value === "") return { style: "empty" };
  // Over several lines it is text, which only quotation marks can keep when there are blank lines in it.
  return { style: value.includes("\n") ? "quoted" : "plain", text: value };
}

function readBlock(token: CST.BlockScalar): ScalarText {
  const { props, source, indent } = token;
  const header = props.flatMap((prop) => (prop.type === "block-scalar-header" ? [prop.source] : []))[0] ?? "|";
  // Blank lines at its end are a part of the text, which only quotation marks show.
  if (header.includes("+")) return { style: "quoted", text: CST.resolveAsScalar(token)?.value ?? "" };
  const lines = source.replace(/\n$/, "").split("\n");
  const given = /[1-9]/.exec(header)?.[0];
  const first = lines.find((line) => line.trim() !== "");
  const width = given === undefined ? (/^ */.exec(first ?? "")?.[0].length ?? 0) : Math.max(indent, 0) + Number(given);
  const dedented = lines.map((line) => (line.slice(0, width).trim() === "" ? line.slice(width) : line.trimStart()));
  while (dedented.at(-1)?.trim() === "") dedented.pop();
  return { style: "block", header: header.replace(/[1-9]/, ""), lines: dedented };
}

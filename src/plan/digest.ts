import { createHash } from "node:crypto";
import type { Plan } from "../model/plan.ts";

/** `sha256:…` over everything of a plan but the time it was made: what a reviewer approved. */
export function planDigest(plan: Plan): string {
  const { createdAt: _createdAt, ...content } = plan;
  return `sha256:${createHash("sha256").update(canonicalJson(content)).digest("hex")}`;
}

/** JSON with sorted keys, so that equal data gives equal text. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

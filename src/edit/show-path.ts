import { showText } from "../load/diagnostics/show-text.ts";
import type { YamlPath } from "./edit.ts";

/** A path for people, for example `environments.p1.hosts[2]`. */
export function showPath(path: YamlPath): string {
  if (path.length === 0) return "the file";
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return showText(steps.replace(/^\./, ""));
}

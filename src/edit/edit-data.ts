import type { Edit, YamlMapping, YamlPath, YamlValue } from "./edit.ts";
import { Refusal } from "./refusal.ts";
import { showPath } from "./show-path.ts";

/** What the data of a file is after an edit. The data itself stays as it is. Throws Refusal where the path leads into something else. */
export function editData(data: unknown, edit: Edit): unknown {
  switch (edit.action) {
    case "set":
      return changeAt(data, edit.path, [], () => plain(edit.value));
    case "append": {
      if (edit.items.length === 0) return data;
      return changeAt(data, edit.path, [], (found) => [...listOf(found, edit.path), ...edit.items.map(plain)]);
    }
    case "remove":
      return removeAt(data, edit.path);
  }
}

/** The value without what is left out. */
function plain(value: YamlValue): YamlValue {
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map(plain);
  const kept = Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, plain(inner)]]));
  return Object.fromEntries(kept) as YamlMapping;
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !isList(value);

function listOf(value: unknown, path: YamlPath): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (isList(value)) return value;
  throw notA("list", path);
}

function changeAt(data: unknown, path: YamlPath, way: YamlPath, change: (found: unknown) => unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change(data);
  const inner = [...way, step];
  if (typeof step === "number") {
    if (!isList(data)) throw notA("list", way);
    if (step < 0 || step >= data.length) throw new Refusal(`there is no ${showPath(inner)}`, "Look at the file again.");
    return data.map((item, index) => (index === step ? changeAt(item, rest, inner, change) : item));
  }
  if (data !== null && data !== undefined && !isMapping(data)) throw notA("mapping", way);
  const found = data && Object.hasOwn(data, step) ? data[step] : undefined;
  return { ...data, [step]: changeAt(found, rest, inner, change) };
}

function removeAt(data: unknown, path: YamlPath): unknown {
  const [step, ...rest] = path;
  if (step === undefined) throw new Refusal("a whole file cannot be taken away", "Remove the file.");
  if (typeof step === "number") {
    if (!isList(data) || step >= data.length) return data;
    if (rest.length === 0) return data.filter((_item, index) => index !== step);
    return data.map((item, index) => (index === step ? removeAt(item, rest) : item));
  }
  if (!isMapping(data) || !Object.hasOwn(data, step)) return data;
  if (rest.length > 0) return { ...data, [step]: removeAt(data[step], rest) };
  return Object.fromEntries(Object.entries(data).filter(([key]) => key !== step));
}

const notA = (kind: "list" | "mapping", path: YamlPath): Refusal =>
  new Refusal(`${showPath(path)} is not a ${kind}`, `Make it a ${kind}, or correct the file by hand.`);

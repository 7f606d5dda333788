/** The text in lower-case letters, digits and single inner dashes; empty where nothing of it is left. */
export const slug = (text: string): string =>
  text
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");

/** The first of `wanted`, `wanted-2`, `wanted-3`, … that is not taken; it is taken from then on. At most `longest` characters. */
export function takeName(wanted: string, taken: Set<string>, longest: number): string {
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? "" : `-${number}`;
    const name = `${wanted.slice(0, longest - end.length).replace(/-+$/, "")}${end}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

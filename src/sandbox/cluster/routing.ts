import type { Route } from "./world.ts";

interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

interface RouteIndex {
  readonly match: (method: string, path: string) => RouteMatch | null;
  /** Whether the path exists with another method. */
  readonly knows: (path: string) => boolean;
}

/** Finds the route of a path. Where several fit, the one with the literal part furthest left wins. */
export function createRouteIndex(routes: readonly Route[]): RouteIndex {
  const byLength = new Map<number, { readonly route: Route; readonly parts: readonly string[] }[]>();
  for (const route of routes) {
    const parts = route.path.split("/");
    byLength.set(parts.length, [...(byLength.get(parts.length) ?? []), { route, parts }]);
  }
  for (const list of byLength.values()) list.sort((left, right) => comparePatterns(left.parts, right.parts));
  const find = (path: string, accepts: (route: Route) => boolean): RouteMatch | null => {
    const parts = path.split("/");
    for (const candidate of byLength.get(parts.length) ?? []) {
      if (!accepts(candidate.route)) continue;
      const params = paramsOf(candidate.parts, parts);
      if (params !== null) return { route: candidate.route, params };
    }
    return null;
  };
  return {
    match: (method, path) => find(path, (route) => route.method === method),
    knows: (path) => find(path, () => true) !== null,
  };
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? "";
    if (!wanted.startsWith(":")) {
      if (wanted !== part) return null;
    } else {
      if (part === "") return null;
      const value = decode(part);
      if (value === null) return null;
      params[wanted.slice(1)] = value;
    }
  }
  return params;
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function comparePatterns(left: readonly string[], right: readonly string[]): number {
  for (const [index, part] of left.entries()) {
    const difference = Number(part.startsWith(":")) - Number((right[index] ?? "").startsWith(":"));
    if (difference !== 0) return difference;
  }
  return 0;
}

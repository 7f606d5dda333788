/** The numbers of a version text: `1.313.52.20250602-150703` becomes [1, 313, 52, 20250602, 150703]. */
function components(version: string): readonly number[] {
  return version.split(/[.-]/).map((part) => Number.parseInt(part, 10));
}

/**
 * Compares field by field as numbers; text order would put 1.99 above 1.313. Only as many fields count as the shorter
 * version has, so that `1.313` equals every 1.313. Negative: left is older.
 */
export function compareVersions(left: string, right: string): number {
  const leftParts = components(left);
  const rightParts = components(right);
  const shared = Math.min(leftParts.length, rightParts.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (leftParts[index] ?? 0) - (rightParts[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The newest of the versions that satisfy the wanted one (`latest` takes any), or null. */
export function newestMatching(available: readonly string[], wanted: string): string | null {
  const matching =
    wanted === "latest" ? available : available.filter((version) => compareVersions(version, wanted) === 0);
  return [...matching].sort(compareVersions).at(-1) ?? null;
}

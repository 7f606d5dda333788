/** Compares `1.319.66.20250805-123456` and the like number by number; a shorter one that agrees is lower. */
export function compareVersions(left: string, right: string): number {
  const leftParts = left.split(/[.-]/).map(Number);
  const rightParts = right.split(/[.-]/).map(Number);
  for (let index = 0; index < Math.max(leftParts.length, rightParts.length); index += 1) {
    const difference = (leftParts[index] ?? -1) - (rightParts[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

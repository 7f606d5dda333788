/** A cluster refuses bodies of more than 1 MB; the rights of all environments are in one body. */
const largestBody = 900_000;

/** Why a cluster would not take a group of this content; null: it is small enough. */
export function bodyTooLarge(content: object): string | null {
  const size = Buffer.byteLength(JSON.stringify(content));
  if (size <= largestBody) return null;
  return `the rights of this group would need a request of ${Math.round(size / 1_000)} kB, and a cluster takes 1 MB at most: give it fewer environments or permissions, or make it an administrator group`;
}

/** What the package holds of dtsync's own, dependencies aside: what a user needs. */
export const packageContents: readonly RegExp[] = [
  /^package\.json$/,
  /^(?:README|CHANGELOG|SECURITY)\.md$/,
  /^LICENSE$/,
  /^templates\/pipeline\.yml$/,
  /^docs\/(?:[A-Za-z0-9-]+\.md|demo\.svg)$/,
  /^docs\/watch\/[a-z-]+\.(?:json|service|yaml)$/,
  /^man\/dtsync(?:-[a-z]+)?\.1$/,
  /^schema\/[a-z]+\.schema\.json$/,
  /^inventory\/(?:[a-z]+\/)*[a-z0-9-]+\.(?:yaml|txt)$/,
  /^dist\/[\w-]+\.c?js$/,
];

/** The files that match none of them. */
export const notOfPackage = (files: readonly string[]): readonly string[] =>
  files.filter((file) => !packageContents.some((pattern) => pattern.test(file)));

import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** A package that holds the schema of the standard, unchanged, and what its file must be. */
const holder = {
  name: "@microsoft/jest-sarif@1.0.0-beta.0",
  integrity: "sha512-A1fOhPd6Ic5iDk4F9YPw1qNB4XF+7+IviR7xl8r2F6QzQkx5cpY9LsGk2rExiFIEcBbjpVnSmwWGBukASkiQ9A==",
  path: "package/lib/schemas/sarif-2.1.0-rtm.5.json",
};

/**
 * The whole JSON Schema of SARIF 2.1.0, fetched from npm's registry into the folder. That in `report-schemas.ts` is
 * stricter, but for what dtsync writes alone. Throws where the registry has another file.
 */
export function fetchSarifSchema(folder: string): Readonly<Record<string, unknown>> {
  const listed = JSON.parse(
    execFileSync("npm", ["pack", "--json", holder.name], { cwd: folder, encoding: "utf8", stdio: "pipe" }),
  ) as object;
  // A list, or from npm 12 on an object by the names of packages.
  const [packed] = Object.values(listed) as { readonly filename: string; readonly integrity: string }[];
  if (packed?.integrity !== holder.integrity) throw new Error(`${holder.name} is another file`);
  const text = execFileSync("tar", ["-xzOf", join(folder, packed.filename), holder.path], { encoding: "utf8" });
  // Of draft 4, which differs in nothing else that the schema uses.
  const { $schema: _, id: __, ...schema } = JSON.parse(text) as Record<string, unknown>;
  return schema;
}

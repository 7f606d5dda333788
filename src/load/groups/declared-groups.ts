import type { GroupEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { keyPlace } from "../yaml/positions.ts";
import type { GroupDeclaration } from "./group-template.ts";

/** The declarations of one file, with the customer whose file it is. */
export function declaredGroups(
  file: LoadedFile<{ readonly groups?: readonly GroupEntry[] | null | undefined }> | null,
  owner: string | null,
): readonly GroupDeclaration[] {
  const list = file?.entry.groups;
  if (!file || !list) return [];
  return list.flatMap((entry, index) =>
    entry === undefined
      ? []
      : [{ entry, positions: file.positions, owner, where: keyPlace(file.positions, list, index) }],
  );
}

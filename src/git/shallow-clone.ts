import { openRepository } from "./open-repository.ts";
import { isShallow } from "./resolve-commit.ts";
import type { GitEdges } from "./run-git.ts";

/** Whether the clone that a folder is in lacks older commits; null: Git cannot tell. */
export async function isShallowClone(folder: string, edges: GitEdges): Promise<boolean | null> {
  try {
    const repository = await openRepository(folder, edges);
    try {
      return await isShallow(repository);
    } finally {
      await repository.close();
    }
  } catch {
    return null;
  }
}

import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const setupFiles = ["test/support/property-seed.ts", "test/support/current-folder.ts"];

/** Files that take longest, although they are small: the last one to begin is what all others wait for. */
const longest = ["pages", "package-versions", "fleet", "sandbox", "container", "examples"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((name) => moduleId.endsWith(`/e2e/${name}.test.ts`));
      return found === -1 ? longest.length : found;
    };
    return (await super.sort(files)).sort((left, right) => rank(left) - rank(right));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // Each file has addresses, ports and folders of its own; those that start programs wait for them some of the time.
    maxWorkers: availableParallelism() + 1,
    maxConcurrency: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          setupFiles,
          testTimeout: 60_000,
          // Loading libraries and compiling schemas for each file took a third of the time.
          isolate: false,
        },
      },
      {
        test: {
          name: "slow",
          include: ["test/slow/**/*.test.ts", "test/fuzz/**/*.test.ts"],
          setupFiles,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          // After the others, which need the processors for themselves.
          sequence: { groupOrder: 1 },
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

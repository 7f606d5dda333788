import { defineConfig } from "vitest/config";

/** The tests that `npm run mutate` runs: those in one process, except where they read the sources, which are mutated. */
export default defineConfig({
  test: {
    include: ["test/{unit,slow}/*/**/*.test.ts"],
    exclude: ["test/unit/report/**"],
    setupFiles: ["test/support/property-seed.ts", "test/support/current-folder.ts"],
    testTimeout: 60_000,
    // The same random examples for every mutant.
    env: { CI: "true" },
  },
});

import { describe, expect, test } from "vitest";
import { openPageShell, type Start } from "../support/page-shell.ts";
import { blocksOf, commandsOf, pagePaths, readPage } from "../support/pages.ts";

/**
 * Commands that are not run here, and why. `test/unit/documentation.test.ts` holds their options and scripts to the program
 * all the same.
 */
const notRun: readonly { readonly command: RegExp; readonly because: string }[] = [
  { command: /^npm (?:ci|test|run)\b/, because: "it works on a checkout of dtsync, as .ci/run and the other tests do" },
  { command: /^npm install\b.* https:/, because: "it needs a server with releases" },
  {
    command: /^(?:npm (?:un)?install|npx)\b.*\bdtsync/,
    because: "test/e2e/package.test.ts installs the package, somewhere else",
  },
  {
    command: /^dtsync sandbox --inventory inventory$/,
    because: "it serves until Ctrl-C; test/e2e/sandbox.test.ts does it",
  },
  {
    command: /^~\/\.local\/bin\/dtsync\b/,
    because: "it is run where the package was installed, by test/e2e/package-versions.test.ts",
  },
  {
    command: /^dtsync sandbox -- sh -c 'dtsync plan --out \S+ && dtsync apply \S+'$/,
    because: "the help shows it, too; test/e2e/examples.test.ts runs it",
  },
  { command: /^read -rs /, because: "it asks for a token on a terminal" },
  { command: /^git push\b/, because: "it needs a forge" },
  { command: /^ssh\b/, because: "it needs a host of the reader" },
  {
    command: /^(?:buildah|docker)\b/,
    because: "it needs a container engine; test/e2e/container.test.ts runs the steps",
  },
  { command: /\bdtsync completion\b/, because: "test/e2e/completion.test.ts does it, in each of the shells" },
  { command: /^jq\b/, because: "not everybody has it" },
];

/** Pages that do not begin with the example inventory. */
const starts: Readonly<Record<string, Start>> = {
  "README.md": "empty",
  "docs/getting-started.md": "estate of main",
  "docs/migrating.md": "estate of emea",
  "docs/day-two.md": "applied",
  // It makes worlds of its own, and fewer hosts are enough for that.
  "docs/sandbox.md": "applied",
};

const why = (command: string) => notRun.find((row) => row.command.test(command))?.because ?? null;
const pages = pagePaths.map((path) => {
  const blocks = blocksOf(readPage(path));
  return { path, blocks, commands: blocks.flatMap(commandsOf).map(({ text }) => text) };
});

describe.each(pages.filter(({ commands }) => commands.some((command) => why(command) === null)))(
  "$path",
  ({ path, blocks }) => {
    // Each page is a world of its own, and waits for its programs most of the time.
    test.concurrent("shows commands that do what it says, one after the other", async ({ expect }) => {
      const shell = openPageShell(starts[path] ?? "example");
      try {
        for (const block of blocks) {
          const expected = Number(/\sexit=(\d+)/.exec(block.info)?.[1] ?? 0);
          const printed = /\sprints="([^"]*)"/.exec(block.info)?.[1] ?? "";
          shell.write(block);
          let shown = "";
          for (const { text, line } of commandsOf(block)) {
            if (why(text) !== null) continue;
            const { code, output } = await shell.run(text);
            expect(code, `${path}:${line} ${text}\n${output}`).toBe(expected);
            shown += output;
          }
          expect(shown, `${path}:${block.line}`).toContain(printed);
        }
      } finally {
        shell.close();
      }
    }, 600_000);
  },
);

test("every reason to leave a command out is about one that a page shows", () => {
  const shown = pages.flatMap(({ commands }) => commands);
  expect(notRun.filter(({ command }) => !shown.some((text) => command.test(text)))).toEqual([]);
});

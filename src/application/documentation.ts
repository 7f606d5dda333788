import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { packageFolder } from "../package-folder.ts";
import { plainText } from "../pages/inline-text.ts";
import { type Block, readBlocks } from "../pages/markdown-blocks.ts";

/** A page of the documentation that is installed with the program. */
export interface Page {
  /** The name of its file, by which `dtsync help` knows it. */
  readonly topic: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

const folder = fileURLToPath(new URL("docs/", packageFolder));

/** All pages, sorted by their topics; none where they are not installed. */
export function readPages(): readonly Page[] {
  return topicNames().map((topic) => {
    const blocks = readBlocks(readFileSync(`${folder}${topic}.md`, "utf8"));
    const heading = blocks.find((block) => block.kind === "heading");
    return { topic, title: heading ? plainText(heading.text) : topic, blocks };
  });
}

/** The list of pages itself is made for readers of a forge. */
function topicNames(): readonly string[] {
  try {
    const files = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md");
    return files.map((name) => name.slice(0, -".md".length)).sort();
  } catch {
    return [];
  }
}

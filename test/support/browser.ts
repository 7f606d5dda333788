import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";

const chromium = process.env["DTSYNC_CHROMIUM"] || "/usr/bin/chromium";

/** Whether there is a browser to look at pages with. Throws instead with DTSYNC_REQUIRE_ALL=1. */
export function browserAvailable(): { available: true } | { available: false; reason: string } {
  try {
    accessSync(chromium, constants.X_OK);
    return { available: true };
  } catch {
    const reason = `${chromium} is missing: install the package chromium`;
    if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(reason);
    return { available: false, reason };
  }
}

/** Starts the browser of the system, without a window. */
export async function startBrowser(): Promise<Browser> {
  const { chromium: launcher } = await import("playwright-core");
  // As root, which tests in containers are, it has no sandbox; the pages are our own.
  return launcher.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** Keeps what a page looks like in DTSYNC_SCREENSHOTS, where that names a folder, for somebody to look at. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env["DTSYNC_SCREENSHOTS"];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe finds wrong by the rules of WCAG 2.2 AA, each with the elements that it is about. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  // The page's own policy lets no other script in, so this one comes from outside of it.
  await page.evaluate(await readAxe());
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return (await axe.run({ runOnly: { type: "tag", values } })).violations;
  });
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map((node) => node.html.slice(0, 150))
        .join(" | ")}`,
  );
}

async function readAxe(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return readFile(axePath, "utf8");
}

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { renderFleetHtml } from "../../src/report/fleet-html.ts";
import { accessibilityFaults, browserAvailable, keepScreenshot, startBrowser } from "../support/browser.ts";
import { largeFleet } from "../support/fleets.ts";
import { largePlan } from "../support/large-plan.ts";
import { savedDocuments } from "../support/saved-documents.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const browsers = browserAvailable();

const hosts = Array.from({ length: 40 }, (_, index) => ({
  ...{ id: `host/web${index}.abc.example.com`, action: "install", status: "done", attempts: 1, durationMs: 60_000 },
}));
const documents = {
  ...savedDocuments,
  small: largePlan(4),
  /** 5,000 changes. */
  large: largePlan(500),
  slow: {
    ...savedDocuments.apply,
    results: hosts,
    slowest: hosts.slice(0, 3).map(({ id, durationMs }) => ({ id, durationMs, step: "install", stepMs: 50_000 })),
  },
  refused: { ...savedDocuments.apply, results: [], guards: largePlan(4).guards },
};

let folder: string;
let browser: Browser | null = null;
let opened: Page | null = null;
/** What the page said to the console: nothing, as long as its policy lets all of it work. */
const said: string[] = [];

beforeAll(async () => {
  if (!browsers.available) return;
  folder = mkdtempSync(join(tmpdir(), "dtsync-pages-"));
  for (const [name, document] of Object.entries(documents)) {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(document));
    const page = execFileSync(process.execPath, [cli, "show", file, "--format", "html"], { maxBuffer: 50_000_000 });
    writeFileSync(join(folder, `${name}.html`), page);
  }
  writeFileSync(join(folder, "fleet.html"), renderFleetHtml(largeFleet(30)));
  // So large that rows are laid out when they come into sight, each with two lines of cells.
  writeFileSync(join(folder, "long-names.html"), renderFleetHtml(largeFleet(126, "ccv2-customer-east-")));
  writeFileSync(join(folder, "fleets.html"), renderFleetHtml(largeFleet(1_250)));
  browser = await startBrowser();
});
afterEach(async () => {
  await opened?.context().close();
  opened = null;
  expect(said.splice(0)).toEqual([]);
});
afterAll(async () => {
  if (!browsers.available) return;
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(
  name: keyof typeof documents | "fleet" | "long-names" | "fleets",
  options: BrowserContextOptions = {},
  fragment = "",
): Promise<Page> {
  if (browser === null) throw new Error("no browser was started");
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  opened = page;
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("request", (request) => request.url().startsWith("file:") || said.push(`asked for ${request.url()}`));
  await page.goto(`${pathToFileURL(join(folder, `${name}.html`)).href}${fragment}`);
  return page;
}

const status = (page: Page) => page.getByRole("status");
const filters = (page: Page) => page.locator("[data-facets] > summary");
const customers = (page: Page) => page.locator("[data-group]:visible");
const openCustomers = (page: Page) => page.locator("[data-group][open]:visible");

describe.skipIf(!browsers.available)(browsers.available ? "a page" : `a page (${browsers.reason})`, () => {
  const views = [
    { width: 1280, height: 900, colorScheme: "light" },
    { width: 768, height: 1024, colorScheme: "dark" },
    { width: 400, height: 800, colorScheme: "dark" },
  ] as const;
  const further = [
    { width: 2560, height: 1300, colorScheme: "dark" },
    { width: 400, height: 800, colorScheme: "light" },
  ] as const;
  const look = async (page: Page, view: (typeof views)[number] | (typeof further)[number]) => {
    const { width, height, colorScheme } = view;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
  };

  test.each(["small", "apply", "slow", "refused", "diff", "validate", "fleet"] as const)(
    "of %s is accessible and not wider than the screen, wide and narrow, light and dark",
    async (name) => {
      const page = await open(name);
      for (const view of views) {
        await look(page, view);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(view.width);
        expect(await accessibilityFaults(page)).toEqual([]);
        await keepScreenshot(page, `${name}-${view.width}-${view.colorScheme}`);
      }
    },
  );

  test.each([
    ["large", "[data-group], .names > li", 5_000_000],
    ["fleets", ".row, .time", 3_000_000],
  ] as const)("of %s, the largest one, is so, too, is small and loads soon", async (name, parts, most) => {
    const page = await open(name);
    // What a person waits for; many times as much where tests share a machine.
    const interactive = "performance.getEntriesByType('navigation')[0].domInteractive";
    expect(await page.evaluate(interactive)).toBeLessThan(10_000);
    expect(statSync(join(folder, `${name}.html`)).size).toBeLessThan(most);
    for (const view of views) {
      await look(page, view);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(view.width);
      await keepScreenshot(page, `${name}-${view.width}-${view.colorScheme}`);
    }
    await page.evaluate("document.querySelector('#times, #changes').scrollIntoView({ behavior: 'instant' })");
    await keepScreenshot(page, `${name}-400-further-down`);
    // Axe would look at thousands of elements that are alike for minutes.
    await page.evaluate(`for (const part of [...document.querySelectorAll("${parts}")].slice(20, -20)) part.remove()`);
    for (const view of views) {
      await look(page, view);
      expect(await accessibilityFaults(page)).toEqual([]);
    }
  });

  test.each(["small", "fleet"] as const)(
    "of %s is accessible in every part, also in those that are folded or not drawn yet",
    async (name) => {
      const page = await open(name);
      await page.evaluate(`{
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { content-visibility: visible !important }");
      document.adoptedStyleSheets = [sheet];
      for (const details of document.querySelectorAll("details")) details.open = true;
    }`);
      for (const view of [...views, ...further]) {
        await look(page, view);
        expect(await accessibilityFaults(page)).toEqual([]);
      }
    },
  );

  test("of a fleet leaves room for the map where a screen is low, as one is that is magnified", async () => {
    const page = await open("fleet", { viewport: { width: 720, height: 450 } });
    await page.evaluate("document.querySelector('[data-map]').children[20].scrollIntoView({ behavior: 'instant' })");
    await expect
      .poll(() => page.getByRole("search").evaluate((form) => form.getBoundingClientRect().bottom))
      .toBeLessThan(0);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.evaluate("document.querySelector('[data-map]').children[20].scrollIntoView({ behavior: 'instant' })");
    await expect.poll(() => page.getByRole("search").evaluate((form) => form.getBoundingClientRect().top)).toBe(0);
  });

  test("of a fleet with long names is accessible without that anybody scrolls", async () => {
    const page = await open("long-names");
    for (const width of [1280, 768]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    expect((await page.locator(".row").first().boundingBox())?.height).toBeGreaterThan(60);
  });

  test("of a fleet finds environments by words and state, and tells of one behind a click and a key", async () => {
    const page = await open("fleet");
    const cells = page.locator(".cell:visible");
    expect(await cells.count()).toBe(120);
    await filters(page).click();
    await page.getByRole("checkbox", { name: "open problems: availability, error" }).check();
    await expect.poll(() => cells.count()).toBe(2);
    expect(await page.locator(".row:visible").count()).toBe(2);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("searchbox").fill("no such thing");
    await expect.poll(() => status(page).textContent()).toContain("nothing fits");
    // A problem that has ended is in the lines over time alone.
    await page.getByRole("searchbox").fill("c0005 something 2");
    await expect.poll(() => status(page).textContent()).toContain("1 of 120");
    await page.getByRole("searchbox").fill("c0008 answer");
    await expect.poll(() => status(page).textContent()).toContain("1 of 120");
    const cell = cells.first();
    await cell.locator("summary").focus();
    await page.keyboard.press("Enter");
    expect(await cell.getByRole("link").getAttribute("href")).toBe("https://emea.example.com/e/c0008-s1");
    expect(await cell.textContent()).toContain("it does not answer");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test("of a fleet shows problems of one time one above the other, and lists those of a line by click, touch and key", async () => {
    const page = await open("fleet", { hasTouch: true });
    expect(await page.locator(".time svg").count()).toBe(24);
    const marks = await page.locator(".time svg path.critical").first().boundingBox();
    expect(marks?.width).toBeGreaterThan(1);
    const line = page.locator(".time[data-with]", { hasText: "c0000-p1" });
    const list = line.getByRole("listitem");
    expect(await list.count()).toBe(0);
    await line.locator("svg").click();
    const told = [
      expect.stringMatching(/^availability: Something 0, 03-\d\d \d\d:\d\d and still open$/),
      expect.stringMatching(/^performance: Something 1, 03-\d\d \d\d:\d\d to 03-\d\d \d\d:\d\d$/),
      expect.stringMatching(/^info: Something 2, /),
      "c0000 p1",
    ];
    expect(await list.allTextContents()).toEqual(told);
    expect(await accessibilityFaults(page)).toEqual([]);
    await line.locator("summary").press("Enter");
    await expect.poll(() => list.count()).toBe(0);
    await line.locator("summary").tap();
    await expect.poll(() => list.count()).toBe(4);
    await line.hover();
    expect(await line.getAttribute("title")).toMatch(/^c0000-p1 1 of 3 open\navailability: Something 0/);
    // On paper all lines tell.
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator(".time[open]").count()).toBe(24);
  });

  test("of a fleet shows in the lines over time what the map shows, as wide as is chosen, with now in sight", async () => {
    const page = await open("fleet");
    const lines = page.locator(".time[data-with]:visible");
    expect(await page.getByRole("list", { name: "Severities" }).textContent()).toContain("availability, error");
    await page.getByRole("searchbox").fill("c0000-p1");
    await expect.poll(() => lines.count()).toBe(1);
    await page.getByRole("button", { name: "Clear" }).click();
    await expect.poll(() => lines.count()).toBe(24);
    const widthOf = async () => (await lines.first().locator("svg").boundingBox())?.width ?? 0;
    const before = await widthOf();
    await page.getByLabel("Zoom of time").selectOption("3 times");
    await expect.poll(widthOf).toBeGreaterThan(2 * before);
    const sides = "(({ scrollLeft, clientWidth, scrollWidth }) => scrollWidth - clientWidth - scrollLeft)";
    expect(await page.evaluate(`${sides}(document.querySelector("[data-lines]"))`)).toBeLessThan(2);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(1280);
    // Which environment a line is of stays in sight.
    expect((await lines.first().locator("summary > span").boundingBox())?.x).toBeGreaterThan(0);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test("of a fleet shows customers by name or by trouble, and environments as signs alone, and keeps that in its address", async () => {
    const page = await open("fleet");
    const customersShown = () => page.locator(".row h3").allTextContents();
    const byTrouble = await customersShown();
    await page.locator("[name='view.order']").selectOption("by name");
    await expect.poll(customersShown).toEqual([...byTrouble].sort());
    expect(byTrouble).not.toEqual([...byTrouble].sort());
    const cell = page.locator(".cell").first();
    await page.locator("[name='view.show']").selectOption("signs alone");
    await expect.poll(async () => (await cell.boundingBox())?.width ?? 0).toBeLessThan(40);
    await cell.hover();
    expect(await cell.getAttribute("title")).toMatch(/^c0000-p1 in order/);
    await cell.locator("summary").press("Enter");
    expect(await cell.getByRole("link").isVisible()).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);
    const { hash } = new URL(page.url());
    await page.context().close();
    const again = await open("fleet", {}, hash);
    expect(await again.locator(".row h3").allTextContents()).toEqual([...byTrouble].sort());
    expect(await again.locator("[name='view.show']").inputValue()).toBe("signs");
    await again.getByRole("button", { name: "Clear" }).click();
    await expect.poll(() => again.locator(".row h3").allTextContents()).toEqual(byTrouble);
  });

  test("of a fleet has rows of customers or of clusters, and goes on searching and sorting in both", async () => {
    const page = await open("fleet");
    const titles = () => page.locator(".row:visible h3").allTextContents();
    const customersShown = await titles();
    await page.locator("[name='view.rows']").selectOption("clusters");
    // That with the gravest open problem is first.
    await expect.poll(titles).toEqual(["emea", "apac"]);
    expect(await page.locator(".row:visible").last().locator(".cell").count()).toBe(40);
    await page.locator("[name='view.order']").selectOption("by name");
    await expect.poll(titles).toEqual(["apac", "emea"]);
    // A row of many signs takes the whole width.
    await page.locator("[name='view.show']").selectOption("signs alone");
    await expect
      .poll(async () => (await page.locator(".row:visible").first().boundingBox())?.width)
      .toBeGreaterThan(1_000);
    await keepScreenshot(page, "fleet-clusters-as-signs");
    await page.locator("[name='view.show']").selectOption("names");
    // What a cell is found by is that of its customer still.
    await page.getByRole("searchbox").fill("c0001");
    await expect.poll(titles).toEqual(["emea"]);
    expect(await page.locator(".cell:visible").count()).toBe(4);
    for (const view of views) {
      await look(page, view);
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    await page.getByRole("button", { name: "Clear" }).click();
    await expect.poll(titles).toEqual(customersShown);
    expect(await page.locator(".cell:visible").count()).toBe(120);
  });

  test("of a fleet is one stop of the Tab key for its cells and one for its lines, with arrows from one to the other", async () => {
    const page = await open("fleet");
    const focused = () => page.evaluate("document.activeElement.firstChild.textContent.trim()");
    await filters(page).focus();
    await page.keyboard.press("Tab");
    const cells = await page
      .locator(".cell summary")
      .evaluateAll((all) => all.map((one) => one.firstChild?.textContent));
    expect(await focused()).toBe(cells[0]);
    const steps = [
      ["ArrowRight", cells[1]],
      ["ArrowDown", cells[5]],
      ["End", cells[7]],
      ["ArrowUp", cells[3]],
      ["ArrowLeft", cells[2]],
      ["Home", cells[0]],
      ["ArrowLeft", cells[0]],
      ["Control+End", cells[119]],
      ["ArrowDown", cells[119]],
      ["Control+Home", cells[0]],
    ] as const;
    for (const [key, expected] of steps) {
      await page.keyboard.press(key);
      expect(await focused()).toBe(expected);
    }
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    // The link to its page, then the lines.
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.localName")).toBe("a");
    await page.keyboard.press("Tab");
    expect(await focused()).toContain("c0000-p1");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toContain("c0001-t1");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    expect(await focused()).toBe(cells[1]);
    // Where the stop is not shown, the first one is that is.
    await page.getByRole("searchbox").fill("c0029-d1");
    await expect.poll(() => page.locator(".cell:visible").count()).toBe(1);
    await filters(page).focus();
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("c0029-d1");
  });

  test("of a fleet is narrowed by stage, cluster and label, and searched from anywhere", async () => {
    const page = await open("fleet");
    const cells = page.locator(".cell:visible");
    // What they narrow is seen first.
    expect(await page.getByRole("group", { name: "Stage" }).isVisible()).toBe(false);
    await filters(page).press("Enter");
    await page.getByRole("group", { name: "Stage" }).getByLabel(/^t /).check();
    await expect.poll(() => cells.count()).toBe(30);
    await page.getByRole("group", { name: "Cluster" }).getByLabel(/^apac/).check();
    await expect.poll(() => cells.count()).toBe(10);
    await page
      .getByRole("group", { name: "tier" })
      .getByLabel(/^silver/)
      .check();
    await expect.poll(() => cells.count()).toBe(5);
    expect(await page.locator(".row:visible").count()).toBe(5);
    expect(new URL(page.url()).hash).toBe("#cluster=apac&stage=t&label.tier=silver");
    expect(await filters(page).textContent()).toBe("Filters (3 chosen)");
    await page.reload();
    expect(await cells.count()).toBe(5);
    expect(await page.getByRole("group", { name: "Stage" }).getByLabel(/^t /).isChecked()).toBe(true);
    await page.getByRole("button", { name: "Clear" }).click();
    await expect.poll(() => cells.count()).toBe(120);
    expect(await filters(page).textContent()).toBe("Filters");
    await cells.last().locator("summary").focus();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("c0004-p1");
    await expect.poll(() => cells.count()).toBe(1);
    // The list of lines over time is what the map shows.
    expect(await page.locator(".time[data-with]:visible").count()).toBe(0);
    await page.keyboard.press("Escape");
    await expect.poll(() => cells.count()).toBe(120);
  });

  test("of a fleet prints what is shown, with all that is told of it", async () => {
    const page = await open("fleet", { colorScheme: "dark" });
    await page.getByRole("searchbox").fill("c0000");
    await expect.poll(() => page.locator(".cell:visible").count()).toBe(4);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("form").isVisible()).toBe(false);
    expect(await page.getByText("Tab leads to the map").isVisible()).toBe(false);
    expect(await page.locator(".cell:visible").getByRole("link", { name: "c0000 d1" }).isVisible()).toBe(true);
    expect(await page.locator(".time:visible").getByText("and still open").isVisible()).toBe(true);
    await keepScreenshot(page, "fleet-printed");
    expect((await page.pdf()).subarray(0, 5).toString()).toBe("%PDF-");
  });

  test("of 5,000 environments shows them all", async () => {
    const page = await open("fleets");
    expect(await status(page).textContent()).toBe("5,000 shown");
    await page.getByRole("searchbox").fill("c1249");
    // In the page itself: looking at each of 5,000 from here takes a minute.
    const shown = "[...document.querySelectorAll('.cell')].filter((cell) => cell.checkVisibility()).length";
    await expect.poll(() => page.evaluate(shown)).toBe(4);
  });

  test("of thousands of changes begins folded, and says how many there are", async () => {
    const page = await open("large");
    expect(await status(page).textContent()).toBe("5,000 shown");
    expect(await customers(page).count()).toBe(500);
    expect(await openCustomers(page).count()).toBe(0);
  });

  test("finds changes with all words of a search, opens and counts them, and goes back when it is cleared", async () => {
    const page = await open("large");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("c0007 web04");
    await expect.poll(() => status(page).textContent()).toBe("2 of 5,000 shown");
    expect(await customers(page).locator("h3").allTextContents()).toEqual(["Customer c0007"]);
    expect(await openCustomers(page).locator("[data-count]").textContent()).toBe("2 of 10");
    expect(await page.locator("[data-item]:visible").allTextContents()).toEqual([
      expect.stringContaining("web04.c0007"),
    ]);
    await page.keyboard.press("Escape");
    expect(await status(page).textContent()).toBe("5,000 shown");
    expect(await openCustomers(page).count()).toBe(0);
    await page.keyboard.type("no such thing");
    await expect.poll(() => status(page).textContent()).toMatch(/^0 of 5,000 shown: nothing fits/);
    await page.getByRole("button", { name: "Clear" }).click();
    await expect.poll(() => status(page).textContent()).toBe("5,000 shown");
  });

  test("is narrowed by kind, action, customer and cluster, and keeps that in its address", async () => {
    const page = await open("large");
    await page.getByLabel(/^host/).check();
    await expect.poll(() => status(page).textContent()).toBe("2,500 of 5,000 shown");
    await page.getByLabel(/^permission/).check();
    await expect.poll(() => status(page).textContent()).toBe("3,000 of 5,000 shown");
    await page.locator("select[name=customer]").selectOption("c0003");
    await expect.poll(() => status(page).textContent()).toBe("6 of 5,000 shown");
    await page.getByLabel(/^apac/).check();
    await expect.poll(() => status(page).textContent()).toMatch(/^0 of 5,000/);
    await page.getByLabel(/^apac/).uncheck();
    await expect.poll(() => new URL(page.url()).hash).toBe("#kind=host&kind=permission&customer=c0003");
    const fragment = new URL(page.url()).hash;
    await page.context().close();
    const again = await open("large", {}, fragment);
    expect(await status(again).textContent()).toBe("6 of 5,000 shown");
    expect(await again.getByLabel(/^host/).isChecked()).toBe(true);
  });

  test("opens and closes everything that is shown, and one customer by keyboard", async () => {
    const page = await open("small");
    expect(await openCustomers(page).count()).toBe(4);
    await page.getByRole("button", { name: "Close all" }).click();
    expect(await openCustomers(page).count()).toBe(0);
    await customers(page).first().locator("summary").first().focus();
    await page.keyboard.press("Enter");
    expect(await openCustomers(page).count()).toBe(1);
    await page.getByRole("button", { name: "Open all" }).click();
    expect(await openCustomers(page).count()).toBe(4);
  });

  test("leads past everything else to the changes by keyboard", async () => {
    const page = await open("small");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(new URL(page.url()).hash).toBe("#changes");
    expect(await status(page).textContent()).toBe("40 shown");
  });

  test("can be read without JavaScript, and has no controls that do nothing then", async () => {
    const page = await open("large", { javaScriptEnabled: false });
    expect(await page.locator("form").isVisible()).toBe(false);
    const last = page.locator("[data-group]").last();
    await last.locator("summary").first().click();
    expect(await last.getByText("c0500-t1", { exact: true }).isVisible()).toBe(true);
  });

  test("prints everything that is shown, dark on light, without its controls", async () => {
    const page = await open("small", { colorScheme: "dark" });
    await page.getByRole("button", { name: "Close all" }).click();
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: "print" });
    expect(await openCustomers(page).count()).toBe(4);
    expect(await page.locator("form").isVisible()).toBe(false);
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    expect((await page.pdf()).subarray(0, 5).toString()).toBe("%PDF-");
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await openCustomers(page).count()).toBe(0);
  });

  test("narrows results of an apply and faults of an inventory in the same way", async () => {
    const results = await open("apply");
    await results.getByLabel(/^failed/).check();
    await expect.poll(() => status(results).textContent()).toMatch(/^1 of \d+ shown$/);
    await results.context().close();
    const faults = await open("validate");
    await faults.getByRole("searchbox").fill("customers/");
    await expect.poll(() => status(faults).textContent()).toMatch(/ of \d+ shown/);
  });
});

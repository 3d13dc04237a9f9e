/**
 * Every view in a real browser: nothing is wider than the window, nothing breaks a rule of accessibility, nothing is loaded from
 * elsewhere, and nothing is forbidden by the page's own policy.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { fakeSource } from "./fake_source.ts";
import { openBrowser, serve, type Served } from "./served.ts";

const WIDTHS = [360, 768, 1024, 1280, 1920];

/** The views of a cluster of so many pools. */
function viewsOf(pools: number): readonly string[] {
  const always = ["./", "what-if", "why?of=nobody", "pool?of=default%2Fnone"];
  if (pools === 0) return always;
  const address = "10.100.0.17";
  return [
    ...always.slice(0, 1),
    "pool?of=default%2Fvlan-48",
    "pool?of=payments%2Fstorage-49&state=held",
    `why?of=${address}`,
    "what-if?of=default%2Fvlan-48&end=10.100.0.100&macAddress=52%3A54%3A00%3A00%3A00%3A05&address=10.100.0.40",
  ];
}

/** What went wrong on a page: requests elsewhere, broken policy, errors of scripts. */
function watch(page: Page, origin: string): readonly string[] {
  const troubles: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) troubles.push(`asks ${request.url()}`);
  });
  page.on("console", (message) => {
    const isExpected = /status of 404/.test(message.text());
    if (message.type() === "error" && !isExpected) troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("dialog", (dialog) => {
    troubles.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  return troubles;
}

async function breaches(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: Violation[] }> };
    };
    interface Violation {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) =>
      `${id}: ${nodes[0]?.html.slice(0, 200)}: ${nodes[0]?.failureSummary}`
    );
  });
}

/** What sticks out of the window, words that stick out of their button, and cells that are squeezed so that words stand letter below letter. */
async function sticksOut(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const squeezed = [...document.querySelectorAll("th, td")].filter((cell) => {
      const text = cell.textContent?.trim() ?? "";
      const { width, height } = cell.getBoundingClientRect();
      return text.length > 3 && height > 0 && width < 44;
    });
    const narrow = [...document.querySelectorAll("button, .button")]
      .filter((button) => button.scrollWidth > button.clientWidth);
    if (narrow.length > 0) return narrow.map((button) => `too narrow: ${button.outerHTML}`);
    if (squeezed.length > 0) return squeezed.map((cell) => `squeezed: ${cell.outerHTML}`);
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > width + 0.5)
      .map((element) => element.outerHTML.slice(0, 120));
  });
}

async function lookAt(
  browser: Browser,
  { url }: Served,
  { pools, colorScheme }: { readonly pools: number; readonly colorScheme: "light" | "dark" },
): Promise<void> {
  const context = await browser.newContext({ colorScheme });
  const page = await context.newPage();
  const troubles = watch(page, new URL(url).origin);
  for (const view of viewsOf(pools)) {
    const where = `${view} of ${pools} pools, ${colorScheme}`;
    await page.goto(`${url}${view}`);
    await page.locator("main h1").first().waitFor();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      deepStrictEqual(await sticksOut(page), [], `${where}, ${width} wide: nothing sticks out`);
    }
    deepStrictEqual(await breaches(page), [], `${where}: axe`);
  }
  deepStrictEqual(troubles, [], `${pools} pools, ${colorScheme}`);
  await context.close();
}

for (const pools of [0, 3, 300]) {
  Deno.test(`page: every view of ${pools} pools fits from 360 to 1,920 pixels, light and dark, without breaches of axe or of the policy`, async () => {
    await using browser = await openBrowser();
    await using served = await serve(fakeSource({ pools }));
    await Promise.all(
      (["light", "dark"] as const).map((colorScheme) =>
        lookAt(browser, served, { pools, colorScheme })
      ),
    );
  });
}

Deno.test("page: the policy bites, or that nothing breaks it would say nothing", async () => {
  await using browser = await openBrowser();
  await using served = await serve(fakeSource({ pools: 3 }));
  const page = await browser.newPage();
  const troubles = watch(page, new URL(served.url).origin);
  await page.goto(served.url);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'mine'";
    document.head.append(script);
    const image = document.createElement("img");
    image.src = "http://127.0.0.1:1/x.png";
    document.body.append(image);
  });
  await page.waitForTimeout(100);
  ok(troubles.some((text) => text.includes("script-src")), troubles.join());
  ok(troubles.some((text) => text.includes("img-src")), troubles.join());
  ok(await page.title() !== "mine");
});

Deno.test("page: names and messages with markup in them are text", async () => {
  const word = `"><img src=x onerror=alert(1)><script>alert(2)</script>'\u0000&lt;`;
  await using browser = await openBrowser();
  await using served = await serve(fakeSource({ pools: 3, used: 20, word }));
  const page = await browser.newPage();
  const troubles = watch(page, new URL(served.url).origin);
  const pool = encodeURIComponent(`default/${word}vlan-48`);
  const vm = encodeURIComponent(`default/${word}vm-0-000003`);
  for (
    const view of [
      "./",
      `./?find=${encodeURIComponent(word)}`,
      `pool?of=${pool}`,
      `pool?of=${pool}&find=${encodeURIComponent(word)}&from=${encodeURIComponent(word)}`,
      `why?of=${vm}`,
      `what-if?of=${pool}&exclude=${
        encodeURIComponent(word)
      }&macAddress=52:54:00:00:00:03&address=10.100.0.99`,
      `what-if?of=${pool}&macAddress=${encodeURIComponent(word)}&address=${
        encodeURIComponent(word)
      }`,
    ]
  ) {
    await page.goto(`${served.url}${view}`);
    strictEqual(await page.locator("img, main script").count(), 0, view);
    ok((await page.locator("body").innerText()).includes("onerror=alert(1)"), `${view} shows it`);
  }
  deepStrictEqual(troubles, []);
});

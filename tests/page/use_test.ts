/**
 * What people do with the page: with the keyboard, without scripts, behind a proxy, while the cluster changes.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { fakeSource } from "./fake_source.ts";
import { openBrowser, serve } from "./served.ts";

const POOL = "what-if?of=default%2Fvlan-48";
const ANSWER = "#answer";

Deno.test("page: a view that is open follows the cluster, and keeps focus and what is typed", async () => {
  await using browser = await openBrowser();
  const source = fakeSource({ pools: 3 });
  await using served = await serve(source);
  const page = await browser.newPage();
  await page.goto(served.url);
  await page.locator("#link.live").waitFor();
  await page.locator("#find").fill("typing");
  const first = source.pools()[0];
  ok(first !== undefined);
  source.pools()[0] = { ...first, metadata: { ...first.metadata, name: "new-name" } };
  await page.getByRole("link", { name: "default/new-name" }).first().waitFor({ timeout: 10_000 });
  strictEqual(await page.locator("#find").inputValue(), "typing");
  strictEqual(await page.evaluate(() => document.activeElement?.id), "find");
});

Deno.test("page: what-if is answered in the browser as the server answers it", async () => {
  await using browser = await openBrowser();
  await using served = await serve(fakeSource({ pools: 3 }));
  const page = await browser.newPage();
  await page.goto(`${served.url}${POOL}`);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.locator("#exclude").fill("10.100.0.30-10.100.0.35 10.100.0.17");
  await page.locator("#macAddress").fill("52-54-00-00-00-05");
  await page.locator("#address").fill("10.100.0.250");
  await page.locator(`${ANSWER}[data-by=browser]`).waitFor();
  await page.waitForFunction(() =>
    document.querySelector("#answer")?.textContent?.includes("10.100.0.250")
  );
  const inBrowser = await textOf(page);
  // The browser fetches the icon when it likes.
  const questions = new Set(asked.filter((path) => !path.startsWith("/assets/")));
  deepStrictEqual([...questions], ["/what-if-facts"], "one question for the facts, no other");
  const query = new URLSearchParams({
    exclude: "10.100.0.30-10.100.0.35 10.100.0.17",
    macAddress: "52-54-00-00-00-05",
    address: "10.100.0.250",
  });
  await page.goto(`${served.url}${POOL}&${query}`);
  strictEqual(inBrowser, await textOf(page));
  ok(
    inBrowser.includes("10.100.0.17: must not be an address in use") ||
      /must not be/.test(inBrowser),
    inBrowser,
  );
});

async function textOf(page: Page): Promise<string> {
  return (await page.locator(ANSWER).innerText()).replaceAll(/\s+/g, " ").replaceAll(" Copy ", " ");
}

Deno.test("page: everything can be asked without scripts", async () => {
  await using browser = await openBrowser();
  await using served = await serve(fakeSource({ pools: 3 }));
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(served.url);
  await page.getByRole("link", { name: "default/vlan-48" }).first().click();
  await page.getByRole("heading", { name: "default/vlan-48", exact: true }).waitFor();
  await page.getByRole("link", { name: "What if it changes?" }).click();
  await page.locator("#end").fill("10.100.0.251");
  await page.locator("#macAddress").fill("52:54:00:99:99:99");
  await page.locator("#address").fill("10.100.0.251");
  await page.getByRole("button", { name: "Show what would happen" }).click();
  const answer = await textOf(page);
  ok(answer.includes("A new reservation"), answer);
  ok(answer.includes("ipAddress: 10.100.0.251"), answer);
  await page.locator("#of").fill("10.100.0.17");
  await page.getByRole("button", { name: "Why?" }).click();
  await page.locator(".chain").waitFor();
  await context.close();
});

Deno.test("page: every link holds behind a path of the API server's proxy", async () => {
  const path = "/api/v1/namespaces/vm-dhcp/services/vm-dhcp-controller:inspect/proxy/";
  await using browser = await openBrowser();
  await using served = await serve(fakeSource({ pools: 3, used: 300 }), path);
  const page = await browser.newPage();
  const broken: string[] = [];
  page.on("response", (response) => {
    if (response.status() >= 400) broken.push(`${response.status()} ${response.url()}`);
  });
  const seen = new Set<string>();
  for (const view of ["./", "pool?of=default%2Fvlan-48", POOL, "why?of=10.0.0.17"]) {
    await page.goto(`${served.url}${view}`);
    const links = await page.evaluate(() =>
      [...document.querySelectorAll("a[href], form[action], link[href], script[src]")].map((one) =>
        (one as HTMLAnchorElement).href || (one as HTMLFormElement).action ||
        (one as HTMLScriptElement).src
      )
    );
    for (const link of links) seen.add(link.split("#")[0] ?? "");
  }
  const within = new URL(served.url).href;
  deepStrictEqual([...seen].filter((link) => !link.startsWith(within)), []);
  for (const link of [...seen].slice(0, 60)) {
    const response = await fetch(link);
    await response.body?.cancel();
    if (response.status !== 200 && !link.endsWith("/why")) {
      broken.push(`${response.status} ${link}`);
    }
  }
  deepStrictEqual(broken, []);
});

Deno.test("page: the keyboard reaches the search field and the content, and shows where it is", async () => {
  await using browser = await openBrowser();
  await using served = await serve(fakeSource({ pools: 3 }));
  const page = await browser.newPage();
  await page.goto(served.url);
  await page.keyboard.press("Tab");
  strictEqual(
    await page.evaluate(() => document.activeElement?.textContent),
    "Skip to the content",
  );
  await page.keyboard.press("Enter");
  strictEqual(await page.evaluate(() => document.activeElement?.id), "main");
  await page.goto(served.url);
  for (let presses = 0; presses < 6; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.id === "of")) break;
  }
  strictEqual(await page.evaluate(() => document.activeElement?.id), "of");
  ok(
    await page.evaluate(() =>
      getComputedStyle(document.activeElement ?? document.body).outlineStyle
    ) !== "none",
  );
  await page.keyboard.type("52:54:00:00:00:05");
  await page.keyboard.press("Enter");
  await page.waitForURL(/why\?of=/);
});

Deno.test("page: a cell of the map leads to who has its address", async () => {
  await using browser = await openBrowser();
  await using served = await serve(fakeSource({ pools: 3 }));
  const page = await browser.newPage();
  await page.goto(`${served.url}pool?of=default%2Fvlan-48`);
  await page.locator(".map .cell.used").first().click();
  await page.waitForURL(/why\?of=10\.100\.0\./);
  await page.locator(".chain").waitFor();
});

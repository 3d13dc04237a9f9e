/**
 * Takes the pictures of the documentation, of a cluster that is made up: `deno run -A tests/page/pictures.ts [FOLDER]`.
 *
 * @module
 */
import { fakeSource } from "./fake_source.ts";
import { openBrowser, serve } from "./served.ts";

const PICTURES = [
  { name: "overview", view: "./", colorScheme: "light", height: 1040 },
  { name: "pool", view: "pool?of=default%2Fvlan-48", colorScheme: "dark", height: 1120 },
] as const;

if (import.meta.main) {
  const folder = Deno.args[0] ?? new URL("../../docs/pictures", import.meta.url).pathname;
  await Deno.mkdir(folder, { recursive: true });
  await using browser = await openBrowser();
  await using served = await serve(fakeSource({ pools: 14 }));
  for (const { name, view, colorScheme, height } of PICTURES) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height } });
    await page.goto(`${served.url}${view}`);
    await page.locator("#link.live").waitFor();
    await page.screenshot({ path: `${folder}/${name}.png` });
    await page.close();
  }
}

/**
 * `deno task render`: writes the generated files below `deploy/`; with `--check` compares them instead.
 *
 * @module
 */
import denoJson from "../../deno.json" with { type: "json" };
import { deployFiles } from "../files.ts";

const FOLDER = new URL("../", import.meta.url);
const stale: string[] = [];
for (const [path, text] of deployFiles(denoJson.version)) {
  const file = new URL(path, FOLDER);
  if (Deno.args.includes("--check")) {
    const found = await Deno.readTextFile(file).catch(() => undefined);
    if (found !== text) stale.push(`deploy/${path}`);
  } else {
    await Deno.mkdir(new URL("./", file), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
}
if (stale.length > 0) {
  const text = `Not as generated; run \`deno task render\`: ${stale.join(", ")}\n`;
  await Deno.stderr.write(new TextEncoder().encode(text));
  Deno.exit(1);
}

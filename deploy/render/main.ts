/**
 * `deno task render`: writes the generated files below `deploy/`; with `--check` compares them instead; with
 * `--chart-repository` prints Harvester's Addon.
 *
 * @module
 */
import denoJson from "../../deno.json" with { type: "json" };
import { FlagError } from "../../runtime/flags.ts";
import { exitCode } from "../../runtime/program.ts";
import { deployFiles } from "../files.ts";
import { harvesterAddon } from "../harvester_addon.ts";
import { yamlText } from "../yaml_text.ts";
import { readRenderFlags } from "./flags.ts";

const FOLDER = new URL("../", import.meta.url);
const encoder = new TextEncoder();

async function main(): Promise<number> {
  const { chartRepository, chartVersion, image, check } = readRenderFlags(Deno.args);
  if (chartRepository !== undefined) {
    return print(yamlText([harvesterAddon({
      repository: chartRepository,
      version: chartVersion ?? denoJson.version,
      ...(image === undefined ? {} : { image }),
    })]));
  }
  if (chartVersion !== undefined || image !== undefined) {
    throw new FlagError(["Cannot use --chart-version or --image without --chart-repository"]);
  }
  return check ? await compare() : await write();
}

function print(text: string): number {
  Deno.stdout.writeSync(encoder.encode(text));
  return 0;
}

async function write(): Promise<number> {
  for (const [path, text] of deployFiles(denoJson.version)) {
    const file = new URL(path, FOLDER);
    await Deno.mkdir(new URL("./", file), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  return 0;
}

async function compare(): Promise<number> {
  const stale: string[] = [];
  for (const [path, text] of deployFiles(denoJson.version)) {
    const found = await Deno.readTextFile(new URL(path, FOLDER)).catch(() => undefined);
    if (found !== text) stale.push(`deploy/${path}`);
  }
  if (stale.length === 0) return 0;
  throw new Error(`Not as generated; run \`deno task render\`: ${stale.join(", ")}`);
}

Deno.exit(await exitCode(main));

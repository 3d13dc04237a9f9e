/**
 * Prints the CustomResourceDefinitions as YAML; with `--write` writes them to `deploy/crds` instead.
 *
 * @module
 */
import { crdFiles } from "./crd_files.ts";

const FOLDER = new URL("../deploy/crds/", import.meta.url);
const files = crdFiles();
if (Deno.args.includes("--write")) {
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const [name, text] of files) await Deno.writeTextFile(new URL(name, FOLDER), text);
} else {
  const text = [...files.values()].join("---\n");
  await new Response(text).body?.pipeTo(Deno.stdout.writable);
}

/**
 * Prints the CustomResourceDefinitions as YAML; with `--write` writes them to `deploy/crds` instead.
 *
 * @module
 */
import { toggle } from "../runtime/settings.ts";
import { crdFiles } from "./crd_files.ts";
import { taskFlags } from "./task_flags.ts";

const FOLDER = new URL("../deploy/crds/", import.meta.url);
const files = crdFiles();
const { values: { write } } = taskFlags({
  usage: "deno task crds",
  about: "Prints the CustomResourceDefinitions as YAML.",
  settings: { write: toggle({ help: "Write them to deploy/crds instead" }) },
}, { args: Deno.args });
if (write) {
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const [name, text] of files) await Deno.writeTextFile(new URL(name, FOLDER), text);
} else {
  const text = [...files.values()].join("---\n");
  await new Response(text).body?.pipeTo(Deno.stdout.writable);
}

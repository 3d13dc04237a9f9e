/**
 * `deno task image`: builds the one image of all roles as an OCI archive, without a container engine.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { buildImage } from "./build_image.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: { output: { type: "string" }, tag: { type: "string" } },
});
if (!values.output || !values.tag) {
  await Deno.stderr.write(
    new TextEncoder().encode("Usage: deno task image --output FILE.tar --tag HOST/NAME:TAG\n"),
  );
  Deno.exit(2);
}
const result = await buildImage({
  output: values.output,
  tag: values.tag,
  deno: Deno.execPath(),
  source: new URL("../../", import.meta.url).pathname,
});
const text = `${values.tag} ${result.digest} ${
  (result.layerBytes / 1e6).toFixed(1)
} MB in ${values.output}\n`;
await Deno.stdout.write(new TextEncoder().encode(text));

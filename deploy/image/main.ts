/**
 * `deno task image`: builds the one image of all roles as an OCI archive, without a container engine; or only the folders of its
 * layers, of which the `Dockerfile` makes the same image.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { buildImage, makeImageFolders } from "./build_image.ts";

const USAGE = `Usage: deno task image --output FILE.tar --tag HOST/NAME:TAG
       deno task image --folders DIR   writes DIR/base and DIR/program, the image's two layers
`;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    output: { type: "string" },
    tag: { type: "string" },
    folders: { type: "string" },
  },
});
const from = { deno: Deno.execPath(), source: new URL("../../", import.meta.url).pathname };
if (values.folders) {
  await makeImageFolders(values.folders, from);
} else if (values.output && values.tag) {
  const result = await buildImage({ ...from, output: values.output, tag: values.tag });
  const megabytes = (result.layerBytes / 1e6).toFixed(1);
  print(Deno.stdout, `${values.tag} ${result.digest} ${megabytes} MB in ${values.output}\n`);
} else {
  print(Deno.stderr, USAGE);
  Deno.exit(2);
}

function print(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  stream.writeSync(new TextEncoder().encode(text));
}

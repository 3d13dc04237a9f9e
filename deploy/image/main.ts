/**
 * `deno task image`: builds the one image of all roles as an OCI archive, without a container engine; or only the folders of its
 * layers, of which the `Dockerfile` makes the same image.
 *
 * @module
 */
import { FlagError, parseFlags } from "../../runtime/flags.ts";
import { nonEmpty, value } from "../../runtime/settings.ts";
import { buildImage, makeImageFolders } from "./build_image.ts";
import { parseTag } from "./oci_archive.ts";

const SETTINGS = {
  "output": value({ help: "Archive to write", placeholder: "FILE.tar", parse: nonEmpty }),
  "tag": value({ help: "Name of the image", placeholder: "HOST/NAME:TAG", parse: parseTag }),
  "folders": value({
    help: "Write DIR/base and DIR/program, the image's two layers, and no archive",
    placeholder: "DIR",
    parse: nonEmpty,
  }),
} as const;

const PROGRAM = {
  usage: "deno task image",
  about: "Builds the image of all roles: --output and --tag, or --folders.",
  settings: SETTINGS,
};

async function main(): Promise<void> {
  const { values, help } = parseFlags(PROGRAM, { args: Deno.args, env: {} });
  if (values === undefined) return print(Deno.stdout, help);
  const { output, tag, folders } = values;
  const from = { deno: Deno.execPath(), source: new URL("../../", import.meta.url).pathname };
  if (folders !== undefined) {
    await makeImageFolders(folders, from);
  } else if (output !== undefined && tag !== undefined) {
    const result = await buildImage({ ...from, output, tag });
    const megabytes = (result.layerBytes / 1e6).toFixed(1);
    print(Deno.stdout, `${tag} ${result.digest} ${megabytes} MB in ${output}\n`);
  } else {
    throw new FlagError(["Cannot build: needs --output FILE.tar and --tag HOST/NAME:TAG"]);
  }
}

function print(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  stream.writeSync(new TextEncoder().encode(text));
}

try {
  await main();
} catch (error) {
  const problems = error instanceof FlagError ? error.problems : [(error as Error).message];
  for (const problem of problems) print(Deno.stderr, `${problem}\n`);
  Deno.exit(error instanceof FlagError ? 2 : 1);
}

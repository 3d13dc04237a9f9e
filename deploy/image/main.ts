/**
 * `deno task image`: builds the one image of all roles as an OCI archive, without a container engine; or only the folders of its
 * layers, of which the `Dockerfile` makes the same image.
 *
 * @module
 */
import { environmentOf } from "../../runtime/environment.ts";
import { FlagError, parseFlags, variablesOf } from "../../runtime/flags.ts";
import { exitCode } from "../../runtime/program.ts";
import { integer, nonEmpty, oneOf, value, valueOr } from "../../runtime/settings.ts";
import { buildImage, makeImageFolders } from "./build_image.ts";
import { parseTag } from "./oci_archive.ts";
import { OWN_PLATFORM, parsePlatforms, type Platform } from "./platform.ts";
import { readStamp } from "./stamp.ts";

const SETTINGS = {
  "output": value({ help: "Archive to write", placeholder: "FILE.tar", parse: nonEmpty }),
  "tag": value({ help: "Name of the image", placeholder: "HOST/NAME:TAG", parse: parseTag }),
  "sbom": value({
    help: "Write the bill of materials (CycloneDX JSON), too",
    placeholder: "FILE.json",
    parse: nonEmpty,
  }),
  "platform": valueOr<readonly Platform[]>(["amd64", "arm64"], {
    help: "What to build for",
    placeholder: "amd64,arm64",
    parse: parsePlatforms,
    defaultText: "amd64,arm64",
  }),
  "base": valueOr("packages", {
    help:
      "Where Deno and the C library come from: packages of npm and of this machine's Debian, or what this machine runs",
    placeholder: "packages|host",
    parse: oneOf("packages", "host"),
  }),
  "revision": value({
    help: "Commit that the image says it is from; without it, the checkout's",
    placeholder: "SHA",
    parse: nonEmpty,
  }),
  "source-url": value({
    help: "Where the image says that its source is",
    placeholder: "URL",
    parse: nonEmpty,
  }),
  "folders": value({
    help:
      "Write DIR/base and DIR/program, the two layers for this machine's platform, and no archive",
    placeholder: "DIR",
    parse: nonEmpty,
  }),
  "cache": value({
    help: "Folder that keeps downloads",
    env: "XDG_CACHE_HOME",
    envOnly: true,
    parse: nonEmpty,
  }),
  "home": value({
    help: "Downloads are in HOME/.cache where XDG_CACHE_HOME is not set",
    env: "HOME",
    envOnly: true,
    parse: nonEmpty,
  }),
  "source-date-epoch": value({
    help: "Time that the image bears, seconds since 1970; without it, the commit's",
    env: "SOURCE_DATE_EPOCH",
    envOnly: true,
    parse: integer(0, 253_402_300_799),
  }),
} as const;

const PROGRAM = {
  usage: "deno task image",
  about:
    "Builds the image of all roles for amd64 and arm64: --output and --tag, or --folders. The same commit and the same packages give the same digest.",
  settings: SETTINGS,
};
const SOURCE = new URL("../../", import.meta.url).pathname;

type Settings = NonNullable<ReturnType<typeof parseFlags<typeof SETTINGS>>["values"]>;

async function main(): Promise<void> {
  const env = environmentOf(variablesOf(SETTINGS), (name) => Deno.env.get(name));
  const { values, help } = parseFlags(PROGRAM, { args: Deno.args, env });
  if (values === undefined) return print(Deno.stdout, help);
  const from = {
    deno: Deno.execPath(),
    source: SOURCE,
    base: values.base,
    stamp: await readStamp(SOURCE, { ...values, url: values.sourceUrl }),
    downloads: { folder: `${values.cache ?? `${values.home ?? "/tmp"}/.cache`}/vm-dhcp/image` },
  };
  if (values.folders === undefined) return await build(values, from);
  const { bases } = await makeImageFolders(values.folders, { ...from, platforms: [OWN_PLATFORM] });
  await Deno.rename(bases[OWN_PLATFORM] ?? "", `${values.folders}/base`);
}

async function build(
  { output, tag, platform: platforms, sbom }: Settings,
  from: Omit<Parameters<typeof buildImage>[0], "output" | "tag" | "platforms">,
): Promise<void> {
  if (output === undefined || tag === undefined) {
    throw new FlagError(["Cannot build: needs --output FILE.tar and --tag HOST/NAME:TAG"]);
  }
  if (sbom !== undefined && from.base === "host") {
    throw new FlagError(["Cannot use --sbom with --base host: nobody knows what this machine has"]);
  }
  const result = await buildImage({ ...from, output, tag, platforms });
  if (sbom !== undefined) await Deno.writeTextFile(sbom, result.sbom);
  print(Deno.stdout, `${tag} ${result.digest} in ${output}\n`);
  for (const { architecture, digest, layerBytes } of result.images) {
    const megabytes = (layerBytes / 1e6).toFixed(1);
    print(Deno.stdout, `  linux/${architecture} ${digest} ${megabytes} MB\n`);
  }
}

function print(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  stream.writeSync(new TextEncoder().encode(text));
}

Deno.exit(await exitCode(main));

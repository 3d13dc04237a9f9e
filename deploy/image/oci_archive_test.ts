import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { createHash } from "node:crypto";
import { type ArchiveResult, parseTag, writeOciArchive } from "./oci_archive.ts";

const TAG = "localhost/vm-dhcp:0.1.0";
const CONFIG = {
  entrypoint: ["/usr/bin/deno"],
  env: ["PATH=/usr/bin"],
  workingDir: "/app",
  user: "65532:65532",
  labels: { "org.opencontainers.image.title": "vm-dhcp" },
};

/** Names one blob. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** A folder that is removed in the end. */
class Folder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "vm-dhcp-oci-" });

  /** Writes files into a folder below. */
  async layer(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const folder = `${this.path}/${name}`;
    await Deno.mkdir(folder);
    for (const [file, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${file}`, text);
    }
    return folder;
  }

  /** Writes the archive `<name>.tar` of some layers. */
  async archive(
    name: string,
    layers: readonly string[],
    architectures: readonly string[] = ["amd64"],
  ): Promise<ArchiveResult> {
    const workFolder = `${this.path}/${name}-work`;
    await Deno.mkdir(workFolder);
    return await writeOciArchive({
      images: architectures.map((architecture) => ({
        architecture,
        layers: layers.map((folder) => ({ folder, comment: "a layer" })),
      })),
      config: CONFIG,
      created: new Date(1_700_000_000_000),
      loaded: "amd64",
      tag: TAG,
      output: `${this.path}/${name}.tar`,
      workFolder,
    });
  }

  /** Unpacks the archive `<name>.tar`; the folder that it is in now. */
  async unpacked(name: string): Promise<string> {
    const folder = `${this.path}/${name}-unpacked`;
    await Deno.mkdir(folder);
    await run("tar", "--extract", `--file=${this.path}/${name}.tar`, `--directory=${folder}`);
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

async function run(program: string, ...args: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return stdout;
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function jsonIn(path: string): Promise<ReturnType<typeof JSON.parse>> {
  return JSON.parse(await Deno.readTextFile(path));
}

/** Path of a blob, whose size and digest are checked. */
async function blobOf(layout: string, { digest, size }: Descriptor): Promise<string> {
  const path = `${layout}/blobs/${digest.replace(":", "/")}`;
  const bytes = await Deno.readFile(path);
  deepStrictEqual({ digest: digestOf(bytes), size: bytes.length }, { digest, size });
  return path;
}

Deno.test("writeOciArchive writes an index, a manifest and a configuration whose digests are those of their blobs", async () => {
  await using folder = new Folder();
  const low = await folder.layer("low", { a: "1" });
  const high = await folder.layer("high", { b: "2" });
  const result = await folder.archive("image", [low, high]);
  const layout = await folder.unpacked("image");

  deepStrictEqual(await jsonIn(`${layout}/oci-layout`), { imageLayoutVersion: "1.0.0" });
  const { manifests: [entry] } = await jsonIn(`${layout}/index.json`);
  strictEqual(entry.digest, result.digest);
  strictEqual(entry.mediaType, "application/vnd.oci.image.index.v1+json");
  deepStrictEqual(entry.annotations, {
    "io.containerd.image.name": TAG,
    "org.opencontainers.image.ref.name": "0.1.0",
  });

  const { manifests: [image] } = await jsonIn(await blobOf(layout, entry));
  deepStrictEqual(image.platform, { architecture: "amd64", os: "linux" });
  strictEqual(image.digest, result.images[0]?.digest);
  const manifest = await jsonIn(await blobOf(layout, image));
  const layers: readonly Descriptor[] = manifest.layers;
  strictEqual(result.images[0]?.layerBytes, layers.reduce((sum, { size }) => sum + size, 0));
  const paths: string[] = [];
  for (const layer of layers) paths.push(await blobOf(layout, layer));

  const config = await jsonIn(await blobOf(layout, manifest.config));
  deepStrictEqual(config.config, {
    Entrypoint: CONFIG.entrypoint,
    Env: CONFIG.env,
    WorkingDir: "/app",
    User: "65532:65532",
    Labels: CONFIG.labels,
  });
  const tars = await Promise.all(paths.map((path) => run("gzip", "-dc", path)));
  deepStrictEqual(config.rootfs, { type: "layers", diff_ids: tars.map(digestOf) });
  const [first = ""] = paths;
  const names = new TextDecoder().decode(await run("tar", "--list", "--gzip", `--file=${first}`));
  deepStrictEqual(names.trim().split("\n"), ["./", "./a"]);
});

Deno.test("I4: writeOciArchive names the images of all platforms in one index, and a layer that they share is one blob", async () => {
  await using folder = new Folder();
  const only = await folder.layer("only", { a: "1" });
  const { digest, images } = await folder.archive("image", [only], ["arm64", "amd64"]);
  const layout = await folder.unpacked("image");
  const { manifests: [entry] } = await jsonIn(`${layout}/index.json`);
  const { manifests } = await jsonIn(await blobOf(layout, entry));
  const found = [];
  for (const image of manifests) {
    const { config, layers: [layer] } = await jsonIn(await blobOf(layout, image));
    const { architecture, created } = await jsonIn(await blobOf(layout, config));
    deepStrictEqual(image.platform, { architecture, os: "linux" });
    found.push([architecture, created, layer.digest]);
  }
  const [, , shared] = found[0] ?? [];
  deepStrictEqual(found, [
    ["amd64", "2023-11-14T22:13:20.000Z", shared],
    ["arm64", "2023-11-14T22:13:20.000Z", shared],
  ]);
  deepStrictEqual(
    images.map(({ digest }) => digest),
    manifests.map((one: Descriptor) => one.digest),
  );
  strictEqual((await folder.archive("other", [only], ["amd64", "arm64"])).digest, digest);
});

Deno.test("writeOciArchive writes what docker load reads, naming the same blobs", async () => {
  await using folder = new Folder();
  await folder.archive("image", [await folder.layer("only", { a: "1" })], ["arm64", "amd64"]);
  const layout = await folder.unpacked("image");
  const [loaded, ...others] = await jsonIn(`${layout}/manifest.json`);
  deepStrictEqual([loaded.RepoTags, others], [[TAG], []]);
  const { manifests: [entry] } = await jsonIn(`${layout}/index.json`);
  const { manifests: [image] } = await jsonIn(await blobOf(layout, entry));
  const manifest = await jsonIn(await blobOf(layout, image));
  const pathOf = ({ digest }: Descriptor) => `blobs/${digest.replace(":", "/")}`;
  strictEqual(loaded.Config, pathOf(manifest.config));
  deepStrictEqual(loaded.Layers, manifest.layers.map(pathOf));
});

Deno.test("writeOciArchive gives the same bytes for the same files, whenever and in whatever order they were written", async () => {
  await using folder = new Folder();
  const one = await folder.layer("one", { a: "1", b: "2" });
  const other = await folder.layer("other", { b: "2", a: "1" });
  await Deno.utime(`${other}/a`, 86_400, 86_400);
  deepStrictEqual(await folder.archive("first", [one]), await folder.archive("second", [other]));
  const [first, second] = await Promise.all(
    ["first", "second"].map((name) => Deno.readFile(`${folder.path}/${name}.tar`)),
  );
  deepStrictEqual(first, second);

  const changed = await folder.layer("changed", { a: "1", b: "3" });
  const { digest } = await folder.archive("third", [changed]);
  match(digest, /^sha256:[0-9a-f]{64}$/);
  strictEqual(digest === (await folder.archive("fourth", [one])).digest, false);
});

for (
  const [what, tag] of [
    ["without a host", "vm-dhcp:0.1.0"],
    ["without a tag", "localhost/vm-dhcp"],
    ["whose port is no tag", "localhost:5000/vm-dhcp"],
    ["with capitals in its name", "localhost/VM-DHCP:1"],
    ["that is empty", ""],
  ] as const
) {
  Deno.test(`parseTag refuses a reference ${what}`, () => {
    throws(() => parseTag(tag), {
      message: 'write a host, a name and a tag, such as "localhost/vm-dhcp:0.1.0"',
    });
  });
}

for (const tag of [TAG, "localhost:5000/a/vm-dhcp:1", "registry.example.com/vm-dhcp:v0.1.0"]) {
  Deno.test(`parseTag takes ${tag}`, () => strictEqual(parseTag(tag), tag));
}

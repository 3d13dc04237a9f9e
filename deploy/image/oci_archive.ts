/**
 * Writes an OCI image archive (OCI Image Layout in a tar file) from folders, without a container engine: one index with an image
 * for each platform. The archive also carries a `manifest.json`, so that `ctr images import`, `docker load` and `podman load` all take it.
 *
 * Source: OCI Image Format Specification 1.1 (image-layout, index, manifest, config).
 *
 * @module
 */
import { createHash } from "node:crypto";

/** What the container runs, and how. */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  /** `uid:gid`. */
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One platform's image. */
interface PlatformImage {
  /** `amd64` or `arm64`. */
  readonly architecture: string;
  /** Folders, one layer each, lowest first. A folder that several images have becomes one layer of all. */
  readonly layers: readonly { readonly folder: string; readonly comment: string }[];
}

/** What to write. */
interface ArchiveOptions {
  readonly images: readonly PlatformImage[];
  readonly config: ImageConfig;
  /** Time that the images bear. */
  readonly created: Date;
  /** Architecture of the image that `docker load` takes where it knows no index. */
  readonly loaded: string;
  /** Full reference with a host and a tag, such as `localhost/vm-dhcp:0.1.0`. */
  readonly tag: string;
  /** The archive's path. */
  readonly output: string;
  /** An empty folder for what is made on the way. */
  readonly workFolder: string;
}

/** What was written. */
export interface ArchiveResult {
  /** Digest of the index of all images, `sha256:...`: what the tag names. */
  readonly digest: string;
  readonly images: readonly {
    readonly architecture: string;
    /** Digest of the image's manifest. */
    readonly digest: string;
    /** Bytes of the compressed layers together. */
    readonly layerBytes: number;
  }[];
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** A layer that was written: its blob, and the digest of what is in that. */
interface Layer {
  readonly blob: Descriptor;
  readonly diffId: string;
}

/** An image that was written. */
interface Written {
  readonly architecture: string;
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

const OCI = "application/vnd.oci.image";

/**
 * Writes the archive. The same input gives the same bytes: names are sorted, times are zero, owners are root.
 *
 * @throws {Error} when `tar` or `gzip` fails.
 */
export async function writeOciArchive(options: ArchiveOptions): Promise<ArchiveResult> {
  const { workFolder, tag, loaded } = options;
  const layout = `${workFolder}/layout`;
  await Deno.mkdir(`${layout}/blobs/sha256`, { recursive: true });
  const known = new Map<string, Layer>();
  const images: Written[] = [];
  for (const image of sorted(options.images)) {
    images.push(await writeImage(image, { ...options, layout, known }));
  }
  const index = await addJson(layout, `${OCI}.index.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: images.map(({ manifest, architecture }) => ({
      ...manifest,
      platform: { architecture, os: "linux" },
    })),
  });
  await writeJson(`${layout}/oci-layout`, { imageLayoutVersion: "1.0.0" });
  await writeJson(`${layout}/index.json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: [{
      ...index,
      annotations: {
        "io.containerd.image.name": tag,
        "org.opencontainers.image.ref.name": tag.slice(tag.lastIndexOf(":") + 1),
      },
    }],
  });
  await writeJson(
    `${layout}/manifest.json`,
    images.filter(({ architecture }) => architecture === loaded).map(({ config, layers }) => ({
      Config: blobPath(config.digest),
      RepoTags: [tag],
      Layers: layers.map((layer) => blobPath(layer.digest)),
    })),
  );
  await run(tarCommand(layout, options.output));
  return {
    digest: index.digest,
    images: images.map(({ architecture, manifest, layers }) => ({
      architecture,
      digest: manifest.digest,
      layerBytes: layers.reduce((sum, layer) => sum + layer.size, 0),
    })),
  };
}

/** By architecture, so that the order in which they are asked for changes nothing. */
function sorted(images: readonly PlatformImage[]): readonly PlatformImage[] {
  return images.toSorted((one, other) => one.architecture < other.architecture ? -1 : 1);
}

async function writeImage(
  { architecture, layers: folders }: PlatformImage,
  { config: { entrypoint, env, workingDir, user, labels }, created, layout, known, workFolder }:
    & ArchiveOptions
    & { readonly layout: string; readonly known: Map<string, Layer> },
): Promise<Written> {
  const layers: Layer[] = [];
  for (const { folder } of folders) {
    const layer = known.get(folder) ??
      await writeLayer(folder, { layout, tar: `${workFolder}/layer-${known.size}.tar` });
    known.set(folder, layer);
    layers.push(layer);
  }
  const time = created.toISOString();
  const config = await addJson(layout, `${OCI}.config.v1+json`, {
    created: time,
    architecture,
    os: "linux",
    config: {
      Entrypoint: entrypoint,
      Env: env,
      WorkingDir: workingDir,
      User: user,
      Labels: labels,
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: folders.map(({ comment }) => ({ created: time, comment })),
  });
  const blobs = layers.map(({ blob }) => blob);
  const manifest = await addJson(layout, `${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config,
    layers: blobs,
  });
  return { architecture, manifest, config, layers: blobs };
}

async function writeLayer(
  folder: string,
  { layout, tar }: { readonly layout: string; readonly tar: string },
): Promise<Layer> {
  await run(tarCommand(folder, tar));
  const { digest: diffId } = await digestOf(tar);
  await run(["gzip", "--no-name", "--fast", "--force", tar]);
  return { diffId, blob: await addFile(layout, `${tar}.gz`, `${OCI}.layer.v1.tar+gzip`) };
}

/** The tag itself. Throws when it has no host (containerd and CRI-O want one), or no tag part. */
export function parseTag(tag: string): string {
  if (/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+:[\w][\w.-]{0,127}$/.test(tag)) return tag;
  throw new Error('write a host, a name and a tag, such as "localhost/vm-dhcp:0.1.0"');
}

function tarCommand(folder: string, output: string): string[] {
  return [
    "tar",
    "--create",
    "--sort=name",
    "--mtime=@0",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    "--format=gnu",
    `--file=${output}`,
    `--directory=${folder}`,
    ".",
  ];
}

async function run(command: readonly string[]): Promise<void> {
  const [program = "", ...args] = command;
  const { success, stderr } = await new Deno.Command(program, {
    args,
    stdout: "null",
    stderr: "piped",
  })
    .output();
  if (!success) {
    throw new Error(`Run ${command.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
  }
}

async function digestOf(path: string): Promise<{ digest: string; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  using file = await Deno.open(path);
  for await (const chunk of file.readable) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

async function addFile(layout: string, path: string, mediaType: string): Promise<Descriptor> {
  const { digest, size } = await digestOf(path);
  await Deno.rename(path, `${layout}/${blobPath(digest)}`);
  return { mediaType, digest, size };
}

async function addJson(layout: string, mediaType: string, value: unknown): Promise<Descriptor> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  await Deno.writeFile(`${layout}/${blobPath(digest)}`, bytes);
  return { mediaType, digest, size: bytes.length };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(value));
}

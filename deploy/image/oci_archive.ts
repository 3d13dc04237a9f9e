/**
 * Writes an OCI image archive (OCI Image Layout in a tar file) from folders, without a container engine. The archive also
 * carries a `manifest.json`, so that `ctr images import`, `docker load` and `podman load` all take it.
 *
 * Source: OCI Image Format Specification 1.1 (image-layout, manifest, config).
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

/** What to write. */
export interface ArchiveOptions {
  /** Folders, one layer each, lowest first. */
  readonly layers: readonly { readonly folder: string; readonly comment: string }[];
  readonly config: ImageConfig;
  /** Full reference with a host and a tag, such as `localhost/vm-dhcp:0.1.0`. */
  readonly tag: string;
  /** `amd64` or `arm64`. */
  readonly architecture: string;
  /** The archive's path. */
  readonly output: string;
  /** An empty folder for what is made on the way. */
  readonly workFolder: string;
}

/** What was written. */
export interface ArchiveResult {
  /** Digest of the image's manifest, `sha256:...`. */
  readonly digest: string;
  /** Bytes of the compressed layers together. */
  readonly layerBytes: number;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const OCI = "application/vnd.oci.image";

/**
 * Writes the archive. The same input gives the same bytes: names are sorted, times are zero, owners are root.
 *
 * @throws {Error} when `tar` or `gzip` fails.
 */
export async function writeOciArchive(options: ArchiveOptions): Promise<ArchiveResult> {
  const layout = `${options.workFolder}/layout`;
  await Deno.mkdir(`${layout}/blobs/sha256`, { recursive: true });

  const layers: Descriptor[] = [];
  const diffIds: string[] = [];
  for (const [index, layer] of options.layers.entries()) {
    const tar = `${options.workFolder}/layer-${index}.tar`;
    await run(tarCommand(layer.folder, tar));
    diffIds.push((await digestOf(tar)).digest);
    await run(["gzip", "--no-name", "--fast", "--force", tar]);
    layers.push(await addFile(layout, `${tar}.gz`, `${OCI}.layer.v1.tar+gzip`));
  }

  const config = await addJson(layout, `${OCI}.config.v1+json`, {
    architecture: options.architecture,
    os: "linux",
    config: {
      Entrypoint: options.config.entrypoint,
      Env: options.config.env,
      WorkingDir: options.config.workingDir,
      User: options.config.user,
      Labels: options.config.labels,
    },
    rootfs: { type: "layers", diff_ids: diffIds },
    history: options.layers.map((layer) => ({ comment: layer.comment })),
  });
  const manifest = await addJson(layout, `${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config,
    layers,
  });
  await writeJson(`${layout}/oci-layout`, { imageLayoutVersion: "1.0.0" });
  await writeJson(`${layout}/index.json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: [{
      ...manifest,
      platform: { architecture: options.architecture, os: "linux" },
      annotations: {
        "io.containerd.image.name": options.tag,
        "org.opencontainers.image.ref.name": options.tag.slice(options.tag.lastIndexOf(":") + 1),
      },
    }],
  });
  await writeJson(`${layout}/manifest.json`, [{
    Config: blobPath(config.digest),
    RepoTags: [options.tag],
    Layers: layers.map((layer) => blobPath(layer.digest)),
  }]);
  await run(tarCommand(layout, options.output));
  return {
    digest: manifest.digest,
    layerBytes: layers.reduce((sum, layer) => sum + layer.size, 0),
  };
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

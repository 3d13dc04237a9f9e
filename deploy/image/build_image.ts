/**
 * The one image of all roles: Deno, the C library it needs, the program's source with every dependency in Deno's cache, and
 * nothing else: no shell, no package manager.
 *
 * @module
 */
import { type BaseSource, makeBase, type Package } from "./base_folder.ts";
import type { Downloads } from "./downloads.ts";
import { type ArchiveResult, type ImageConfig, writeOciArchive } from "./oci_archive.ts";
import { OWN_PLATFORM, type Platform } from "./platform.ts";
import { APP, DENO_DIR, makeProgram } from "./program_folder.ts";
import { billOfMaterials } from "./sbom.ts";
import { type Stamp, stampLabels } from "./stamp.ts";

/** What the layers are made from. */
interface LayersOptions {
  /** Path of the running `deno`. */
  readonly deno: string;
  /** The checkout. */
  readonly source: string;
  readonly stamp: Stamp;
  readonly base: BaseSource;
  readonly downloads: Downloads;
}

/** What to build. */
interface BuildOptions extends LayersOptions {
  readonly platforms: readonly Platform[];
  /** Path of the archive to write. */
  readonly output: string;
  /** Reference with a host and a tag. */
  readonly tag: string;
}

/** What was built. */
interface BuildResult extends ArchiveResult {
  /** The bill of materials, CycloneDX JSON. */
  readonly sbom: string;
}

/** How a container of the image starts. The `Dockerfile` says the same. */
export const IMAGE_CONFIG: ImageConfig = {
  entrypoint: ["/usr/bin/deno"],
  env: ["PATH=/usr/bin", `DENO_DIR=${DENO_DIR}`, "DENO_NO_UPDATE_CHECK=1", "HOME=/tmp"],
  workingDir: APP,
  user: "65532:65532",
  labels: {
    "org.opencontainers.image.title": "vm-dhcp",
    "org.opencontainers.image.licenses": "Apache-2.0",
  },
};

/** Builds the image for each platform. The working folder is removed also when it fails. */
export async function buildImage(options: BuildOptions): Promise<BuildResult> {
  const { stamp, tag, platforms } = options;
  const workFolder = await Deno.makeTempDir({ prefix: "vm-dhcp-image-" });
  try {
    const { bases, program, packages } = await makeImageFolders(workFolder, options);
    const archive = await writeOciArchive({
      images: platforms.map((platform) => ({
        architecture: platform,
        layers: [
          { folder: bases[platform] ?? "", comment: `Deno ${Deno.version.deno} and the C library` },
          { folder: program, comment: "vm-dhcp and its dependencies" },
        ],
      })),
      config: { ...IMAGE_CONFIG, labels: { ...IMAGE_CONFIG.labels, ...stampLabels(stamp) } },
      created: stamp.created,
      loaded: platforms.includes(OWN_PLATFORM) ? OWN_PLATFORM : platforms[0] ?? OWN_PLATFORM,
      tag,
      output: options.output,
      workFolder,
    });
    const name = tag.slice(0, tag.lastIndexOf(":"));
    return { ...archive, sbom: billOfMaterials({ name, stamp, packages }) };
  } finally {
    await Deno.remove(workFolder, { recursive: true });
  }
}

/** The folders that become the image's layers, and what is in them. */
interface ImageFolders {
  /** Deno and the C library, by platform. */
  readonly bases: Readonly<Partial<Record<Platform, string>>>;
  /** The program and its dependencies. */
  readonly program: string;
  readonly packages: readonly Package[];
}

/** Makes `base-PLATFORM` and `program` below `folder`: what is in the image, for whoever makes layers of it. */
export async function makeImageFolders(
  folder: string,
  { platforms, deno, source, stamp, base: from, downloads }:
    & LayersOptions
    & Pick<BuildOptions, "platforms">,
): Promise<ImageFolders> {
  const bases: Partial<Record<Platform, string>> = {};
  const packages: Package[] = [];
  for (const platform of platforms) {
    const base = `${folder}/base-${platform}`;
    packages.push(...await makeBase(base, { platform, from, downloads, deno }));
    bases[platform] = base;
  }
  const program = `${folder}/program`;
  packages.push(...await makeProgram(program, { deno, source, revision: stamp.revision }));
  return { bases, program, packages };
}

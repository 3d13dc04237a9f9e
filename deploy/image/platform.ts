/**
 * The platforms that images are built for.
 *
 * @module
 */

/** A platform, as OCI names its architecture. */
export type Platform = "amd64" | "arm64";

/** What the names of a platform are elsewhere. */
interface PlatformNames {
  /** npm package that has Deno for it. */
  readonly denoPackage: string;
  /** The dynamic loader as programs name it. */
  readonly loader: string;
  /** Debian's folder of libraries. */
  readonly libraries: string;
  /** `e_machine` of its programs (ELF-64 Object File Format). */
  readonly elfMachine: number;
}

/** All of them. */
export const PLATFORMS: Readonly<Record<Platform, PlatformNames>> = {
  amd64: {
    denoPackage: "@deno/linux-x64-glibc",
    loader: "/lib64/ld-linux-x86-64.so.2",
    libraries: "/lib/x86_64-linux-gnu",
    elfMachine: 62,
  },
  arm64: {
    denoPackage: "@deno/linux-arm64-glibc",
    loader: "/lib/ld-linux-aarch64.so.1",
    libraries: "/lib/aarch64-linux-gnu",
    elfMachine: 183,
  },
};

/** That of this machine. */
export const OWN_PLATFORM: Platform = Deno.build.arch === "aarch64" ? "arm64" : "amd64";

/** Reads `amd64,arm64`. Throws for others, for none and for one named twice. */
export function parsePlatforms(text: string): readonly Platform[] {
  const names = text.split(",");
  const known = names.filter((name): name is Platform => Object.hasOwn(PLATFORMS, name));
  if (known.length !== names.length || new Set(names).size !== names.length) {
    throw new Error(`write each of ${Object.keys(PLATFORMS).join(", ")} at most once, with commas`);
  }
  return known;
}

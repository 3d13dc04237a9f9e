/**
 * The lower layer of the image: Deno and the C library of one platform.
 *
 * @module
 */
import { output } from "./command.ts";
import { downloadDebian, downloadDeno, type Downloads } from "./downloads.ts";
import { OWN_PLATFORM, type Platform, PLATFORMS } from "./platform.ts";

/**
 * Where a base comes from: `packages` of npm and of this machine's Debian, the same for every machine that builds; `host`: the
 * running Deno and the libraries that it has loaded, for this machine's platform alone.
 */
export type BaseSource = "packages" | "host";

/** A package that a layer has, for the bill of materials. */
export interface Package {
  readonly type: "deb" | "npm";
  /** With its scope. */
  readonly name: string;
  readonly version: string;
  /** The one whose image has it; unset: all. */
  readonly platform?: Platform;
  /** As the package itself names it. */
  readonly license?: string;
}

/** What of Debian's packages programs are linked with; with the resolver that the C library loads by itself. */
const LIBRARIES = /\/(lib(c|m|dl|rt|pthread|resolv|nss_dns|nss_files|gcc_s)\.so\.\d+)$/;
const DEBIAN_PACKAGES = ["libc6", "libgcc-s1"] as const;

/** Makes the folder; answers what is in it. */
export async function makeBase(
  folder: string,
  { platform, from, downloads, deno }: {
    readonly platform: Platform;
    readonly from: BaseSource;
    readonly downloads: Downloads;
    /** Path of the running `deno`. */
    readonly deno: string;
  },
): Promise<readonly Package[]> {
  await makeFiles(folder);
  if (from === "packages") return await fromPackages(folder, { platform, downloads });
  if (platform !== OWN_PLATFORM) {
    throw new Error(`Cannot build for ${platform} from what this ${OWN_PLATFORM} machine runs`);
  }
  await fromHost(folder, deno);
  return [];
}

/** What every Linux program expects. */
async function makeFiles(folder: string): Promise<void> {
  for (const name of ["usr/bin", "tmp", "etc"]) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  }
  await Deno.chmod(`${folder}/tmp`, 0o1777);
  await Deno.writeTextFile(
    `${folder}/etc/passwd`,
    "root:x:0:0:root:/:/sbin/nologin\nvm-dhcp:x:65532:65532::/tmp:/sbin/nologin\n",
  );
  await Deno.writeTextFile(`${folder}/etc/nsswitch.conf`, "hosts: files dns\n");
}

async function fromPackages(
  folder: string,
  { platform, downloads }: { readonly platform: Platform; readonly downloads: Downloads },
): Promise<readonly Package[]> {
  const { denoPackage, elfMachine, libraries, loader } = PLATFORMS[platform];
  const deno = await downloadDeno(denoPackage, downloads);
  await place(deno, `${folder}/usr/bin/deno`);
  await checkMachine(`${folder}/usr/bin/deno`, elfMachine);
  const packages: Package[] = [
    { type: "npm", name: denoPackage, version: Deno.version.deno, license: "MIT" },
  ];
  const unpacked = await Deno.makeTempDir({ prefix: "vm-dhcp-debian-" });
  try {
    for (
      const { path, name, version } of await downloadDebian(DEBIAN_PACKAGES, platform, downloads)
    ) {
      await output("dpkg-deb", ["--extract", path, unpacked]);
      packages.push({ type: "deb", name, version, platform });
    }
    // Where /usr is merged, the packages have their files there.
    const at = await isThere(`${unpacked}${libraries}`) ? libraries : `/usr${libraries}`;
    for await (const { name } of Deno.readDir(`${unpacked}${at}`)) {
      if (LIBRARIES.test(`/${name}`)) {
        await place(`${unpacked}${at}/${name}`, `${folder}${libraries}/${name}`);
      }
    }
    const loaderName = loader.slice(loader.lastIndexOf("/") + 1);
    await place(`${unpacked}${at}/${loaderName}`, `${folder}${loader}`);
  } finally {
    await Deno.remove(unpacked, { recursive: true });
  }
  return packages;
}

async function fromHost(folder: string, deno: string): Promise<void> {
  await place(deno, `${folder}/usr/bin/deno`);
  for (const library of await librariesOf(deno)) await place(library, `${folder}${library}`);
}

/** Copies what a path leads to, as a program. */
async function place(from: string, to: string): Promise<void> {
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(await Deno.realPath(from), to);
  await Deno.chmod(to, 0o755);
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Paths of the shared libraries that a program needs, as the dynamic loader names them. */
async function librariesOf(program: string): Promise<string[]> {
  const text = await output("ldd", [program]);
  const paths = [...text.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].flatMap((match) => match[1] ?? []);
  if (!paths.some((path) => path.includes("libc.so"))) {
    throw new Error(`Find the libraries of ${program}: ldd names no C library: ${text}`);
  }
  return paths;
}

/** Throws where a program is another platform's. */
async function checkMachine(program: string, wanted: number): Promise<void> {
  using file = await Deno.open(program);
  const head = new Uint8Array(20);
  await file.read(head);
  const found = new DataView(head.buffer).getUint16(18, true);
  if (found !== wanted) {
    throw new Error(`Cannot use ${program}: it is for ELF machine ${found}, not ${wanted}`);
  }
}

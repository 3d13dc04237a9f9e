/**
 * The one image of all roles: the Deno that builds it, the C library it needs, the program's source with every
 * dependency in Deno's cache, and nothing else: no shell, no package manager.
 *
 * @module
 */
import { type ArchiveResult, type ImageConfig, writeOciArchive } from "./oci_archive.ts";

/** What to build. */
export interface BuildOptions {
  /** Path of the archive to write. */
  readonly output: string;
  /** Reference with a host and a tag. */
  readonly tag: string;
  /** Path of the `deno` binary that goes into the image. */
  readonly deno: string;
  /** The checkout. */
  readonly source: string;
}

/** Folders and files of the checkout that the programs run from. */
export const PROGRAM: readonly string[] = [
  "deno.json",
  "deno.lock",
  "mod.ts",
  "core",
  "runtime",
  "kube",
  "controller",
  "webhook",
  "agent",
];
/** The programs in the image, whose modules and dependencies are cached. */
const ENTRY_POINTS = ["controller/main.ts", "webhook/main.ts", "agent/main.ts"];

const DENO_DIR = "/deno-dir";

/** How a container of the image starts. The `Dockerfile` says the same. */
export const IMAGE_CONFIG: ImageConfig = {
  entrypoint: ["/usr/bin/deno"],
  env: ["PATH=/usr/bin", `DENO_DIR=${DENO_DIR}`, "DENO_NO_UPDATE_CHECK=1", "HOME=/tmp"],
  workingDir: "/app",
  user: "65532:65532",
  labels: {
    "org.opencontainers.image.title": "vm-dhcp",
    "org.opencontainers.image.licenses": "Apache-2.0",
  },
};

/** The folders that become the image's layers, lowest first. */
export interface ImageFolders {
  /** Deno and the C library. */
  readonly base: string;
  /** The program and its dependencies. */
  readonly program: string;
}

/** Builds the image. The working folder is removed also when it fails. */
export async function buildImage(options: BuildOptions): Promise<ArchiveResult> {
  const workFolder = await Deno.makeTempDir({ prefix: "vm-dhcp-image-" });
  try {
    const { base, program } = await makeImageFolders(workFolder, options);
    return await writeOciArchive({
      layers: [
        { folder: base, comment: `Deno ${Deno.version.deno} and the C library` },
        { folder: program, comment: "vm-dhcp and its dependencies" },
      ],
      config: IMAGE_CONFIG,
      tag: options.tag,
      architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
      output: options.output,
      workFolder,
    });
  } finally {
    await Deno.remove(workFolder, { recursive: true });
  }
}

/** Makes `base` and `program` below `folder`: what is in the image, for whoever makes layers of it. */
export async function makeImageFolders(
  folder: string,
  { deno, source }: Pick<BuildOptions, "deno" | "source">,
): Promise<ImageFolders> {
  const folders = { base: `${folder}/base`, program: `${folder}/program` };
  await makeBase(folders.base, deno);
  await makeProgram(folders.program, { deno, source });
  return folders;
}

async function makeBase(folder: string, deno: string): Promise<void> {
  await Deno.mkdir(`${folder}/usr/bin`, { recursive: true });
  await Deno.mkdir(`${folder}/tmp`, { recursive: true });
  await Deno.chmod(`${folder}/tmp`, 0o1777);
  await Deno.mkdir(`${folder}/etc`, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/etc/passwd`,
    "root:x:0:0:root:/:/sbin/nologin\nvm-dhcp:x:65532:65532::/tmp:/sbin/nologin\n",
  );
  await Deno.writeTextFile(`${folder}/etc/nsswitch.conf`, "hosts: files dns\n");
  await Deno.copyFile(deno, `${folder}/usr/bin/deno`);
  await Deno.chmod(`${folder}/usr/bin/deno`, 0o755);
  for (const library of await librariesOf(deno)) {
    const target = `${folder}${library}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(await Deno.realPath(library), target);
  }
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

async function makeProgram(
  folder: string,
  options: Pick<BuildOptions, "deno" | "source">,
): Promise<void> {
  const app = `${folder}${IMAGE_CONFIG.workingDir}`;
  await Deno.mkdir(app, { recursive: true });
  for (const name of PROGRAM) await copyProgram(`${options.source}/${name}`, `${app}/${name}`);
  await leaveOutUnused(app, options.deno);
  await fillCache(`${folder}${DENO_DIR}`, { app, deno: options.deno });
}

/**
 * Puts the npm packages into Deno's cache, and the JavaScript of every module: a container cannot write it, and would make it anew
 * at each start. Deno keeps it by the module's path, which is another one here than in the image, and writes that path into the
 * source maps: `/proc/self/cwd` is the same wherever the image is built.
 */
async function fillCache(
  denoDir: string,
  { app, deno }: { readonly app: string; readonly deno: string },
): Promise<void> {
  const here = "/proc/self/cwd";
  const env = { DENO_DIR: denoDir, DENO_NO_UPDATE_CHECK: "1" };
  await output(deno, ["cache", ...ENTRY_POINTS.map((path) => `${here}/${path}`)], {
    cwd: app,
    env,
  });
  const files = `${denoDir}/gen/file`;
  await Deno.rename(`${files}${here}`, `${files}${IMAGE_CONFIG.workingDir}`);
  await Deno.remove(`${files}/proc`, { recursive: true });
  // Databases that Deno can only use where it may write.
  for await (const { name } of Deno.readDir(denoDir)) {
    if (name.includes("_cache_v")) await Deno.remove(`${denoDir}/${name}`);
  }
}

/** Leaves out of `deno.json` the packages that only tests and tools import: Deno would put every one into its cache. */
async function leaveOutUnused(app: string, deno: string): Promise<void> {
  const used = new Set<string>();
  for (const entryPoint of ENTRY_POINTS) {
    const graph = JSON.parse(await output(deno, ["info", "--json", entryPoint], { cwd: app }));
    for (const { dependencies = [] } of graph.modules as readonly Module[]) {
      for (const { specifier } of dependencies) used.add(specifier);
    }
  }
  const config = JSON.parse(await Deno.readTextFile(`${app}/deno.json`));
  const imports = Object.entries(config.imports).filter(([name]) =>
    [...used].some((specifier) => specifier === name || specifier.startsWith(`${name}/`))
  );
  const { version, unstable } = config;
  const kept = { version, unstable, imports: Object.fromEntries(imports), lock: "deno.lock" };
  await Deno.writeTextFile(`${app}/deno.json`, JSON.stringify(kept));
}

/** What is read of `deno info --json`. */
interface Module {
  readonly dependencies?: readonly { readonly specifier: string }[];
}

/** Copies what runs: no tests, no benches. */
async function copyProgram(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (/_(test|bench)\.ts$|^fixtures$/.test(entry.name)) continue;
    await copyProgram(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
}

async function output(
  program: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, ...options })
    .output();
  if (!success) {
    throw new Error(`Run ${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return new TextDecoder().decode(stdout);
}

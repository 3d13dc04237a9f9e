/**
 * Finds etcd, kube-apiserver, kube-controller-manager and kubectl; builds what is missing, once per machine.
 *
 * @module
 */
import { installPrograms } from "../../tools/install.ts";
import { cacheFolder as cacheOfAll } from "../../tools/install/cache.ts";
import { EXTERNAL_PROGRAMS } from "../../tools/install/packages.ts";
import { findProgram, mustRun } from "./command.ts";
import { buildArguments, writeModule } from "./go_module.ts";
import { KUBERNETES_PROGRAMS, KUBERNETES_VERSION, type KubernetesProgram } from "./versions.ts";

/** Paths of the programs. */
export interface Programs extends Readonly<Record<typeof KUBERNETES_PROGRAMS[number], string>> {
  readonly etcd: string;
}

/** Tells somebody who waits what happens. */
export type Progress = (line: string) => void;

/** Where built programs are kept: outside the checkout, by version. */
export function cacheFolder(version: string = KUBERNETES_VERSION): string {
  return `${cacheOfAll()}/kube-${version}`;
}

/**
 * Finds the programs. `KUBEBUILDER_ASSETS` names a folder that has etcd, kube-apiserver and kubectl; what it lacks, and
 * everything without it, comes from the cache, where it is built with the Go toolchain first if it is missing (four minutes
 * on two cores). Throws with what to install where Go or etcd is missing.
 */
export async function findPrograms(progress: Progress = () => {}): Promise<Programs> {
  const assets = Deno.env.get("KUBEBUILDER_ASSETS");
  const given = new Map<string, string>();
  if (assets !== undefined && assets !== "") {
    for (const program of ["etcd", ...KUBERNETES_PROGRAMS]) {
      if (await exists(`${assets}/${program}`)) given.set(program, `${assets}/${program}`);
    }
  }
  const wanted = KUBERNETES_PROGRAMS.filter((program) => !given.has(program));
  const built = wanted.length === 0
    ? new Map<string, string>()
    : await buildMissing(wanted, progress);
  const pathOf = (program: KubernetesProgram) =>
    given.get(program) ?? built.get(program) ?? program;
  return {
    etcd: given.get("etcd") ?? await findEtcd(progress),
    "kube-apiserver": pathOf("kube-apiserver"),
    "kube-controller-manager": pathOf("kube-controller-manager"),
    kubectl: pathOf("kubectl"),
  };
}

/** Path of etcd; installed first where it is missing. */
export async function findEtcd(progress: Progress): Promise<string> {
  await installPrograms(EXTERNAL_PROGRAMS.filter((one) => one.program === "etcd"), progress);
  const found = await findProgram("etcd");
  if (found !== undefined) return found;
  throw new Error(
    "Cannot find etcd: install it, or name a folder with etcd, kube-apiserver and kubectl in KUBEBUILDER_ASSETS",
  );
}

/** Paths of Kubernetes' programs in the cache; builds what it lacks. A lock keeps two processes from building at once. */
export async function buildMissing(
  wanted: readonly KubernetesProgram[],
  progress: Progress,
  version: string = KUBERNETES_VERSION,
): Promise<Map<string, string>> {
  const cache = cacheFolder(version);
  const paths = new Map(wanted.map((program) => [program, `${cache}/${program}`]));
  const missing = async () => {
    const absent: KubernetesProgram[] = [];
    for (const [program, path] of paths) if (!await exists(path)) absent.push(program);
    return absent;
  };
  if ((await missing()).length === 0) return paths;
  await Deno.mkdir(cache, { recursive: true });
  using lock = await Deno.open(`${cache}/.lock`, { create: true, write: true });
  await lock.lock(true);
  try {
    const absent = await missing();
    if (absent.length > 0) await build(absent, { cache, progress, version });
  } finally {
    await lock.unlock();
  }
  return paths;
}

async function build(
  programs: readonly KubernetesProgram[],
  { cache, progress, version }: {
    readonly cache: string;
    readonly progress: Progress;
    readonly version: string;
  },
): Promise<void> {
  const go = await findProgram("go");
  if (go === undefined) {
    throw new Error(
      `Cannot build Kubernetes ${version}: the Go toolchain is missing; install Go 1.26, or name a folder with etcd, kube-apiserver and kubectl in KUBEBUILDER_ASSETS`,
    );
  }
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-kube-" });
  try {
    progress(`Fetching the sources of Kubernetes ${version}`);
    await writeModule(go, { version, folder });
    for (const program of programs) {
      progress(`Building ${program} ${version} (once per machine, minutes)`);
      const unfinished = `${cache}/.${program}.unfinished`;
      await mustRun(go, buildArguments(program, { version, output: unfinished }), {
        cwd: folder,
        env: { CGO_ENABLED: "0" },
      });
      await Deno.rename(unfinished, `${cache}/${program}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Finds what a whole node runs: Kubernetes' programs and Multus, built once from Go modules and kept outside the checkout, and
 * Debian's etcd, containerd, runc and CNI plugins, installed when missing.
 *
 * @module
 */
import { EXTERNAL_PROGRAMS } from "../../tools/install/packages.ts";
import { installPrograms } from "../../tools/install.ts";
import { findProgram, mustRun } from "../real/command.ts";
import { buildMissing, cacheFolder, type Progress } from "../real/programs.ts";
import { KUBERNETES_PROGRAMS, NODE_PROGRAMS } from "../real/versions.ts";

/** The proxy of Go modules serves this version, not the list of versions. */
const MULTUS_VERSION = "v4.2.2";
const MULTUS_MODULE = "gopkg.in/k8snetworkplumbingwg/multus-cni.v4";
/** Where Debian's package puts the CNI plugins. */
const DEBIAN_CNI_PLUGINS = "/usr/lib/cni";

/** What a node runs. */
export interface NodePrograms {
  /** Program name -> path. */
  readonly paths: Readonly<Record<string, string>>;
  /** Folder of the CNI plugins, Multus among them. */
  readonly cniPlugins: string;
}

/** Finds, installs or builds everything. Throws with what to install where that is not possible. */
export async function findNodePrograms(progress: Progress = () => {}): Promise<NodePrograms> {
  await installPrograms(EXTERNAL_PROGRAMS.filter((one) => one.for !== "bench"), progress);
  const built = await buildMissing([...KUBERNETES_PROGRAMS, ...NODE_PROGRAMS], progress);
  const paths = Object.fromEntries(built);
  for (const name of ["etcd", "containerd", "ctr"]) {
    const path = await findProgram(name);
    if (path === undefined) throw new Error(`Cannot find ${name} after its installation`);
    paths[name] = path;
  }
  return { paths, cniPlugins: await cniPlugins(progress) };
}

/** A folder with Debian's plugins and Multus. */
async function cniPlugins(progress: Progress): Promise<string> {
  const folder = `${cacheFolder()}/cni`;
  await Deno.mkdir(folder, { recursive: true });
  for await (const plugin of Deno.readDir(DEBIAN_CNI_PLUGINS)) {
    const link = `${folder}/${plugin.name}`;
    await Deno.remove(link).catch(() => {});
    await Deno.symlink(`${DEBIAN_CNI_PLUGINS}/${plugin.name}`, link);
  }
  const multus = `${folder}/multus-${MULTUS_VERSION}`;
  if (!(await Deno.stat(multus).then(() => true, () => false))) await buildMultus(multus, progress);
  await Deno.remove(`${folder}/multus`).catch(() => {});
  await Deno.symlink(multus, `${folder}/multus`);
  return folder;
}

async function buildMultus(output: string, progress: Progress): Promise<void> {
  const go = await findProgram("go");
  if (go === undefined) throw new Error("Cannot build Multus: the Go toolchain is missing");
  progress(`Building Multus ${MULTUS_VERSION} (once per machine)`);
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-multus-" });
  try {
    const command = `${MULTUS_MODULE}/cmd/multus`;
    await Deno.writeTextFile(
      `${folder}/go.mod`,
      `module vm-dhcp.test/multus\ngo 1.24\nrequire ${MULTUS_MODULE} ${MULTUS_VERSION}\n`,
    );
    await Deno.writeTextFile(
      `${folder}/tools.go`,
      `//go:build tools\n\npackage tools\n\nimport _ "${command}"\n`,
    );
    await mustRun(go, ["mod", "tidy"], { cwd: folder });
    const unfinished = `${output}.unfinished`;
    await mustRun(go, ["build", "-trimpath", "-ldflags", "-s -w", "-o", unfinished, command], {
      cwd: folder,
      env: { CGO_ENABLED: "0" },
    });
    await Deno.rename(unfinished, output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

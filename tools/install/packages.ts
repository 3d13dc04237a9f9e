/**
 * The programs that tests, benches and the demo run, and the Debian packages that have them.
 *
 * @module
 */

/** A program outside this repository. */
export interface ExternalProgram {
  readonly program: string;
  /** Debian's package. */
  readonly package: string;
  /** Who needs it. */
  readonly for: "test" | "bench" | "cluster";
}

/** Every program that is run. */
export const EXTERNAL_PROGRAMS: readonly ExternalProgram[] = [
  { program: "ip", package: "iproute2", for: "test" },
  { program: "unshare", package: "util-linux", for: "test" },
  { program: "ping", package: "iputils-ping", for: "test" },
  { program: "etcd", package: "etcd-server", for: "test" },
  { program: "udhcpc", package: "udhcpc", for: "test" },
  { program: "dhclient", package: "isc-dhcp-client", for: "test" },
  { program: "dhcpcd", package: "dhcpcd-base", for: "test" },
  { program: "containerd", package: "containerd", for: "cluster" },
  { program: "ctr", package: "containerd", for: "cluster" },
  { program: "runc", package: "runc", for: "cluster" },
  { program: "host-local", package: "containernetworking-plugins", for: "cluster" },
  { program: "nft", package: "nftables", for: "cluster" },
  { program: "conntrack", package: "conntrack", for: "cluster" },
  { program: "openssl", package: "openssl", for: "cluster" },
  { program: "pgrep", package: "procps", for: "cluster" },
  { program: "cc", package: "gcc", for: "cluster" },
  { program: "cc", package: "libc6-dev", for: "cluster" },
  { program: "kea-dhcp4", package: "kea-dhcp4-server", for: "bench" },
];

/** What is looked for besides PATH: Debian keeps network programs where only root's PATH leads. */
const SYSTEM_FOLDERS = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
  "/usr/lib/cni",
];

/** The programs of `wanted` that no folder of `path` (as in `PATH`) and no system folder has. */
export async function missingPrograms(
  wanted: readonly ExternalProgram[],
  path: string,
): Promise<readonly ExternalProgram[]> {
  const folders = [
    ...new Set([...path.split(":").filter((folder) => folder !== ""), ...SYSTEM_FOLDERS]),
  ];
  const missing: ExternalProgram[] = [];
  for (const one of wanted) {
    const found = await Promise.all(folders.map((folder) => isFile(`${folder}/${one.program}`)));
    if (!found.includes(true)) missing.push(one);
  }
  return missing;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

/** The command that installs packages. */
export function installCommand(packages: readonly string[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${packages.join(" ")}`;
}

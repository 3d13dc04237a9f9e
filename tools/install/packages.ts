/**
 * The programs that tests, benches and the demo run, and the Debian packages that have them.
 *
 * @module
 */

import { unpackedFolder } from "./unpack.ts";

/** A program outside this repository. */
export interface ExternalProgram {
  readonly program: string;
  /** Debian's package. */
  readonly package: string;
  /** Who needs it. */
  readonly for: "test" | "bench" | "cluster";
  /** Paths in the package, `*` for anything, where these are all that is needed of it: it is unpacked and not installed. */
  readonly unpacked?: readonly string[];
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
  { program: "busybox", package: "busybox", for: "test" },
  { program: "systemd-networkd", package: "systemd", for: "test" },
  { program: "dbus-daemon", package: "dbus-daemon", for: "test" },
  { program: "NetworkManager", package: "network-manager", for: "test" },
  { program: "pkill", package: "procps", for: "test" },
  { program: "nmap", package: "nmap", for: "test" },
  { program: "perfdhcp", package: "kea-admin", for: "test" },
  { program: "qemu-system-x86_64", package: "qemu-system-x86", for: "test" },
  { program: "pxe-e1000.rom", package: "ipxe-qemu", for: "test" },
  { program: "snponly.efi", package: "ipxe", for: "test" },
  { program: "OVMF_CODE_4M.fd", package: "ovmf", for: "test" },
  // Installed, the one would remove BusyBox, and this machine would boot the other.
  {
    program: "busybox",
    package: "busybox-static",
    for: "test",
    unpacked: ["./bin/busybox"],
  },
  {
    program: "vmlinuz",
    package: "linux-image-cloud-amd64",
    for: "test",
    unpacked: [
      "./boot/vmlinuz-*",
      "./lib/modules/*/drivers/virtio/*.ko",
      "./lib/modules/*/failover.ko",
      "./lib/modules/*/net_failover.ko",
      "./lib/modules/*/virtio_net.ko",
    ],
  },
  // Installed, it would bring a server that starts with the machine.
  { program: "promtool", package: "prometheus", for: "test", unpacked: ["./usr/bin/promtool"] },
  { program: "cc", package: "gcc", for: "test" },
  { program: "cc", package: "libc6-dev", for: "test" },
  { program: "dnsmasq", package: "dnsmasq-base", for: "test" },
  { program: "tshark", package: "tshark", for: "test" },
  { program: "dhcpd", package: "isc-dhcp-server", for: "test" },
  { program: "kea-dhcp4", package: "kea-dhcp4-server", for: "test" },
  { program: "qemu-aarch64-static", package: "qemu-user-static", for: "test" },
  { program: "chromium", package: "chromium", for: "test" },
  { program: "containerd", package: "containerd", for: "cluster" },
  { program: "ctr", package: "containerd", for: "cluster" },
  { program: "runc", package: "runc", for: "cluster" },
  { program: "host-local", package: "containernetworking-plugins", for: "cluster" },
  { program: "nft", package: "nftables", for: "cluster" },
  { program: "conntrack", package: "conntrack", for: "cluster" },
  { program: "openssl", package: "openssl", for: "cluster" },
  { program: "pgrep", package: "procps", for: "cluster" },
  { program: "dhcpd", package: "isc-dhcp-server", for: "bench" },
  { program: "dnsmasq", package: "dnsmasq-base", for: "bench" },
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
  "/usr/lib/systemd",
  "/usr/lib/ipxe",
  "/usr/lib/ipxe/qemu",
  "/usr/share/OVMF",
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
    const paths = one.unpacked === undefined
      ? folders.map((folder) => `${folder}/${one.program}`)
      : [unpackedFolder(one.package)];
    const found = await Promise.all(paths.map((path) => exists(path, one.unpacked !== undefined)));
    if (!found.includes(true)) missing.push(one);
  }
  return missing;
}

async function exists(path: string, isFolder: boolean): Promise<boolean> {
  try {
    const { isDirectory, isFile } = await Deno.stat(path);
    return isFolder ? isDirectory : isFile;
  } catch {
    return false;
  }
}

/** The command that installs packages. */
export function installCommand(packages: readonly string[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${packages.join(" ")}`;
}

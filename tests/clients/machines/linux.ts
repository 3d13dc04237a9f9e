/**
 * A Linux that is nothing but Debian's kernel and a BusyBox that gets an address: what a virtual machine boots.
 *
 * @module
 */
import { run } from "../../network/command.ts";
import { unpackedFolder } from "../../../tools/install/unpack.ts";

/** Each needs those before it. */
const MODULES = [
  "virtio_ring",
  "virtio",
  "virtio_pci_legacy_dev",
  "virtio_pci_modern_dev",
  "virtio_pci",
  "failover",
  "net_failover",
  "virtio_net",
];

/** What udhcpc runs: it sets what it was told, and prints what the kernel then has. */
const SCRIPT = `#!/bin/sh
event=$1
case $event in
deconfig)
  ip -4 address flush dev $interface
  ip link set $interface up
  ;;
bound | renew)
  ip address replace $ip/$mask dev $interface
  ip link set $interface mtu \${mtu:-1500}
  hostname \${hostname:-unnamed}
  # RFC 3442: who has been given these takes no notice of the router.
  set -- \${staticroutes:-0.0.0.0/0 $router}
  while [ $# -gt 0 ]; do
    ip route replace $1 via $2
    shift 2
  done
  : > /etc/resolv.conf
  for server in $dns; do echo "nameserver $server" >> /etc/resolv.conf; done
  ;;
*) exit ;;
esac
echo "has address $(ip -o -4 address show dev $interface | awk '{ print $4 }')"
echo "has MTU $(cat /sys/class/net/$interface/mtu)"
echo "has host name $(hostname)"
ip route | sed 's/^/has route /'
sed 's/^/has /' /etc/resolv.conf
echo "has been told: $event"
`;

/** A word `then=release` on the kernel's command line arrives as a variable. */
const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in ${MODULES.join(" ")}; do insmod /modules/$module.ko; done
ip link set lo up
ip link set eth0 up
udhcpc -f -i eth0 -A 1 -T 1 -t 10 -O mtu -O staticroutes -s /bin/udhcpc.script &
client=$!
if [ "$then" = release ]; then
  while ! ip route | grep -q 10.0.0.0/8; do sleep 0.2; done
  # The packet needs the server's hardware address, and nobody waits for that on a link without address.
  ping -c 1 -W 5 192.168.48.77 > /dev/null
  kill -USR2 $client
  while ip -4 address show dev eth0 | grep -q inet; do sleep 0.2; done
  echo "has no address any more"
fi
sleep 1000
`;

/** Arguments of QEMU that boot it, with further words on the kernel's command line. The archive is made in `folder`. */
export async function linuxArguments(folder: string, words = ""): Promise<string[]> {
  const kernel = unpackedFolder("linux-image-cloud-amd64");
  const busybox = `${unpackedFolder("busybox-static")}/bin/busybox`;
  const root = `${folder}/root`;
  for (const name of ["bin", "dev", "etc", "modules", "proc", "sys"]) {
    await Deno.mkdir(`${root}/${name}`, { recursive: true });
  }
  await Deno.copyFile(busybox, `${root}/bin/busybox`);
  for (const [path, text] of [["init", INIT], ["bin/udhcpc.script", SCRIPT]]) {
    await Deno.writeTextFile(`${root}/${path}`, text ?? "", { mode: 0o755 });
  }
  const files = (await run("find", kernel, "-type", "f")).trim().split("\n");
  const fileOf = (end: RegExp): string => {
    const found = files.find((file) => end.test(file));
    if (found === undefined) throw new Error(`Cannot find ${end} in ${kernel}: deno task setup`);
    return found;
  };
  for (const name of MODULES) {
    await Deno.copyFile(fileOf(new RegExp(`/${name}\\.ko$`)), `${root}/modules/${name}.ko`);
  }
  const pack = 'cd "$1" && find . | "$2" cpio -o -H newc > ../initramfs';
  await run("sh", "-ec", pack, "sh", root, busybox);
  const initramfs = `${folder}/initramfs`;
  const line = `console=ttyS0 quiet panic=-1 ${words}`;
  return ["-kernel", fileOf(/\/vmlinuz-[^/]+$/), "-initrd", initramfs, "-append", line];
}

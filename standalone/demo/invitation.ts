/**
 * What to try while the demo stays up.
 *
 * @module
 */
import { SERVER_URL } from "./server.ts";

/** What the commands depend on. */
interface InvitationOptions {
  /** Process id of the demo as the host counts it. */
  readonly hostPid: string;
  readonly rootless: boolean;
  /** The folder that is watched. */
  readonly manifests: string;
}

/**
 * Lines that say what to try from another terminal. The demo's namespaces are private: every command enters them first.
 * Lines that begin with `  $ ` are commands.
 */
export function invitation({ hostPid, rootless, manifests }: InvitationOptions): string[] {
  const user = rootless ? " --user --preserve-credentials" : "";
  const enter = `nsenter --target ${hostPid}${user} --net --mount --pid`;
  const kubectl = `${enter} kubectl --server ${SERVER_URL}`;
  const machine = "/run/vm-dhcp-demo/machines/test-vm/eth0";
  return [
    `It goes on. Try it from another terminal, ${rootless ? "as the same user" : "as root"}:`,
    "",
    "Look at the objects (any kubectl will do):",
    `  $ ${kubectl} get ippl,vmnetcfgs,vms -A`,
    `  $ ${kubectl} describe ippl net-48`,
    `  $ ${kubectl} get events -A`,
    "Look at a machine and its lease:",
    `  $ ${enter} ip -n test-vm address show dev eth0`,
    `  $ ${enter} cat ${machine}/lease`,
    "Edit a manifest, have the machine renew, and see its resolv.conf:",
    `  $ ${enter} sed -i s/9.9.9.9/1.0.0.1/ ${manifests}/net-48.yaml`,
    `  $ ${enter} sh -c 'kill -USR1 $(cat ${machine}/pid)'`,
    `  $ ${enter} cat ${machine}/resolv.conf`,
    "Follow the server:",
    `  $ ${enter} tail -n 20 /run/vm-dhcp-demo/server.log`,
    `  $ ${enter} busybox wget -q -O - ${SERVER_URL}/metrics`,
    "",
    "Ctrl-C ends it; nothing is left on this machine.",
  ];
}

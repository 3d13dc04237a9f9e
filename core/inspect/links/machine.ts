/**
 * The first two links: the VM runs, and its NIC is one that can get an address.
 *
 * @module
 */
import { isRunning } from "../../ipam/vm/vm_state.ts";
import { nicKey, wantedNics } from "../../vmnetcfg/nics.ts";
import { vmKeyOf } from "../../vmnetcfg/vm_owner.ts";
import { advised } from "../advice.ts";
import type { Link } from "../chain.ts";
import type { NicFacts } from "../nic_facts.ts";
import { nameOf } from "../world.ts";

const ENDED: ReadonlySet<string> = new Set(["Succeeded", "Failed"]);

/** Whether the VM runs; `undefined` where no VM is known. */
export function vmLink(facts: NicFacts): Link | undefined {
  const { vm, vmi, config, world } = facts;
  if (vm === undefined) {
    const key = config === undefined ? undefined : vmKeyOf(config);
    // Where there are no VMs at all, as on one host, machines are others'.
    if (key === undefined || world.vms.length === 0) return undefined;
    return link(key, {
      state: "off",
      reason: "NoVirtualMachine",
      says: `VirtualMachine ${key} is not there; its addresses are kept for it`,
    });
  }
  const key = nameOf(vm);
  if (facts.unreadable !== undefined) {
    const reason = "InvalidVirtualMachine";
    return link(key, { state: "broken", reason, says: facts.unreadable, ...advised(reason) });
  }
  if (vm.metadata.deletionTimestamp !== undefined) {
    return link(key, { state: "off", reason: "Deleting", says: "It is being deleted" });
  }
  const phase = vmi?.status?.phase ?? "";
  if (!isRunning(vm, vmi) || ENDED.has(phase)) {
    return link(key, { state: "off", reason: "Stopped", says: "It is stopped", todo: "Start it." });
  }
  if (phase === "Running") return link(key, { state: "ok", says: "It runs" });
  if (vmi === undefined) {
    return link(key, {
      state: "unknown",
      reason: "NoInstance",
      says: "It is to run, and has no VirtualMachineInstance",
      todo: `Look at its Events: kubectl -n ${vm.metadata.namespace ?? ""} describe vm ${
        vm.metadata.name ?? ""
      }`,
    });
  }
  return link(key, {
    state: "broken",
    reason: "NotStarted",
    says: `It does not run yet: its VirtualMachineInstance is ${phase === "" ? "new" : phase}`,
    todo:
      `Look at the Events of its pod; where a bridge is missing on the node, they say so: kubectl -n ${
        vm.metadata.namespace ?? ""
      } describe pod -l vm.kubevirt.io/name=${vm.metadata.name ?? ""}`,
  });

  function link(name: string, rest: Omit<Link, "kind" | "name">): Link {
    return { kind: "VM", name, ...rest };
  }
}

const WHO_OPTED_OUT = {
  namespace:
    'The label network.harvesterhci.io/managed-dhcp of the namespace is "false": none of its VMs gets addresses',
  vm:
    'The annotation network.harvesterhci.io/managed-dhcp of the VM is "false": it gets no addresses',
  nic:
    "The annotation network.harvesterhci.io/managed-dhcp of the VM names the NIC: it gets no address",
} as const;

/** Problems that leave a NIC out altogether, most telling first. */
const FATAL = ["InvalidNetworkName", "DuplicateNic", "DuplicateMAC", "TooManyNics"] as const;

/** Whether the NIC can get an address; `undefined` where an address alone was asked about. */
export function nicLink(facts: NicFacts): Link | undefined {
  const { vm, config, nic, network, macAddress, optedOut, problems, address } = facts;
  if (facts.unreadable !== undefined || address !== undefined) return undefined;
  const name = nic ?? macAddress ?? "";
  const link = (rest: Omit<Link, "kind" | "name">): Link => ({ kind: "NIC", name, ...rest });
  if (vm === undefined && config === undefined) {
    return link({
      state: "broken",
      reason: "UnknownMac",
      says: `No VM and no vmnetcfg has MAC address ${macAddress ?? ""}`,
      todo:
        "Compare it with kubectl get vmnetcfgs -o wide: a guest may have changed its MAC address. A machine that is no VM gets an address by a vmnetcfg of its own.",
    });
  }
  if (optedOut !== undefined) {
    return link({
      state: "off",
      reason: "OptedOut",
      says: WHO_OPTED_OUT[optedOut.by],
      todo: optedOut.by === "nic"
        ? "If it is to have an address, take the NIC out of the annotation."
        : 'If it is to have an address, remove the "false".',
    });
  }
  const fatal = FATAL.map((reason) => problems.find((problem) => problem.reason === reason))
    .find((problem) => problem !== undefined);
  if (fatal !== undefined && network === undefined) {
    const { reason, message: says } = fatal;
    return link({ state: "broken", reason, says, ...advised(reason) });
  }
  if (network === undefined) {
    const what = vm === undefined ? "The vmnetcfg" : "The VM";
    return link({
      state: "broken",
      reason: "NoNic",
      says: `${what} has no NIC on a network of Multus; the pod network is not ours`,
      todo:
        "Give it a NIC with networks[].multus.networkName, the name of a NetworkAttachmentDefinition.",
    });
  }
  if (macAddress === undefined) {
    const problem = problems.find(({ reason }) => reason === "InvalidMacAddress");
    if (problem !== undefined) {
      const { reason, message: says } = problem;
      return link({ state: "broken", reason, says, ...advised(reason) });
    }
    return link({
      state: "broken",
      reason: "MacUnknown",
      says: "Nobody has said its MAC address yet: KubeVirt makes one up when the VM starts",
      todo: "Start the VM, or better write macAddress into the VM: so it stays the same.",
    });
  }
  const wanted = problems.find(({ reason }) => reason === "InvalidAddress");
  if (wanted !== undefined && facts.pool !== undefined && !isListed(facts)) {
    const { reason, message: says } = wanted;
    return link({ state: "broken", reason, says, ...advised(reason) });
  }
  return link({ state: "ok", says: `It has MAC address ${macAddress} on ${network}` });
}

/** Whether an object asks for the NIC: one whose wanted address cannot be read is not put into it anew. */
function isListed({ config, network = "", macAddress = "" }: NicFacts): boolean {
  const key = nicKey(network, macAddress);
  return config !== undefined && wantedNics(config).some((nic) => nic.key === key);
}

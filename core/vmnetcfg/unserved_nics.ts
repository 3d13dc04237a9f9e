/**
 * The NICs of a VM that get nothing, and why, for as long as it lasts.
 *
 * @module
 */
import type { UnservedNic, VirtualMachine, VirtualMachineNetworkConfig } from "../api/types.ts";
import { shortJson } from "../api/fields/field_error.ts";
import { MANAGED_DHCP } from "../api/names.ts";
import type { OptedOutNic, VmInterfaces, VmProblem, VmProblemReason } from "../ipam/vm/vm_nic.ts";
import type { UnservedReason } from "../reasons/reasons.ts";
import { nicKey, wantedNics } from "./nics.ts";

/** What is looked at. */
interface UnservedInput extends VmInterfaces {
  /** The VM's object as it is, or will be. */
  readonly config?: VirtualMachineNetworkConfig | undefined;
  /** Whether a pool serves a network. */
  readonly isManaged: (network: string) => boolean;
}

const WHO: Readonly<Record<OptedOutNic["by"], string>> = {
  namespace: `the label ${MANAGED_DHCP} of its namespace`,
  vm: `the annotation ${MANAGED_DHCP} of its VM, for all NICs`,
  nic: `the annotation ${MANAGED_DHCP} of its VM`,
};

/** Problems that leave a NIC out altogether. */
const LEFT_OUT: ReadonlySet<VmProblemReason> = new Set([
  "InvalidNetworkName",
  "DuplicateNic",
  "DuplicateMAC",
  "TooManyNics",
]);

/** One row for each NIC on a network of Multus that the object does not ask an address for. */
export function unservedNics(
  { nics, optedOut = [], problems, config, isManaged }: UnservedInput,
): readonly UnservedNic[] {
  const wanted = config === undefined ? [] : wantedNics(config);
  const keys = new Set(wanted.map(({ key }) => key));
  const own = new Set(
    nics.map(({ network, macAddress = "" }) => nicKey(network, macAddress)),
  );
  // While a NIC's MAC address is not known, the entry of its network stays for it.
  const spare = new Map<string, number>();
  for (const { key, network = "" } of wanted) {
    if (!own.has(key)) spare.set(network, (spare.get(network) ?? 0) + 1);
  }
  const rows: UnservedNic[] = [];
  for (const { name, network, macAddress, unreadableRequest } of nics) {
    const row = (reason: UnservedReason, message: string) =>
      rows.push({
        name,
        networkName: network,
        ...(macAddress === undefined ? {} : { macAddress }),
        reason,
        message,
      });
    if (macAddress !== undefined && keys.has(nicKey(network, macAddress))) continue;
    const left = spare.get(network) ?? 0;
    if (macAddress === undefined && left > 0) {
      spare.set(network, left - 1);
      continue;
    }
    if (!isManaged(network)) row("NoPool", `No IPPool serves network ${network}`);
    else if (macAddress === undefined) {
      const unreadable = problemOf(problems, { nic: name, reason: "InvalidMacAddress" });
      if (unreadable !== undefined) row("InvalidMacAddress", unreadable);
      else row("MacUnknown", `Nobody has said the MAC address of NIC ${name} yet`);
    } else if (unreadableRequest !== undefined) {
      row(
        "InvalidAddress",
        problemOf(problems, { nic: name, reason: "InvalidAddress" }) ??
          shortJson(unreadableRequest),
      );
    }
  }
  for (const { name, network, macAddress, by } of optedOut) {
    rows.push({
      name,
      networkName: network,
      ...(macAddress === undefined ? {} : { macAddress }),
      reason: "OptedOut",
      message: `NIC ${name} is opted out by ${WHO[by]}`,
    });
  }
  for (const { nic, reason, message } of problems) {
    if (nic !== undefined && LEFT_OUT.has(reason)) rows.push({ name: nic, reason, message });
  }
  return rows;
}

function problemOf(
  problems: readonly VmProblem[],
  { nic, reason }: { readonly nic: string; readonly reason: VmProblemReason },
): string | undefined {
  return problems.find((problem) => problem.nic === nic && problem.reason === reason)?.message;
}

/** Whether it is worth to look for such NICs: cheap, and never wrong where there is one in the VM's spec. */
export function mayBeUnserved(
  vm: VirtualMachine,
  config: VirtualMachineNetworkConfig,
): boolean {
  if (config.status?.unserved !== undefined) return true;
  const interfaces: unknown = vm.spec?.template?.spec?.domain?.devices?.interfaces;
  const networks: unknown = vm.spec?.template?.spec?.networks;
  const pods = Array.isArray(networks)
    ? networks.filter((one) => one?.pod !== undefined).length
    : 0;
  return Array.isArray(interfaces) && interfaces.length - pods > wantedNics(config).length;
}

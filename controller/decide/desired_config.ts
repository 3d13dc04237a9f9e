/**
 * What the VirtualMachineNetworkConfig of a VirtualMachine is to be.
 *
 * @module
 */
import {
  API_VERSION,
  STATIC_IP_ANNOTATION_PREFIX,
  VM_NAME_LABEL,
  VMNETCFG_FINALIZER,
} from "../../core/api/names.ts";
import { withNetworkConfigs } from "../../core/api/network_configs.ts";
import type {
  NetworkConfig,
  ObjectMeta,
  OwnerReference,
  VirtualMachine,
  VirtualMachineNetworkConfig,
} from "../../core/api/types.ts";
import type { VmNic } from "../../core/ipam/vm_nic.ts";
import { nicKey, type WantedNic, wantedNics } from "./nics.ts";
import { sameJson } from "./same_json.ts";

/** What is looked at. */
export interface DesiredInput {
  readonly vm: VirtualMachine;
  /** The NICs of the VM that want an address, in the VM's order. */
  readonly nics: readonly VmNic[];
  /** The VM's object, or the reservation made for it. */
  readonly existing?: VirtualMachineNetworkConfig;
  /** Whether a pool serves a network. */
  readonly isManaged: (network: string) => boolean;
}

/** What is to be done. */
export type Desired =
  | { readonly action: "keep" }
  | { readonly action: "create"; readonly object: VirtualMachineNetworkConfig }
  | {
    readonly action: "update";
    readonly object: VirtualMachineNetworkConfig;
    readonly adopted: boolean;
  }
  | { readonly action: "delete"; readonly object: VirtualMachineNetworkConfig };

const KEEP: Desired = { action: "keep" };
const MAX_LABEL_VALUE = 63;

/**
 * Compares the NICs of a VM with its object.
 *
 * - A NIC on a network that no pool serves is left out; one that was managed stays while the VM has it, so that its
 *   address comes back with the pool.
 * - While a NIC's MAC address is not known (the VM is stopped, and only its VMI knew it), the entry of its network stays.
 * - A NIC whose wanted address cannot be read keeps what it has, and gets nothing new.
 * - Entries keep their spelling and their order; what a person wrote into a reservation (`ipAddress`, `paused`) stays.
 * - An object made for another VM of the same name (the VM was made again) is handed over, with its addresses.
 */
export function desiredNetworkConfig(input: DesiredInput): Desired {
  const { vm, existing } = input;
  const going = vm.metadata.deletionTimestamp ?? existing?.metadata.deletionTimestamp;
  if (going !== undefined) return KEEP;
  const configs = entriesFor(input);
  if (existing === undefined) {
    return configs.length === 0 ? KEEP : { action: "create", object: created(input, configs) };
  }
  const owner = existing.metadata.ownerReferences?.find(isVm);
  if (configs.length === 0) {
    return owner === undefined ? KEEP : { action: "delete", object: existing };
  }
  const object = {
    ...withNetworkConfigs(existing, configs),
    metadata: owned(existing.metadata, input),
  };
  const same = sameJson(object.metadata, existing.metadata) && sameJson(object.spec, existing.spec);
  return same ? KEEP : { action: "update", object, adopted: owner === undefined };
}

/** Whether an ownerReference names a VirtualMachine. */
export function isVm({ kind, apiVersion }: OwnerReference): boolean {
  return kind === "VirtualMachine" && apiVersion.startsWith("kubevirt.io/");
}

function entriesFor({ nics, existing, isManaged }: DesiredInput): readonly NetworkConfig[] {
  const before = existing === undefined ? [] : wantedNics(existing);
  const known = new Map(before.map((nic) => [nic.key, nic]));
  const kept = new Map<WantedNic, NetworkConfig>();
  const added = new Map<string, NetworkConfig>();
  const unknownMacs = new Map<string, number>();
  for (const nic of nics) {
    if (nic.macAddress === undefined) {
      unknownMacs.set(nic.network, (unknownMacs.get(nic.network) ?? 0) + 1);
      continue;
    }
    const key = nicKey(nic.network, nic.macAddress);
    const entry = known.get(key);
    if (entry !== undefined) kept.set(entry, pinned(entry, nic, existing));
    else if (isManaged(nic.network) && nic.unreadableRequest === undefined && !added.has(key)) {
      added.set(key, newEntry(nic, nic.macAddress));
    }
  }
  for (const entry of before) {
    const left = entry.network === undefined ? 0 : unknownMacs.get(entry.network) ?? 0;
    if (kept.has(entry) || left === 0 || entry.network === undefined) continue;
    unknownMacs.set(entry.network, left - 1);
    kept.set(entry, entry.entry);
  }
  return [...before.flatMap((entry) => kept.get(entry) ?? []), ...added.values()];
}

function newEntry({ network, requested }: VmNic, macAddress: string): NetworkConfig {
  return {
    networkName: network,
    macAddress,
    ...(requested === undefined ? {} : { ipAddress: requested }),
  };
}

/** The entry with the address that the VM asks for. One that a person wrote stays; one the VM no longer asks for goes. */
function pinned(
  { entry, ipAddress }: WantedNic,
  nic: VmNic,
  existing: VirtualMachineNetworkConfig | undefined,
): NetworkConfig {
  if (nic.unreadableRequest !== undefined) return entry;
  const copied = existing?.metadata.annotations?.[STATIC_IP_ANNOTATION_PREFIX + nic.name];
  const wanted = nic.requested ?? (ipAddress === copied ? undefined : ipAddress);
  if (wanted === ipAddress) return entry;
  const { ipAddress: _, ...rest } = entry;
  return wanted === undefined ? rest : { ...rest, ipAddress: wanted };
}

function created(
  input: DesiredInput,
  configs: readonly NetworkConfig[],
): VirtualMachineNetworkConfig {
  const { name = "", namespace = "" } = input.vm.metadata;
  return {
    apiVersion: API_VERSION,
    kind: "VirtualMachineNetworkConfig",
    metadata: owned({ name, namespace }, input),
    spec: { vmName: name, networkConfig: configs },
  };
}

/** The metadata with finalizer, label, owner, and the static addresses that were taken over from the VM. */
function owned(metadata: ObjectMeta, { vm, nics }: DesiredInput): ObjectMeta {
  const { name = "", uid = "" } = vm.metadata;
  const { finalizers = [], labels, ownerReferences = [] } = metadata;
  const others = ownerReferences.filter((owner) => !isVm(owner));
  const present = ownerReferences.find((owner) => isVm(owner) && owner.uid === uid);
  const owner = present ?? { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", name, uid };
  const label = name.length <= MAX_LABEL_VALUE && labels?.[VM_NAME_LABEL] !== name;
  const annotations = copiedRequests(metadata.annotations, nics);
  return {
    ...metadata,
    ...(label ? { labels: { ...labels, [VM_NAME_LABEL]: name } } : {}),
    ...(sameJson(annotations, metadata.annotations ?? {}) ? {} : { annotations }),
    finalizers: finalizers.includes(VMNETCFG_FINALIZER)
      ? finalizers
      : [...finalizers, VMNETCFG_FINALIZER],
    ownerReferences: present === undefined || others.length + 1 < ownerReferences.length
      ? [...others, owner]
      : ownerReferences,
  };
}

/** The VM's static addresses are copied, so that what a person wrote into the object can be told from them. */
function copiedRequests(
  annotations: ObjectMeta["annotations"],
  nics: readonly VmNic[],
): Readonly<Record<string, string>> {
  const unreadable = nics.filter((nic) => nic.unreadableRequest !== undefined)
    .map(({ name }) => STATIC_IP_ANNOTATION_PREFIX + name);
  const others = Object.entries(annotations ?? {}).filter(([key]) =>
    !key.startsWith(STATIC_IP_ANNOTATION_PREFIX) || unreadable.includes(key)
  );
  const requests = nics.flatMap(({ name, requested }) =>
    requested === undefined ? [] : [[STATIC_IP_ANNOTATION_PREFIX + name, requested] as const]
  );
  return Object.fromEntries([...others, ...requests]);
}

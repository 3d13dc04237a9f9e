/**
 * What the VirtualMachineNetworkConfig of a VirtualMachine is to be.
 *
 * @module
 */
import {
  ADDRESSES_ANNOTATION,
  API_VERSION,
  DHCP_OPTIONS_ANNOTATION_PREFIX,
  MAX_LABEL_VALUE,
  STATIC_IP_ANNOTATION_PREFIX,
  VM_NAME_LABEL,
  VMNETCFG_FINALIZER,
} from "../api/names.ts";
import { isVm } from "../api/foreign/vm_reference.ts";
import { type Spelling, withNetworkConfigs } from "../api/network_configs.ts";
import { sameJson } from "../api/same_json.ts";
import type {
  NetworkConfig,
  ObjectMeta,
  VirtualMachine,
  VirtualMachineNetworkConfig,
} from "../api/types.ts";
import type { ClientOptions } from "../api/client_options.ts";
import type { VmNic } from "../ipam/vm/vm_nic.ts";
import { FormerWords } from "./former_words.ts";
import { nicKey, shownNics, type WantedNic, wantedNics } from "./nics.ts";
import { type MovedNic, notedNics, withMovedNics } from "./noted_addresses.ts";
import { vmOwnerOf } from "./vm_owner.ts";

/** What is looked at. */
export interface DesiredInput {
  readonly vm: VirtualMachine;
  /** The NICs of the VM that want an address, in the VM's order. */
  readonly nics: readonly VmNic[];
  /** The VM's object, or the reservation made for it. */
  readonly existing?: VirtualMachineNetworkConfig;
  /** Whether a pool serves a network. */
  readonly isManaged: (network: string) => boolean;
  /** Whether the VM has NICs that get nothing, of which the object is to tell though it may ask for none. */
  readonly tellsUnserved?: boolean;
  /** How the list of NICs is spelled where the object does not say; unset: as documented. */
  readonly spelling?: Spelling;
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

/**
 * Compares the NICs of a VM with its object.
 *
 * - A NIC on a network that no pool serves is left out; one that was managed stays while the VM has it, so that its
 *   address comes back with the pool. It comes back, too, where somebody took it out of the object and it still has its address.
 * - While a NIC's MAC address is not known (the VM is stopped, and only its VMI knew it), the entry of its network stays.
 * - A NIC whose wanted address cannot be read keeps what it has, and gets nothing new.
 * - A NIC whose MAC address changes keeps its entry, and its object notes that it had the address: by the NIC's name, or, where
 *   that was not noted, because one MAC address of the network goes and one comes.
 * - Entries keep their spelling and their order; what a person wrote into a reservation (`ipAddress`, `paused`, `options`) stays,
 *   and of the options each field that the VM's annotation does not say itself.
 * - An object made for another VM of the same name (the VM was made again) is handed over, with its addresses.
 */
export function desiredNetworkConfig(input: DesiredInput): Desired {
  const { vm, existing } = input;
  const going = vm.metadata.deletionTimestamp ?? existing?.metadata.deletionTimestamp;
  if (going !== undefined) return KEEP;
  const { configs, moved } = entriesFor(input);
  if (existing === undefined) {
    const isSilent = configs.length === 0 && input.tellsUnserved !== true;
    return isSilent ? KEEP : { action: "create", object: created(input, configs) };
  }
  const owner = vmOwnerOf(existing);
  if (configs.length === 0) {
    if (owner === undefined) return KEEP;
    if (input.tellsUnserved !== true) return { action: "delete", object: existing };
  }
  const object = {
    ...withNetworkConfigs(existing, configs, input.spelling),
    metadata: owned(withNoted(existing, moved), input, configs.length > 0),
  };
  const same = sameJson(object.metadata, existing.metadata) && sameJson(object.spec, existing.spec);
  return same ? KEEP : { action: "update", object, adopted: owner === undefined };
}

/** The entries, and the NICs that have another MAC address than before. */
interface Entries {
  readonly configs: readonly NetworkConfig[];
  readonly moved: readonly MovedNic[];
}

function entriesFor({ nics, existing, isManaged }: DesiredInput): Entries {
  const before = existing === undefined ? [] : wantedNics(existing);
  const words = new FormerWords(existing, { before, nics });
  const known = new Map(before.map((nic) => [nic.key, nic]));
  const kept = new Map<WantedNic, NetworkConfig>();
  const added = new Map<string, KnownNic>();
  const unknownMacs = new Map<string, number>();
  for (const nic of nics) {
    const { macAddress } = nic;
    if (macAddress === undefined) {
      unknownMacs.set(nic.network, (unknownMacs.get(nic.network) ?? 0) + 1);
      continue;
    }
    const key = nicKey(nic.network, macAddress);
    const entry = known.get(key);
    if (entry !== undefined) {
      kept.set(entry, updated(entry, nic, words));
      words.note(entry, nic);
    } else if (!added.has(key)) added.set(key, { ...nic, macAddress });
  }
  const moved: MovedNic[] = [];
  if (existing !== undefined && added.size > 0) {
    const left = before.filter((entry) => !kept.has(entry));
    for (const { entry, nic } of successors(existing, { left, added: [...added.values()] })) {
      const { name, network, macAddress } = nic;
      kept.set(entry, { ...updated(entry, nic, words), macAddress });
      added.delete(nicKey(network, macAddress));
      const had = whatHad(existing, entry);
      if (had !== undefined) {
        moved.push({ name, network, macAddress, ...had, before: entry.macAddress });
      }
    }
  }
  for (const entry of before) {
    const left = entry.network === undefined ? 0 : unknownMacs.get(entry.network) ?? 0;
    if (kept.has(entry) || left === 0 || entry.network === undefined) continue;
    unknownMacs.set(entry.network, left - 1);
    kept.set(entry, entry.entry);
  }
  const leftOut = existing === undefined ? [] : leftOutNics(existing, () => [...added.values()]);
  const fresh = [...added.values()].filter((nic) =>
    leftOut.includes(nic) || isManaged(nic.network) && nic.unreadableRequest === undefined
  );
  const configs = [
    ...before.flatMap((entry) => kept.get(entry) ?? []),
    ...fresh.map(newEntry),
  ];
  return { configs, moved: [...words.renamed, ...moved] };
}

/** A NIC whose MAC address is known. */
type KnownNic = VmNic & { readonly macAddress: string };

/** Which of the NICs that come are those which go, with another MAC address. */
function successors(
  existing: VirtualMachineNetworkConfig,
  { left, added }: { readonly left: readonly WantedNic[]; readonly added: readonly KnownNic[] },
): readonly { readonly entry: WantedNic; readonly nic: KnownNic }[] {
  if (left.length === 0) return [];
  const noted = notedNics(existing);
  return added.flatMap((nic) => {
    const here = left.filter(({ network }) => network === nic.network);
    const nameless = here.filter(({ key }) => noted.get(key) === undefined);
    const isOnly = added.filter(({ network }) => network === nic.network).length === 1;
    const entry = here.find(({ key }) => noted.get(key)?.name === nic.name) ??
      (isOnly && here.length === 1 ? nameless[0] : undefined);
    return entry === undefined ? [] : [{ entry, nic }];
  });
}

/** The NICs of a VM that have an address which its object shows, though it does not ask for it any more: somebody took them out. */
export function leftOutNics<N extends VmNic>(
  config: VirtualMachineNetworkConfig,
  nicsOfVm: () => readonly N[],
): readonly N[] {
  const wanted = new Set(wantedNics(config).map(({ key }) => key));
  const keys = new Set(
    shownNics(config).filter(({ key, state }) => state === "Allocated" && !wanted.has(key))
      .map(({ key }) => key),
  );
  return keys.size === 0
    ? []
    : nicsOfVm().filter(({ network, macAddress, unreadableRequest }) =>
      macAddress !== undefined && unreadableRequest === undefined &&
      keys.has(nicKey(network, macAddress))
    );
}

/** The address that a NIC has, or had, and the MAC address that it had it with. */
function whatHad(
  config: VirtualMachineNetworkConfig,
  { key, macAddress }: WantedNic,
): Pick<MovedNic, "address" | "formerMac"> | undefined {
  const shown = shownNics(config).find((nic) => nic.key === key)?.address;
  const noted = notedNics(config).get(key);
  const address = shown ?? noted?.address;
  const formerMac = shown === undefined ? noted?.formerMac ?? macAddress : macAddress;
  return address === undefined ? undefined : { address, formerMac };
}

/** The metadata, with what is noted of NICs that have another MAC address now. */
function withNoted(
  config: VirtualMachineNetworkConfig,
  moved: readonly MovedNic[],
): ObjectMeta {
  const { metadata } = config;
  const text = moved.length === 0 ? undefined : withMovedNics(config, moved);
  if (text === undefined) return metadata;
  return { ...metadata, annotations: { ...metadata.annotations, [ADDRESSES_ANNOTATION]: text } };
}

function newEntry({ network, macAddress, requested, options }: KnownNic): NetworkConfig {
  return {
    networkName: network,
    macAddress,
    ...(requested === undefined ? {} : { ipAddress: requested }),
    ...(options === undefined ? {} : { options }),
  };
}

/** The entry with what the VM says of its NIC. What a person wrote stays; what the VM no longer says goes. */
function updated(wanted: WantedNic, nic: VmNic, words: FormerWords): NetworkConfig {
  const pinned = withAddress(wanted, nic, words.addressOf(wanted, nic));
  return withOptions(pinned, nic, words.optionsOf(wanted, nic));
}

/** The entry with the address that the VM asks for. */
function withAddress(
  { entry, ipAddress }: WantedNic,
  nic: VmNic,
  copied: string | undefined,
): NetworkConfig {
  if (nic.unreadableRequest !== undefined) return entry;
  const wanted = nic.requested ?? (ipAddress === copied ? undefined : ipAddress);
  if (wanted === ipAddress) return entry;
  const { ipAddress: _, ...rest } = entry;
  return wanted === undefined ? rest : { ...rest, ipAddress: wanted };
}

/** The entry with a person's own options, and those that the VM's annotation has, field by field. */
function withOptions(entry: NetworkConfig, nic: VmNic, own: ClientOptions): NetworkConfig {
  const options = { ...own, ...nic.options };
  if (sameJson(options, entry.options ?? {})) return entry;
  const { options: _, ...rest } = entry;
  return Object.keys(options).length === 0 ? rest : { ...rest, options };
}

function created(
  input: DesiredInput,
  configs: readonly NetworkConfig[],
): VirtualMachineNetworkConfig {
  const { name = "", namespace = "" } = input.vm.metadata;
  return {
    apiVersion: API_VERSION,
    kind: "VirtualMachineNetworkConfig",
    metadata: owned({ name, namespace }, input, configs.length > 0),
    spec: { vmName: name, [input.spelling ?? "networkConfig"]: configs },
  };
}

/** The metadata with finalizer (where there is something to give back), label, owner, and the static addresses that were taken over from the VM. */
function owned(metadata: ObjectMeta, { vm, nics }: DesiredInput, claims: boolean): ObjectMeta {
  const { name = "", uid = "" } = vm.metadata;
  const { finalizers = [], labels, ownerReferences = [] } = metadata;
  const others = ownerReferences.filter((owner) => !isVm(owner));
  const present = ownerReferences.find((owner) => isVm(owner) && owner.uid === uid);
  const owner = present ?? { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", name, uid };
  const label = name.length <= MAX_LABEL_VALUE && labels?.[VM_NAME_LABEL] !== name;
  const annotations = copiedWords(metadata.annotations, nics);
  return {
    ...metadata,
    ...(label ? { labels: { ...labels, [VM_NAME_LABEL]: name } } : {}),
    ...(sameJson(annotations, metadata.annotations ?? {}) ? {} : { annotations }),
    ...(claims && !finalizers.includes(VMNETCFG_FINALIZER)
      ? { finalizers: [...finalizers, VMNETCFG_FINALIZER] }
      : {}),
    ownerReferences: present === undefined || others.length + 1 < ownerReferences.length
      ? [...others, owner]
      : ownerReferences,
  };
}

/**
 * What the VM's annotations say of its NICs is copied, so that what a person wrote into the object can be told from it: addresses, and
 * the good part of the options.
 */
function copiedWords(
  annotations: ObjectMeta["annotations"],
  nics: readonly VmNic[],
): Readonly<Record<string, string>> {
  const unreadable = nics.filter((nic) => nic.unreadableRequest !== undefined)
    .map(({ name }) => STATIC_IP_ANNOTATION_PREFIX + name);
  const others = Object.entries(annotations ?? {}).filter(([key]) =>
    !COPIED.some((prefix) => key.startsWith(prefix)) || unreadable.includes(key)
  );
  const copied = nics.flatMap(({ name, requested, options }) => [
    ...(requested === undefined ? [] : [[STATIC_IP_ANNOTATION_PREFIX + name, requested]]),
    ...(options === undefined
      ? []
      : [[DHCP_OPTIONS_ANNOTATION_PREFIX + name, JSON.stringify(options)]]),
  ]);
  return Object.fromEntries([...others, ...copied]);
}

const COPIED = [STATIC_IP_ANNOTATION_PREFIX, DHCP_OPTIONS_ANNOTATION_PREFIX];

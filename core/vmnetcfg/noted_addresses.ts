/**
 * The annotation in which a VirtualMachineNetworkConfig notes the addresses of its NICs, for a restore that brings no status.
 *
 * Whoever may write the object may write it: what it says is a wish of its own NICs, and never a right.
 *
 * @module
 */
import { ADDRESSES_ANNOTATION } from "../api/names.ts";
import { wholeNetworkName } from "../api/network.ts";
import type { VirtualMachineNetworkConfig } from "../api/types.ts";
import { MAX_NICS, type VmInterfaces } from "../ipam/vm/vm_nic.ts";
import { isIPv4 } from "../net/ipv4.ts";
import { formatMac, readMac, reasonNotClientMac } from "../net/mac.ts";
import { nicKey, type ShownNic, shownNics, type WantedNic, wantedNics } from "./nics.ts";

/** A longer text is not read: the controller writes less than this for 32 NICs with the longest names. */
const MAX_CHARACTERS = 32_768;

/** What is noted of one NIC. */
export interface NotedNic {
  /** Its name in the VM; of a NIC without one, its network and MAC address. */
  readonly name: string;
  /** `namespace/name` of the NetworkAttachmentDefinition. */
  readonly network: string;
  /** In canonical form. */
  readonly macAddress: string;
  /** The address that it had; absent where it had none. */
  readonly address?: string;
  /** The MAC address that it had {@linkcode address} with before it had this one; absent: none. */
  readonly formerMac?: string;
  /** UID of the object that asked for an address which somebody else had; absent where it had what it asked for. */
  readonly waiting?: string;
}

/** What an object notes, by {@linkcode nicKey}. What cannot be read is left out; never throws. */
export function notedNics(
  { metadata }: VirtualMachineNetworkConfig,
): ReadonlyMap<string, NotedNic> {
  const found = new Map<string, NotedNic>();
  const text: unknown = metadata.annotations?.[ADDRESSES_ANNOTATION];
  if (typeof text !== "string" || text.length > MAX_CHARACTERS) return found;
  for (const [name, value] of fieldsOf(parsed(text)).slice(0, MAX_NICS)) {
    const nic = readNic(name, value);
    if (nic !== undefined) found.set(nicKey(nic.network, nic.macAddress), nic);
  }
  return found;
}

/** Whether an object may note a NIC that had its address with another MAC address: told at once, as few do. */
export function notesFormerMacs({ metadata }: VirtualMachineNetworkConfig): boolean {
  const text: unknown = metadata.annotations?.[ADDRESSES_ANNOTATION];
  return typeof text === "string" && text.includes("formerMac");
}

/**
 * What the annotation of an object is to be, so that it notes what its status shows; `undefined`: it is to have none.
 *
 * A NIC that has no address now keeps what is noted of it: it may have been there before a restore, or be opted out for a while, or
 * come in again and not be asked for yet.
 *
 * @param vm The NICs of its VM; `undefined` where they are not known: any that is noted may be opted out
 */
export function notedText(
  config: VirtualMachineNetworkConfig,
  vm: Pick<VmInterfaces, "nics" | "optedOut"> | undefined,
): string | undefined {
  const before = notedNics(config);
  const wanted = wantedNics(config);
  const { nics: named, optedOut = [] } = vm ?? { nics: [], optedOut: others(before, wanted) };
  const shown = new Map(shownNics(config).map((nic) => [nic.key, nic]));
  const names = new Map(
    named.flatMap(({ name, network, macAddress }) =>
      macAddress === undefined ? [] : [[nicKey(network, macAddress), name] as const]
    ),
  );
  const uid = config.metadata.uid ?? "";
  const nics: NotedNic[] = [];
  for (const { key, network, macAddress } of wanted) {
    const mac = clientMac(macAddress);
    if (network === undefined || mac === undefined) continue;
    const noted = before.get(key);
    const now = shownNow(shown.get(key), { noted, uid });
    if (now === undefined) continue;
    nics.push({ name: names.get(key) ?? noted?.name ?? key, network, macAddress: mac, ...now });
  }
  const keys = new Set(wanted.map(({ key }) => key));
  for (const { name, network, macAddress } of [...optedOut, ...named]) {
    const noted = [...before.values()].find((nic) => nic.name === name && nic.network === network);
    if (noted?.address === undefined || nics.length >= MAX_NICS) continue;
    const isAskedFor = [noted.macAddress, macAddress].some((mac) =>
      mac !== undefined && keys.has(nicKey(network, mac))
    );
    if (isAskedFor) continue;
    const { address } = noted;
    nics.push({ name, network, address, ...withMac(noted, macAddress ?? noted.macAddress) });
  }
  return textOf(nics);
}

/** What is noted of NICs that an object does not ask an address for. */
function others(
  noted: ReadonlyMap<string, NotedNic>,
  wanted: readonly WantedNic[],
): readonly NotedNic[] {
  const keys = new Set(wanted.map(({ key }) => key));
  return [...noted].filter(([key]) => !keys.has(key)).map(([, nic]) => nic);
}

/** A NIC whose MAC address changes: what is to be noted of it, and the MAC address that it had, as written. */
export interface MovedNic extends NotedNic {
  readonly before: string;
}

/** The MAC address that a NIC has now, and the one that it had its address with: of what is noted of it. */
function withMac(
  { macAddress: before, formerMac }: NotedNic,
  macAddress: string,
): Pick<NotedNic, "macAddress" | "formerMac"> {
  const former = before === macAddress ? formerMac : before;
  return { macAddress, ...(former && { formerMac: former }) };
}

/** What becomes of the annotation when NICs get other MAC addresses: each goes on with the address that it had. */
export function withMovedNics(
  config: VirtualMachineNetworkConfig,
  moved: readonly MovedNic[],
): string | undefined {
  const nics = new Map(notedNics(config));
  for (const { before, ...nic } of moved) {
    nics.delete(nicKey(nic.network, before));
    nics.set(nicKey(nic.network, nic.macAddress), nic);
  }
  return textOf([...nics.values()]);
}

type NotedState = Pick<NotedNic, "address" | "formerMac" | "waiting">;

/** What is to be noted of a NIC; `undefined`: nothing. */
function shownNow(
  shown: ShownNic | undefined,
  { noted, uid }: { readonly noted: NotedNic | undefined; readonly uid: string },
): NotedState | undefined {
  const isAllocated = shown?.state === "Allocated" && shown.address !== undefined;
  const address = isAllocated ? shown.address : noted?.address;
  // Who waited in an earlier life goes on waiting as it did.
  const waiting = shown?.reason === "AddressTaken" ? noted?.waiting ?? uid : undefined;
  if (!isAllocated && waiting === undefined) return noted;
  const formerMac = address === noted?.address ? noted?.formerMac : undefined;
  return {
    ...(address && { address }),
    ...(formerMac && { formerMac }),
    ...(waiting && { waiting }),
  };
}

/** The annotation's text: NIC name -> what is noted. A name that is there twice counts once; what would not be read is not written. */
function textOf(nics: readonly NotedNic[]): string | undefined {
  if (nics.length === 0) return undefined;
  const byName = new Map(nics.map(({ name, ...nic }) => [name, nic]));
  const text = JSON.stringify(Object.fromEntries(
    [...byName].map(([name, { network, macAddress, address, formerMac, waiting }]) => [
      name,
      {
        network,
        macAddress,
        ...(address && { address }),
        ...(formerMac && { formerMac }),
        ...(waiting && { waiting }),
      },
    ]),
  ));
  return text.length > MAX_CHARACTERS ? undefined : text;
}

function readNic(name: string, value: unknown): NotedNic | undefined {
  const { network, macAddress, address, formerMac, waiting } = Object.fromEntries(fieldsOf(value));
  const mac = clientMac(macAddress);
  const former = clientMac(formerMac);
  if (typeof network !== "string" || wholeNetworkName(network, undefined) !== network) {
    return undefined;
  }
  if (mac === undefined || address !== undefined && !isText(address, isIPv4)) return undefined;
  return {
    name,
    network,
    macAddress: mac,
    ...(address === undefined ? {} : { address }),
    ...(former && { formerMac: former }),
    ...(typeof waiting === "string" && waiting !== "" && { waiting }),
  };
}

/** A MAC address in canonical form, if a client may have it. */
function clientMac(text: unknown): string | undefined {
  const mac = typeof text === "string" ? readMac(text) : -1;
  return mac < 0 || reasonNotClientMac(mac) !== undefined ? undefined : formatMac(mac);
}

function isText(value: unknown, is: (text: string) => boolean): value is string {
  return typeof value === "string" && is(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The fields of a JSON object; none of any other value. */
function fieldsOf(value: unknown): readonly [string, unknown][] {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? Object.entries(value) : [];
}

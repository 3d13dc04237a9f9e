/**
 * The NICs of a VirtualMachineNetworkConfig, whatever its spelling and however it was written: the one place that
 * tells which network and which MAC address an entry means.
 *
 * @module
 */
import type { ClientOptions } from "../api/client_options.ts";
import { wholeNetworkName } from "../api/network.ts";
import { networkConfigsOf, networkStatusesOf } from "../api/network_configs.ts";
import type {
  NetworkConfig,
  NetworkConfigState,
  VirtualMachineNetworkConfig,
} from "../api/types.ts";
import { readIPv4 } from "../net/ipv4.ts";
import { formatMac, readMac } from "../net/mac.ts";

/** One entry of a list of NICs. */
export interface Nic {
  /** Equal for two entries that mean the same NIC of the same network. */
  readonly key: string;
  /** `namespace/name` of the NetworkAttachmentDefinition; absent where {@linkcode networkName} is no such name. */
  readonly network?: string;
  /** As written. */
  readonly networkName: string;
  /** As written. */
  readonly macAddress: string;
}

/** One entry of the list of a spec. */
export interface WantedNic extends Nic {
  /** The wanted address, as written. */
  readonly ipAddress?: string;
  /** What it is to be told in place of its pool's words, as written. */
  readonly options?: ClientOptions;
  /** The very entry. */
  readonly entry: NetworkConfig;
}

/** One entry of the list of a status. */
export interface ShownNic extends Nic {
  readonly state: NetworkConfigState;
  /** The address it has, or had when it was last {@linkcode NetworkConfigState} `Allocated`. */
  readonly address?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The NICs that an object asks for. What is no entry at all is left out. */
export function wantedNics(config: VirtualMachineNetworkConfig): readonly WantedNic[] {
  const list = config.spec && networkConfigsOf(config);
  return entries(list, config).map(({ nic, raw }) => ({
    ...nic,
    ...textField("ipAddress", raw.ipAddress),
    ...(isRecord(raw.options) ? { options: raw.options } : {}),
    entry: raw as unknown as NetworkConfig,
  }));
}

/** The NICs that an object's status shows. */
export function shownNics(config: VirtualMachineNetworkConfig): readonly ShownNic[] {
  const list = config.spec && networkStatusesOf(config);
  return entries(list, config).map(({ nic, raw }) => ({
    ...nic,
    state: raw.state === "Allocated" ? "Allocated" : "Pending",
    ...textField("address", raw.allocatedIPAddress),
    ...textField("reason", raw.reason),
    ...textField("message", raw.message),
  }));
}

/** The addresses (unsigned 32 bits) that an object shows for NICs that have one on a network. */
export function shownAddresses(
  config: VirtualMachineNetworkConfig,
  network: string | undefined,
): readonly number[] {
  return shownNics(config).filter((nic) => nic.state === "Allocated" && nic.network === network)
    .map(({ address = "" }) => readIPv4(address)).filter((address) => address >= 0);
}

/** The networks that an object names, in spec or status, each once. */
export function networksOf(config: VirtualMachineNetworkConfig): readonly string[] {
  const networks = new Set<string>();
  for (const nic of wantedNics(config)) if (nic.network !== undefined) networks.add(nic.network);
  for (const nic of shownNics(config)) if (nic.network !== undefined) networks.add(nic.network);
  return [...networks];
}

/** What makes two NICs the same one: the whole name of the network and the canonical MAC address. */
export function nicKey(network: string, macAddress: string): string {
  const mac = readMac(macAddress);
  return `${network} ${mac < 0 ? macAddress.toLowerCase() : formatMac(mac)}`;
}

type Raw = Readonly<Record<string, unknown>>;

function entries(
  list: unknown,
  config: VirtualMachineNetworkConfig,
): readonly { readonly nic: Nic; readonly raw: Raw }[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).map((raw) => {
    const networkName = typeof raw.networkName === "string" ? raw.networkName : "";
    const macAddress = typeof raw.macAddress === "string" ? raw.macAddress : "";
    const network = wholeNetworkName(networkName, config.metadata.namespace);
    const key = nicKey(network ?? networkName, macAddress);
    return { nic: { key, ...(network && { network }), networkName, macAddress }, raw };
  });
}

function textField<K extends string>(key: K, value: unknown): { readonly [P in K]?: string } {
  return (typeof value === "string" && value !== "" ? { [key]: value } : {}) as {
    readonly [P in K]?: string;
  };
}

function isRecord(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

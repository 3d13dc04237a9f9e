/**
 * Who has a MAC address on a network.
 *
 * @module
 */
import { networkConfigsOf, networkStatusesOf } from "../../core/api/network_configs.ts";
import type { VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import { readMac } from "../../core/net/mac.ts";
import { vmKeyOf, vmOwnerOf } from "../../core/vmnetcfg/vm_owner.ts";

/** Who has a NIC. */
interface Owner {
  /** `namespace/name` of the VirtualMachineNetworkConfig. */
  readonly config: string;
  /** `namespace/name` of the VM; absent where it names none. */
  readonly vm?: string;
  /** Whether no VM owns it: somebody made it by hand. */
  readonly reserved: boolean;
}

/** The owners of the NICs of a network. */
export interface Owners {
  /** Who has a MAC address, as a number. */
  get(mac: number): Owner | undefined;
}

/** The owners of the NICs of one network, by MAC address as a number; of several the first. */
export function ownersOn(
  configs: readonly VirtualMachineNetworkConfig[],
  network: string | undefined,
): Owners {
  const found = new Map<number, VirtualMachineNetworkConfig>();
  const owners = {
    get: (mac: number) => {
      const config = found.get(mac);
      return config && ownerOf(config);
    },
  };
  if (network === undefined) return owners;
  const isMeant = meaning(network);
  for (const config of configs) {
    for (const list of rawLists(config)) {
      for (const nic of list) {
        if (!isMeant(config, nic)) continue;
        const { macAddress } = nic as RawNic;
        const mac = typeof macAddress === "string" ? readMac(macAddress) : -1;
        if (mac >= 0 && !found.has(mac)) found.set(mac, config);
      }
    }
  }
  return owners;
}

/** The objects that name a network in spec or status. */
export function configsOn(
  configs: readonly VirtualMachineNetworkConfig[],
  network: string,
): readonly VirtualMachineNetworkConfig[] {
  const isMeant = meaning(network);
  return configs.filter((config) =>
    rawLists(config).some((list) => list.some((nic) => isMeant(config, nic)))
  );
}

/** A NIC as it is written: reading every one of 30,000 as a whole takes long. */
interface RawNic {
  readonly networkName?: unknown;
  readonly macAddress?: unknown;
}

const NONE: readonly unknown[] = [];

/** The lists of spec and status. */
function rawLists(config: VirtualMachineNetworkConfig): readonly (readonly unknown[])[] {
  if (!config.spec) return [];
  const [wanted, shown]: readonly unknown[] = [networkConfigsOf(config), networkStatusesOf(config)];
  return [Array.isArray(wanted) ? wanted : NONE, Array.isArray(shown) ? shown : NONE];
}

/** Tells whether a NIC is on a network, as `wholeNetworkName` does. */
function meaning(network: string): (config: VirtualMachineNetworkConfig, nic: unknown) => boolean {
  const slash = network.indexOf("/");
  const [namespace, name] = [network.slice(0, slash), network.slice(slash + 1)];
  return ({ metadata }, nic) => {
    const text = (nic as RawNic | null)?.networkName;
    return text === network || text === name && (metadata.namespace ?? "default") === namespace;
  };
}

function ownerOf(config: VirtualMachineNetworkConfig): Owner {
  const vm = vmKeyOf(config);
  return {
    config: `${config.metadata.namespace ?? ""}/${config.metadata.name ?? ""}`,
    ...(vm === undefined ? {} : { vm }),
    reserved: vmOwnerOf(config) === undefined,
  };
}

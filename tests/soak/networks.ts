/**
 * The networks of the soak: a bridge, a NetworkAttachmentDefinition and an IPPool each.
 *
 * @module
 */
import { interfaceNameOf } from "../../controller/agents/interface_name.ts";
import type { IPPoolSpec } from "../../core/api/types.ts";

/** One network; its number is from 0 on. */
export interface SoakNetwork {
  readonly number: number;
  /** Of its NetworkAttachmentDefinition and its IPPool, `namespace/name`. */
  readonly key: string;
  readonly bridge: string;
  /** The interface that an agent has on it. */
  readonly interfaceName: string;
  readonly config: Partial<IPPoolSpec["ipv4Config"]>;
}

/** The first networks. */
export function networksOf(count: number): readonly SoakNetwork[] {
  return Array.from({ length: count }, (_, number) => {
    const key = `default/net-${number}`;
    const at = (last: number) => `10.${100 + (number >> 8)}.${number & 255}.${last}`;
    return {
      number,
      key,
      bridge: `br${number}`,
      interfaceName: interfaceNameOf(key),
      config: {
        cidr: `${at(0)}/24`,
        serverIP: at(1),
        router: at(2),
        leaseTime: 60,
        pool: { start: at(10), end: at(250) },
      },
    };
  });
}

/** Lines for `ip` that make the bridges. */
export function bridgeLines(networks: readonly SoakNetwork[]): readonly string[] {
  return networks.flatMap(({ bridge }) => [
    `link add ${bridge} type bridge forward_delay 0 mcast_snooping 0`,
    `link set ${bridge} up`,
  ]);
}

/**
 * Lines for `ip` that give a machine an interface on each bridge, here and there.
 *
 * @param prefix Of the bridges' ends, so that no two machines' have the same name
 */
export function plugLines(
  networks: readonly SoakNetwork[],
  { prefix, processId, nameOf }: {
    readonly prefix: string;
    readonly processId: number;
    readonly nameOf: (network: SoakNetwork) => string;
  },
): { readonly here: readonly string[]; readonly there: readonly string[] } {
  return {
    here: networks.flatMap((network) => {
      const port = `${prefix}n${network.number}`;
      return [
        `link add ${port} type veth peer name ${nameOf(network)} netns ${processId}`,
        `link set ${port} master ${network.bridge} up`,
      ];
    }),
    there: networks.map((network) => `link set ${nameOf(network)} up`),
  };
}

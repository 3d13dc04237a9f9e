/**
 * Objects that tests make.
 *
 * @module
 */
import type { ClientOptions } from "../../core/api/client_options.ts";
import type { IPPoolSpec } from "../../core/api/types.ts";

/** A NIC of a VM. */
export interface TestNic {
  readonly name?: string;
  readonly network?: string;
  readonly mac?: string;
}

/** The NetworkAttachmentDefinition `namespace/name`. */
export function nad(key: string): object {
  return {
    metadata: metadata(key),
    spec: { config: '{"cniVersion":"0.3.1","type":"bridge","bridge":"br0","ipam":{}}' },
  };
}

/** An IPPool `namespace/name` for the network of the same name, 192.168.48.81 to .90 unless said otherwise. */
export function pool(
  key: string,
  config: Partial<IPPoolSpec["ipv4Config"]> = {},
  spec: Partial<IPPoolSpec> = {},
): object {
  return {
    metadata: metadata(key),
    spec: {
      networkName: key,
      ...spec,
      ipv4Config: {
        cidr: "192.168.48.0/24",
        serverIP: "192.168.48.77",
        pool: { start: "192.168.48.81", end: "192.168.48.90" },
        leaseTime: 300,
        ...config,
      },
    },
  };
}

/** What a VM may have beside its NICs. */
interface TestVm {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly running?: boolean;
}

/** A VirtualMachine with these NICs. */
export function vm(key: string, nics: readonly TestNic[], options: TestVm = {}): object {
  const { annotations, running = true } = options;
  return {
    metadata: { ...metadata(key), ...(annotations && { annotations }) },
    spec: { running, template: { spec: vmiSpec(nics) } },
  };
}

/** A VirtualMachineInstance with these NICs. */
export function vmi(key: string, nics: readonly TestNic[]): object {
  return { metadata: metadata(key), spec: vmiSpec(nics), status: { phase: "Running" } };
}

/** `spec.template.spec` of a VM with these NICs. */
export function vmiSpec(nics: readonly TestNic[]): object {
  const named = nics.map((nic, index) => ({
    name: `nic-${index + 1}`,
    network: "default/net-48",
    ...nic,
  }));
  return {
    domain: {
      devices: {
        interfaces: named.map(({ name, mac }) => ({
          name,
          bridge: {},
          ...(mac && { macAddress: mac }),
        })),
      },
    },
    networks: named.map(({ name, network }) =>
      network === "pod" ? { name, pod: {} } : { name, multus: { networkName: network } }
    ),
  };
}

/** A VirtualMachineNetworkConfig made by hand. */
export function reservation(
  key: string,
  nics: readonly {
    readonly networkName?: string;
    readonly macAddress: string;
    readonly ipAddress?: string;
    readonly options?: ClientOptions;
  }[],
  vmName: string = key.split("/")[1] ?? key,
): object {
  const networkConfig = nics.map((nic) => ({ networkName: "default/net-48", ...nic }));
  return { metadata: metadata(key), spec: { vmName, networkConfig } };
}

/** The n-th MAC address of tests. */
export function mac(n: number): string {
  const low = n.toString(16).padStart(4, "0");
  return `52:54:00:00:${low.slice(0, 2)}:${low.slice(2)}`;
}

function metadata(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}

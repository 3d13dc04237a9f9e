/**
 * Small worlds for tests.
 *
 * @module
 */
import type {
  AddressHold,
  Condition,
  IPPool,
  NetworkConfigStatus,
  VirtualMachine,
  VirtualMachineInstance,
  VirtualMachineNetworkConfig,
} from "../../api/types.ts";
import type { ClientHeard, HeardAnswers } from "../heard.ts";
import type { InspectedNetwork, World } from "../world.ts";

/** The time of all tests. */
const NOW = Date.parse("2026-01-02T12:00:00Z");
/** The MAC address of all tests. */
export const MAC = "52:54:00:12:34:56";
const NETWORK = "default/net-48";

/** A world in which `default/web` has its address, but for what is said. */
export function worldWith(changes: Partial<World> = {}): World {
  return {
    now: NOW,
    tenancy: "shared",
    pools: [poolWith()],
    configs: [configWith()],
    vms: [vmWith()],
    vmis: [vmiWith()],
    networks: [networkWith()],
    namespaces: [],
    ...changes,
  };
}

/** The pool of the network, with one address given. */
export function poolWith(
  { allocated = { "192.168.48.86": MAC }, conditions = [], spec = {}, name = "net-48", ...status }:
    {
      readonly allocated?: Readonly<Record<string, string>>;
      /** Beside those of a pool that is well, or in their place. */
      readonly conditions?: readonly Condition[];
      readonly spec?: Partial<IPPool["spec"]>;
      readonly name?: string;
      readonly released?: Readonly<Record<string, AddressHold>>;
      readonly conflicts?: Readonly<Record<string, AddressHold>>;
    } = {},
): IPPool {
  const good: readonly Condition[] = [
    { type: "Registered", status: "True", reason: "Registered" },
    { type: "CacheReady", status: "True", reason: "Planned" },
    { type: "AgentReady", status: "True", reason: "Serving", message: "Agent a answers on eth1" },
  ];
  const types = new Set(conditions.map(({ type }) => type));
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace: "default", name, uid: name },
    spec: {
      networkName: `default/${name}`,
      ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.77", leaseTime: 300 },
      ...spec,
    },
    status: {
      ipv4: { allocated, used: 1, available: 9, ...status },
      agentPodRef: { namespace: "vm-dhcp", name: "agent-0" },
      conditions: [...good.filter(({ type }) => !types.has(type)), ...conditions],
    },
  };
}

/** The VM, with one NIC on the network. */
export function vmWith(
  { annotations, interfaces, networks, running = true }: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly interfaces?: readonly { readonly name: string; readonly macAddress?: string }[];
    readonly networks?: readonly object[];
    readonly running?: boolean;
  } = {},
): VirtualMachine {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: {
      namespace: "default",
      name: "web",
      uid: "web",
      ...(annotations && { annotations }),
    },
    spec: {
      running,
      template: {
        spec: {
          domain: {
            devices: { interfaces: interfaces ?? [{ name: "nic-1", macAddress: MAC }] },
          },
          networks: (networks ?? [{ name: "nic-1", multus: { networkName: NETWORK } }]) as never,
        },
      },
    },
  };
}

/** Its instance, which began an hour ago. */
export function vmiWith(
  { phase = "Running", since = "2026-01-02T11:00:00Z", of = "web" }: {
    readonly phase?: string;
    readonly since?: string;
    /** UID of its VM. */
    readonly of?: string;
  } = {},
): VirtualMachineInstance {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    metadata: {
      namespace: "default",
      name: "web",
      creationTimestamp: since,
      ownerReferences: [
        { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", name: "web", uid: of },
      ],
    },
    status: { phase },
  };
}

/** Its vmnetcfg; `shown`: what it shows of its NIC beside its names. */
export function configWith(
  shown: Partial<NetworkConfigStatus> = { state: "Allocated", allocatedIPAddress: "192.168.48.86" },
  { vmName = "web", name = vmName }: { readonly vmName?: string; readonly name?: string } = {},
): VirtualMachineNetworkConfig {
  const nic = { networkName: NETWORK, macAddress: MAC };
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "VirtualMachineNetworkConfig",
    metadata: { namespace: "default", name, uid: name },
    spec: { vmName, networkConfig: [nic] },
    status: { networkConfig: [{ ...nic, state: "Pending", ...shown }] },
  };
}

/** The network. */
export function networkWith(
  { name = "net-48", problem }: { readonly name?: string; readonly problem?: string } = {},
): InspectedNetwork {
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { namespace: "default", name },
    ...(problem === undefined ? {} : { problem }),
  };
}

/** What an agent heard that has listened for two hours. */
export function heardWith(
  clients: readonly Partial<ClientHeard>[] = [{}],
  { since = "2026-01-02T10:00:00Z" }: { readonly since?: string } = {},
): HeardAnswers {
  const pools = [...new Set([NETWORK, ...clients.flatMap(({ pool }) => pool ?? [])])];
  return {
    problems: [],
    answers: [{
      pod: "agent-0",
      since,
      pools: pools.map((pool) => ({ pool, since, forgotten: 0 })),
      leftOut: 0,
      clients: clients.map((client) => ({
        pool: NETWORK,
        macAddress: MAC,
        known: true,
        at: "2026-01-02T11:58:00Z",
        asked: "REQUEST",
        answer: "ACK",
        why: "",
        address: "192.168.48.86",
        offersUntaken: 0,
        ackedAt: "2026-01-02T11:58:00Z",
        relay: "",
        ...client,
      })),
    }],
  };
}
